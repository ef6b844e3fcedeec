import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, linkSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { BusyOrStaleError } from "../../src/errors.js";
import { openMachine } from "../../src/machine/host.js";
import { temporaryDirectory } from "../support/temporary.js";

const NAME = "/run/kdump-setup.lock";

test("the second of two runs is told who holds the lock", async (t) => {
  const root = temporaryDirectory(t);
  const first = await openMachine(root).lock(NAME, 0);
  await assert.rejects(openMachine(root).lock(NAME, 0), (error) => {
    assert.ok(error instanceof BusyOrStaleError);
    assert.match(error.message, new RegExp(`process ${process.pid}`));
    return true;
  });
  first.release();
  assert.equal(existsSync(root + NAME), false);
  (await openMachine(root).lock(NAME, 0)).release();
});

test("a run that may wait gets the lock when the other is done", async (t) => {
  const root = temporaryDirectory(t);
  const first = await openMachine(root).lock(NAME, 0);
  const second = openMachine(root).lock(NAME, 20);
  setTimeout(() => first.release(), 300);
  (await second).release();
});

test("a lock file that somebody left behind does not lock anything", async (t) => {
  const root = temporaryDirectory(t);
  const machine = openMachine(root);
  machine.makeDirectory("/run", 0o755);
  writeFileSync(root + NAME, "1\n");
  const lock = await machine.lock(NAME, 0);
  assert.equal(readFileSync(root + NAME, "utf8"), `${process.pid}\n`);
  lock.release();
});

test("a child that a killed run left behind is waited for", async (t) => {
  const root = temporaryDirectory(t);
  openMachine(root).makeDirectory("/run", 0o755);
  // as a run would leave it: the holder is dead, a child of it has the locked descriptor for another second
  const script = 'exec 3>"$1"; flock -x 3; echo 4194304 >&3; sleep 1';
  const orphan = spawn("bash", ["-c", script, "bash", root + NAME], { stdio: "ignore" });
  t.after(() => {
    orphan.kill("SIGKILL");
  });
  while (!existsSync(root + NAME) || readFileSync(root + NAME, "utf8") === "")
    await new Promise((r) => setTimeout(r, 10));
  (await openMachine(root).lock(NAME, 0)).release();
});

test("a lock file that is another file's second name is not touched", async (t) => {
  const root = temporaryDirectory(t);
  openMachine(root).makeDirectory("/run", 0o755);
  writeFileSync(`${root}/precious`, "kept");
  symlinkSync("/precious", root + NAME);
  await assert.rejects(openMachine(root).lock(NAME, 0));
  unlinkSync(root + NAME);
  linkSync(`${root}/precious`, root + NAME);
  await assert.rejects(openMachine(root).lock(NAME, 0), /no file of its own/);
  assert.equal(readFileSync(`${root}/precious`, "utf8"), "kept");
});

test("a lock file somebody removed meanwhile is no fault when the run ends", async (t) => {
  const root = temporaryDirectory(t);
  const lock = await openMachine(root).lock(NAME, 0);
  unlinkSync(root + NAME);
  lock.release();
});
