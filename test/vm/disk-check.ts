/** The bench's own judge of its disk: qemu-io writes through the real NBD client, is killed, and reads again. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../support/run.js";
import { VolatileDisk } from "./volatile-disk.js";

/** Throws unless a cut loses exactly what was not flushed. `dir` is for the socket and a small image. */
export async function checkDisk(dir: string): Promise<void> {
  const image = path.join(dir, "check.raw");
  const socket = path.join(dir, "check");
  writeFileSync(image, "");
  truncateSync(image, 1024 * 1024);
  const disk = await VolatileDisk.open(image, socket);
  try {
    const url = `nbd+unix:///?socket=${socket}`;
    const commands = [
      "write -P 1 0 8k",
      "flush",
      "write -P 2 4k 4k",
      "write -P 3 700 100",
      "write -f -P 4 64k 512",
    ];
    await killedAfter(["qemu-io", "-t", "writeback", "-f", "raw", url], commands);
    assert.equal(
      disk.state.unflushed,
      2,
      "two blocks were written after the flush, one of them past the cache",
    );
    assert.equal(
      disk.cut("none", () => 0),
      2,
    );
    const expected = ["read -P 1 0 8k", "read -P 4 64k 512", "read -P 0 65024 512", "read -P 0 128k 64k"];
    const read = await run(["qemu-io", "-r", "-f", "raw", ...expected.flatMap((one) => ["-c", one]), url]);
    assert.equal(read.code, 0, read.stdout + read.stderr);
    assert.doesNotMatch(read.stdout, /Pattern verification failed/);
  } finally {
    await disk.close();
  }
}

/** Gives the program these lines, and kills it when it has answered the last; it cannot tidy up. */
async function killedAfter(
  [program, ...args]: readonly [string, ...string[]],
  lines: readonly string[],
): Promise<void> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
    let given = 0;
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdout.on("data", (chunk: Buffer) => {
      // one line for each prompt: qemu-io waits for its input even when it has buffered some
      if (!chunk.toString().endsWith("qemu-io> ")) return;
      const line = lines[given];
      given += 1;
      if (line === undefined) child.kill("SIGKILL");
      else child.stdin.write(`${line}\n`);
    });
  });
}
