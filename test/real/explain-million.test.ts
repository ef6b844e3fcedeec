import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { bundle, withoutBundle } from "../support/run.js";

const skip =
  withoutBundle !== false
    ? withoutBundle
    : existsSync("/proc/self/status")
      ? false
      : "there is no /proc to read the memory from";

const LINES = 1_000_000;

function start(): ChildProcess {
  return spawn(process.execPath, [bundle, "explain", "--batch"], { stdio: ["pipe", "pipe", "inherit"] });
}

/** Largest resident size of a process so far, in MiB. */
function peak(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** A few thousand different lines, again and again. */
function block(): Buffer {
  const lines = Array.from({ length: 4000 }, (_, i) =>
    JSON.stringify({
      cmdline: `BOOT_IMAGE=/vmlinuz-${i} ro quiet crashkernel=1G-4G:${i}M,4G-64G:256M,64G-:512M x=${"y".repeat(i % 97)}`,
      ramBytes: (i + 1) << 20,
      kernel: `6.${i % 20}.${i % 7}`,
      arch: i % 3 === 0 ? "aarch64" : "x86_64",
    }),
  );
  return Buffer.from(`${lines.join("\n")}\n`);
}

test("explain --batch: a million lines in bounded memory", { skip }, async (t) => {
  const child = start();
  const { stdin, stdout } = child;
  assert.ok(stdin !== null && stdout !== null);
  let answered = 0;
  let bytes = 0;
  let before = 0;
  stdout.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) answered++;
    bytes += chunk.length;
  });
  const lines = block();
  for (let sent = 0; sent < LINES; sent += 4000) {
    if (!stdin.write(lines)) await once(stdin, "drain");
    if (sent === 100_000) before = peak(child.pid);
  }
  const after = peak(child.pid);
  stdin.end();
  const [code] = await once(child, "close");
  assert.equal(code, 0);
  assert.equal(answered, LINES);
  t.diagnostic(
    `${LINES} lines, ${Math.round(bytes / 2 ** 20)} MiB out: ${before.toFixed(0)} MiB after 100,000 lines, ${after.toFixed(0)} MiB at the end`,
  );
  assert.ok(after < 256, `${after} MiB`);
  assert.ok(after < before + 64, `from ${before} to ${after} MiB: it grows with the input`);
});

test("explain --batch: a reader that does not read holds it, and one that leaves ends it", {
  skip,
}, async () => {
  const child = start();
  const { stdin, stdout } = child;
  assert.ok(stdin !== null && stdout !== null);
  stdin.on("error", () => undefined);
  const lines = block();
  let taken = 0;
  for (let i = 0; i < 200; i++) {
    const room = stdin.write(lines, () => taken++);
    if (!room && (await Promise.race([once(stdin, "drain").then(() => true), pause(300)])) !== true) break;
  }
  assert.ok(taken < 100, "100 blocks were taken with nobody reading an answer");
  assert.ok(peak(child.pid) < 256);
  stdout.destroy();
  const [code] = await once(child, "close");
  assert.equal(code, 0);
});

async function pause(ms: number): Promise<false> {
  return await new Promise((resolve) => setTimeout(() => resolve(false), ms));
}
