import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { setup } from "../../src/commands/setup.js";
import { BusyOrStaleError } from "../../src/errors.js";
import { openMachine } from "../../src/machine/host.js";
import type { Machine } from "../../src/machine/machine.js";
import { setupRequest, silent } from "../support/requests.js";
import { bundle, diffSnapshots, overlayRoot, snapshot, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, content, entries, GRUB_CFG, NEAR, tool, wrapGenerator } from "./job.js";

/** Two runs at once, and everybody else who changes the same files. */

const skip = withoutRoot("debian12");
const SET = ["--crashkernel", "256M", "--yes"] as const;
const KDUMP_CFG = "/etc/default/grub.d/kdump-tools.cfg";

/** Waits for a file that the generator's wrapper makes. */
async function begun(root: string, name: string): Promise<void> {
  for (let n = 0; n < 1200 && !existsSync(`${root}/run/${name}`); n += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  assert.ok(existsSync(`${root}/run/${name}`), "the generator was started");
}

test("two runs at once: the second is told who holds the lock (4), or waits and finds nothing to do", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  wrapGenerator(root, ": > /run/begun; sleep 3; real");
  const first = ask(root, SET);
  await begun(root, "begun");
  const patient = ask(root, [...SET, "--lock-timeout", "60"]);
  const second = await ask(root, SET);
  assert.equal(second.code, 4);
  assert.match(second.stderr, /another run holds .*\/run\/kdump-setup\.lock \(process \d+\)/);
  assert.equal((await first).code, 0, (await first).stderr);
  assert.equal((await first).json.result, "applied");
  assert.deepEqual([(await patient).code, (await patient).json.result], [0, "unchanged"]);
  assert.equal((await tool(root, ["history"])).stdout.match(/: applied$/gm)?.length, 1);
  assert.equal(existsSync(`${root}/run/kdump-setup.lock`), false);
});

test("a generator that outlives a killed run is waited for: it cannot write under the next one's hands", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const before = await snapshot(root, NEAR);
  wrapGenerator(root, ": > /run/begun; sleep 3; real; : > /run/ended");
  const child = spawn(process.execPath, [bundle, "--root", root, "--ram", "4G", ...SET], { stdio: "ignore" });
  const gone = new Promise((resolve) => child.on("close", resolve));
  await begun(root, "begun");
  child.kill("SIGKILL");
  await gone;
  assert.equal(existsSync(`${root}/run/ended`), false, "it is still at work");
  const back = await tool(root, ["rollback", "--yes"]);
  assert.equal(back.code, 0, back.stderr);
  assert.ok(existsSync(`${root}/run/ended`), "it was waited for");
  const wrapped = ["usr/sbin/update-grub: ", "usr/sbin/update-grub.real: "];
  const lines = diffSnapshots(before, await snapshot(root, NEAR));
  assert.deepEqual(
    lines.filter((line) => !wrapped.some((name) => line.startsWith(name))),
    [],
  );
});

test("a line that somebody adds to a file at any moment of the run is never lost", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const original = content(root, KDUMP_CFG);
  const exits: (number | string)[] = [];
  for (let k = 1; ; k += 1) {
    let touched = false;
    const outcome = await setup(setupRequest(root, "256M"), silent(), (at) =>
      beforeEachTouch(openMachine(at), KDUMP_CFG, (count) => {
        if (count !== k) return;
        touched = true;
        appendFileSync(root + KDUMP_CFG, "# somebody's own line\n");
      }),
    ).catch((error: unknown) => {
      assert.ok(error instanceof BusyOrStaleError, String(error));
      return { exit: error.exit };
    });
    if (!touched) break;
    exits.push(outcome.exit);
    assert.match(content(root, KDUMP_CFG), /somebody's own line/, `touch ${k}: exit ${outcome.exit}`);
    if (outcome.exit === 4 || outcome.exit === 5)
      assert.equal(content(root, KDUMP_CFG), `${original}# somebody's own line\n`, `touch ${k}`);
    if (outcome.exit === 0) await tool(root, ["--disable", "--yes", "--no-service"]);
    writeFileSync(root + KDUMP_CFG, original);
    await tool(root, ["--crashkernel", "384M-:128M", "--yes"]);
    assert.equal(content(root, KDUMP_CFG), original);
  }
  t.diagnostic(`exit codes, touch by touch: ${exits.join(" ")}`);
  assert.ok(exits.includes(4), "seen before anything was done");
  assert.ok(exits.includes(5), "seen when the journal was written already");
});

/** The real machine; `before` is called ahead of every reading and replacing of that file, counted from 1. */
function beforeEachTouch(machine: Machine, path: string, before: (count: number) => void): Machine {
  let count = 0;
  return new Proxy(machine, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (args[0] === path || name === "makeDirectory") {
          count += 1;
          before(count);
        }
        return Reflect.apply(value, target, args);
      };
    },
  });
}

test("a package's hook rewrites grub.cfg while our generator runs: generated again, with the new kernel", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const hook = `
    if [ ! -e /run/once ]; then
      : > /run/once
      for name in vmlinuz initrd.img; do cp -p /boot/$name-6.1.0-1-amd64 /boot/$name-6.1.0-99-amd64; done
      "$0.real" 2>/dev/null
    fi`;
  wrapGenerator(root, `real; ${hook}`);
  const { code, json, stderr } = await ask(root, SET);
  assert.equal(code, 0, stderr);
  const generated = json.commands.filter((one: { argv: string[] }) => one.argv[0] === "update-grub");
  assert.equal(generated.length, 2, "once before the hook, once after it");
  await assertBoots(root, ["crashkernel=256M"], { normal: 4 });
  assert.match(entries(root)[0]?.line ?? "", /6\.1\.0-99-amd64/);
});

test("grub.cfg that changes every time it is generated is left alone, and it is said", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  wrapGenerator(
    root,
    'real; date +%N >> /boot/grub/grub.cfg.log; echo "# $(date +%N)" >> /boot/grub/grub.cfg',
  );
  const original = content(root, KDUMP_CFG);
  const ran = await ask(root, SET);
  assert.equal(ran.code, 6, ran.stderr);
  assert.match(ran.json.error.message, /keep changing while it is generated/);
  assert.equal(content(root, KDUMP_CFG), original);
  assert.match(ran.json.notUndone[0].why, /generated by somebody else meanwhile: generate it again/);
  assert.match(content(root, GRUB_CFG), /crashkernel=384M-:128M/);
});
