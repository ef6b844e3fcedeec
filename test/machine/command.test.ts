import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../src/machine/command.js";
import { temporaryDirectory } from "../support/temporary.js";

test("output, exit code and standard input are what the program made of them", async () => {
  const ran = await runCommand({
    argv: ["sh", "-c", "cat; echo bad >&2; exit 3"],
    input: "in\n",
    timeoutSeconds: 10,
  });
  assert.deepEqual([ran.exitCode, ran.stdout, ran.stderr, ran.failure], [3, "in\n", "bad\n", null]);
});

test("nothing of our environment reaches a program, save where the network is", async (t) => {
  const kept = { ...process.env };
  t.after(() => {
    process.env = kept;
  });
  Object.assign(process.env, {
    GRUB_CMDLINE_LINUX: "evil",
    LD_PRELOAD: "",
    NODE_OPTIONS: "",
    http_proxy: "http://127.0.0.1:1",
  });
  const ran = await runCommand({ argv: ["env"], env: { EXTRA: "1" }, timeoutSeconds: 10 });
  const names = ran.stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("=")[0]]));
  assert.deepEqual(names.sort(), ["EXTRA", "HOME", "LC_ALL", "PATH", "TERM", "http_proxy"]);
});

test("a program that is not there is said to be so", async () => {
  const ran = await runCommand({ argv: ["no-such-program-here"], timeoutSeconds: 10 });
  assert.equal(ran.exitCode, null);
  assert.equal(ran.failure, "not found");
});

test("a program that hangs is ended with everything it started", async (t) => {
  const dir = temporaryDirectory(t);
  const script = `(sleep 3; touch ${dir}/late) & sleep 60`;
  const ran = await runCommand({ argv: ["sh", "-c", script], timeoutSeconds: 1 });
  assert.equal(ran.exitCode, null);
  assert.equal(ran.failure, "timed out after 1 s");
  await sleep(2500);
  assert.equal(existsSync(`${dir}/late`), false);
});

test("an interruption ends the program and says so", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const ran = await runCommand({ argv: ["sleep", "60"], timeoutSeconds: 50 }, { signal: controller.signal });
  assert.equal(ran.failure, "interrupted");
});

test("a program that a signal ends has no exit code", async () => {
  const ran = await runCommand({ argv: ["sh", "-c", "kill -SEGV $$"], timeoutSeconds: 10 });
  assert.deepEqual([ran.exitCode, ran.failure], [null, "ended by SIGSEGV"]);
});

test("a daemon that a program leaves behind is not waited for", async () => {
  const script = "echo said; setsid sleep 30 & exit 0";
  const ran = await runCommand({ argv: ["sh", "-c", script], timeoutSeconds: 20 });
  assert.deepEqual([ran.exitCode, ran.stdout, ran.failure], [0, "said\n", null]);
  assert.ok(ran.seconds < 15, `${ran.seconds} s: it waited for the daemon`);
});

test("a program without a time limit is not ended at once", async () => {
  const ran = await runCommand({ argv: ["sleep", "0.3"], timeoutSeconds: Number.POSITIVE_INFINITY });
  assert.deepEqual([ran.exitCode, ran.failure], [0, null]);
});
