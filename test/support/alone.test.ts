import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { run } from "./run.js";
import { temporaryDirectory } from "./temporary.js";

const skip = process.getuid?.() === 0 ? false : "only root can mount";
const mounted = (dir: string): boolean => readFileSync("/proc/self/mountinfo", "utf8").includes(dir);

test("whoever makes a root may be killed: no mount and no process of it is left", { skip }, async (t) => {
  const dir = temporaryDirectory(t);
  const script = `mount -t tmpfs none ${dir} && touch ${dir}.up && sleep 600; true`;
  // a shell between, as between npm and the making
  const maker = spawn("sh", ["-c", `bash scripts/alone.sh sh -c '${script}'; true`], { stdio: "ignore" });
  const ended = new Promise((resolve) => maker.on("exit", resolve));
  for (let n = 0; n < 200 && !existsSync(`${dir}.up`); n += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(existsSync(`${dir}.up`));
  const inside = async () => (await run(["pgrep", "-f", `touch ${dir}.up`])).stdout.trim();
  assert.notEqual(await inside(), "");
  maker.kill("SIGKILL");
  await ended;
  for (let n = 0; n < 100 && (await inside()) !== ""; n += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await inside(), "");
  assert.equal(mounted(dir), false);
});
