import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { must, overlayRoot, run, withoutRoot } from "../support/roots.js";
import { temporaryDirectory } from "../support/temporary.js";

const strace = (await run(["sh", "-c", "command -v strace"])).code === 0;

test("the grub.cfg that is replaced stays open until the new name is on the disk: FAT has nothing else to keep its clusters", {
  skip: withoutRoot("centos7") || (strace ? false : "needs strace"),
}, async (t) => {
  const root = await overlayRoot(t, "centos7");
  const trace = path.join(temporaryDirectory(t), "trace");
  const call = [
    "node",
    "dist/kdump-setup.cjs",
    "--root",
    root,
    "--ram",
    "4G",
    "--crashkernel",
    "256M",
    "--yes",
  ];
  await must(["strace", "-f", "-y", "-o", trace, "-e", "trace=openat,rename,fsync,close", ...call]);
  const lines = readFileSync(trace, "utf8").split("\n");
  const after = (at: number, what: RegExp) => lines.findIndex((line, index) => index > at && what.test(line));
  const renamed = lines.findIndex((line) => /rename\(.*\/grub\.cfg"\) = 0/.test(line));
  const synced = after(renamed, /fsync\(\d+<[^>]*\/boot\/grub2>\)/);
  const closed = after(renamed, /close\(\d+<[^>]*\/grub\.cfg/);
  assert.ok(renamed > 0 && synced > renamed && closed > synced, `lines ${renamed}, ${synced}, ${closed}`);
});
