import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../../src/commands/outcome.js";
import type { SetupRequest } from "../../src/commands/request.js";
import { rollback } from "../../src/commands/rollback.js";
import { setup } from "../../src/commands/setup.js";
import { NO_WISHES } from "../../src/commands/wizard-dump.js";
import { RefusedError } from "../../src/errors.js";
import { openMachine } from "../../src/machine/host.js";
import { watchEffects } from "../support/faults.js";
import { rollbackRequest, setupRequest, silent } from "../support/requests.js";
import { diffSnapshots, must, overlayRoot, type RootName, snapshot, withoutRoot } from "../support/roots.js";

/** The journal tells of the failed runs, and is meant to. */
const IGNORE = { ignore: ["proc", "dev", "sys", "run", "var/lib/kdump-setup"] };
/** Looked at after every step; the whole tree, which takes seconds, only at the beginning and the end. */
const NEAR = {
  ...IGNORE,
  only: ["boot", "etc", "var/lib/kdump", "var/lib/systemd", "lib/systemd", "tmp", "root"],
};
const WISH: Readonly<Record<string, (root: string) => SetupRequest>> = {
  set: (root) => setupRequest(root, "256M"),
  disable: (root) => setupRequest(root, null),
  // a file of the package's, and one of ours that is new
  settings: (root) => setupRequest(root, null, { dump: { ...NO_WISHES, level: 17, panicOn: ["oops"] } }),
};
/** Fewest steps a run has been seen to take. */
const AT_LEAST: Readonly<Record<string, number>> = { set: 12, disable: 15, settings: 8 };
const KILL_AT = process.env.KDUMP_TEST_KILL_AT;

if (KILL_AT !== undefined) {
  await killedRun(Number(KILL_AT), process.env.KDUMP_TEST_ROOT ?? "", process.env.KDUMP_TEST_WISH ?? "");
} else {
  for (const name of ["debian12", "centos7", "rhel8"] as const) {
    const wishes = name === "rhel8" ? ["set"] : ["set", "disable", "settings"];
    for (const wish of wishes) everyStep(name, wish);
  }
  secondRun();
}

function everyStep(name: RootName, wish: string): void {
  const skip = withoutRoot(name);

  test(`${name}, ${wish}: a failure at any step leaves every byte, mode and owner as it was`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, name);
    const whole = await snapshot(root, IGNORE);
    const before = await snapshot(root, NEAR);
    let failures = 0;
    let last = before;
    for (let k = 1; ; k += 1) {
      let reached = "";
      const outcome = await attempt(root, wish, (count, effect) => {
        if (count !== k) return;
        reached = effect;
        throw Object.assign(new Error(`no space left for ${effect}`), { code: "ENOSPC", syscall: "write" });
      });
      if (reached === "") {
        last = await snapshot(root, NEAR);
        assert.equal(outcome?.exit, 0, `the run without a failure, after ${failures} with one`);
        break;
      }
      failures += 1;
      assert.ok(failures < 500, "the number of steps grows with every run");
      assert.ok(outcome === null || outcome.exit === 5, `step ${k} (${reached}): exit ${outcome?.exit}`);
      assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), [], `step ${k} (${reached})`);
    }
    t.diagnostic(`${failures} steps, each failed once`);
    assert.ok(failures >= (AT_LEAST[wish] ?? 0), `only ${failures} steps were seen`);
    assert.notDeepEqual(diffSnapshots(before, last), [], "the run without a failure changed something");
    assert.equal((await rollback(rollbackRequest(root), silent())).exit, 0);
    assert.deepEqual(
      diffSnapshots(whole, await snapshot(root, IGNORE)),
      [],
      "the whole tree, after rollback",
    );
  });

  test(`${name}, ${wish}: after kill -9 before any step, rollback puts everything back`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, name);
    const before = await snapshot(root, NEAR);
    let kills = 0;
    for (let k = 1; ; k += 1) {
      const ended = await killed(root, wish, k);
      if (ended === 0) break;
      assert.equal(ended, "SIGKILL", `step ${k} ended with ${ended}`);
      kills += 1;
      assert.ok(kills < 500, "the number of steps grows with every run");
      if (hasJournal(root)) {
        const outcome = await rollback(rollbackRequest(root), silent()).catch((error: unknown) => error);
        const nothingBegan = outcome instanceof Error && /no run to take back/.test(outcome.message);
        assert.ok(
          nothingBegan || (outcome as Outcome).exit === 0,
          `step ${k}: ${JSON.stringify(outcome)}${outcome}`,
        );
      }
      assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), [], `killed before step ${k}`);
    }
    t.diagnostic(`killed before each of ${kills} steps`);
    assert.ok(kills >= (AT_LEAST[wish] ?? 0), `only ${kills} kills`);
  });
}

function secondRun(): void {
  const skip = withoutRoot("debian12");

  test("debian12: after kill -9 before any step, the same command again finishes the job", {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    const before = await snapshot(root, NEAR);
    for (let k = 1; (await killed(root, "set", k)) === "SIGKILL"; k += 1) {
      assert.ok(k < 500, "the number of steps grows with every run");
      const again = await setup(setupRequest(root, "256M"), silent());
      assert.equal(again.exit, 0, `killed before step ${k}`);
      assert.equal(await judgedWords(root), "crashkernel=256M", `killed before step ${k}`);
      while (await takenBack(root));
      assert.deepEqual(
        diffSnapshots(before, await snapshot(root, NEAR)),
        [],
        `killed before step ${k}, both runs taken back`,
      );
    }
  });
}

/** The crashkernel words of all normal entries, each set once. */
async function judgedWords(root: string): Promise<string> {
  const text = await must(["grep", "-E", "^\\s*linux\\s.* quiet", `${root}/boot/grub/grub.cfg`]);
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.match(/crashkernel=\S*/g)?.join(" ") ?? "none");
  return [...new Set(lines)].join(" | ");
}

async function takenBack(root: string): Promise<boolean> {
  try {
    assert.equal((await rollback(rollbackRequest(root), silent())).exit, 0);
    return true;
  } catch (error) {
    if (error instanceof RefusedError) return false;
    throw error;
  }
}

async function attempt(
  root: string,
  wish: string,
  before: (count: number, effect: string) => void,
): Promise<Outcome | null> {
  try {
    const request = WISH[wish]?.(root);
    if (request === undefined) throw new Error(`no wish ${wish}`);
    return await setup(request, silent(), (at) => watchEffects(openMachine(at), before));
  } catch (error) {
    // before the first change: main.ts makes exit 5 of it
    assert.match(String(error), /no space left for/);
    return null;
  }
}

function hasJournal(root: string): boolean {
  return readdirSync(`${root}/var/lib`).includes("kdump-setup");
}

async function killedRun(k: number, root: string, wish: string): Promise<void> {
  const outcome = await attempt(root, wish, (count) => {
    if (count === k) process.kill(process.pid, "SIGKILL");
  });
  process.exit(outcome?.exit ?? 99);
}

/** Exit code, or the signal. */
function killed(root: string, wish: string, k: number): Promise<number | string | null> {
  const env = {
    ...process.env,
    KDUMP_TEST_KILL_AT: String(k),
    KDUMP_TEST_ROOT: root,
    KDUMP_TEST_WISH: wish,
    NODE_TEST_CONTEXT: undefined,
  };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
}
