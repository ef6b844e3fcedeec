import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { diffSnapshots, must, overlayRoot, run, runTool, snapshot, withoutRoot } from "../support/roots.js";
import { temporaryDirectory } from "../support/temporary.js";
import { content, NEAR } from "./job.js";
import { live, liveRoot, withoutLive } from "./live.js";

/**
 * --watch on the system that runs: real unit files, judged by systemd-analyze and enabled by systemctl; what starts and
 * stops a running systemd's units is left out, as there is none here. The virtual machine shows them at work (doors).
 */
const skip = withoutLive() || withoutRoot("debian12");
const SERVICE = "/etc/systemd/system/kdump-setup-watch.service";
const PATH = "/etc/systemd/system/kdump-setup-watch.path";
const HINT = "/run/motd.d/kdump-setup";
const ON = "kdump-setup --crashkernel 256M --watch --yes";
const MIB = 1024 * 1024;

/** The machine after the reboot. */
const armed = (loaded: 0 | 1) => `mount -t tmpfs tmpfs /sys/kernel
  echo ${loaded} > /sys/kernel/kexec_crash_loaded; echo ${256 * MIB} > /sys/kernel/kexec_crash_size
  echo "BOOT_IMAGE=/vmlinuz root=/dev/sda1 crashkernel=256M" > /run/cmdline; mount --bind /run/cmdline /proc/cmdline`;

async function machine(t: TestContext): Promise<string | null> {
  const root = await liveRoot(t);
  if (root === null) return null;
  renameSync(`${root}/usr/bin/systemctl`, `${root}/usr/bin/systemctl.real`);
  const script = '#!/bin/sh\ncase $1 in start|stop|restart) exit 0;; *) exec systemctl.real "$@";; esac\n';
  writeFileSync(`${root}/usr/bin/systemctl`, script);
  chmodSync(`${root}/usr/bin/systemctl`, 0o755);
  return root;
}

test("--watch installs two units that systemd takes, in a sandbox, and a second run finds nothing to do", {
  skip,
}, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  const ran = await live(root, `${ON} --format json`);
  assert.equal(ran.code, 0, ran.stderr);
  await must(["chmod", "755", `${root}/opt/kdump/node`]);
  for (const unit of ["kdump-setup-watch.service", "kdump-setup-watch.path"]) {
    await must(["systemd-analyze", "verify", "--root", root, unit]);
    assert.equal((await must(["systemctl", "--root", root, "is-enabled", unit])).trim(), "enabled");
  }
  const security = await run([
    "systemd-analyze",
    "security",
    "--offline=yes",
    "--root",
    root,
    "kdump-setup-watch.service",
  ]);
  const exposure = /Overall exposure level for .*: ([\d.]+) /.exec(security.stdout)?.[1];
  assert.ok(Number(exposure) < 4, security.stdout + security.stderr);
  assert.match(
    content(root, PATH),
    /^PathChanged=\/boot\nPathChanged=\/var\/lib\/kdump\nPathChanged=\/etc\/default\/grub$/m,
  );
  const again = JSON.parse((await live(root, `${ON} --format json`)).stdout);
  assert.equal(again.result, "unchanged");
  assert.match((await live(root, "kdump-setup watch")).stdout, /^Looks after each boot and change/);
});

test("what it sees: one line, numbers where they are collected, and a hint at a login only while something is wrong", {
  skip,
}, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  const collector = `${root}/var/lib/prometheus/node-exporter`;
  mkdirSync(collector, { recursive: true });
  assert.equal((await live(root, ON)).code, 0);
  const before = await snapshot(root, NEAR);
  const bad = await live(
    root,
    `${armed(0)}; kdump-setup watch --run; JOURNAL_STREAM=1:1 kdump-setup watch --run`,
  );
  assert.equal(bad.code, 0, bad.stderr);
  const [line = "", journal = ""] = bad.stdout.split("\n");
  assert.match(
    line,
    /^a crash of this machine may not be saved: .*capture\.loaded.*kdump-setup status says more$/,
  );
  assert.equal(journal, `<4>${line}`);
  assert.equal(content(root, HINT), `kdump: ${line}\n`);
  assert.match(readFileSync(`${collector}/kdump-setup.prom`, "utf8"), /^kdump_compliant\{.*\} 0$/m);
  const changed = diffSnapshots(before, await snapshot(root, NEAR)).map((one) => one.split(":")[0]);
  assert.ok(
    changed.every((path) => /motd\.d|node-exporter|^\/?run(\/|$)/.test(path ?? "")),
    `it only tells: ${changed.join(" ")}`,
  );
});

test("the sandbox forbids no system call that looking takes", { skip }, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  assert.equal((await live(root, ON)).code, 0);
  const trace = `${temporaryDirectory(t)}/trace`;
  await live(root, `${armed(1)}; kdump-setup watch --run`, ["strace", "-f", "--seccomp-bpf", "-o", trace]);
  const filter = /^SystemCallFilter=(.*)$/m.exec(content(root, SERVICE))?.[1] ?? "";
  const allowed = new Set((await Promise.all(filter.split(" ").map(callsOf))).flat());
  // from the program itself on: the test mounts and changes roots before
  const text = readFileSync(trace, "utf8");
  const own = text.slice(text.lastIndexOf('execve("/opt/kdump/node"'));
  const used = new Set([...own.matchAll(/^\d+ +(\w+)\(/gm)].map((found) => found[1] ?? ""));
  assert.ok(used.size > 20, `only ${used.size} calls were seen`);
  assert.deepEqual(
    [...used].filter((name) => !allowed.has(name)),
    [],
  );
});

/** The system calls of a set as systemd has it, sets in it included. */
async function callsOf(set: string): Promise<readonly string[]> {
  const said = await must(["systemd-analyze", "syscall-filter", set]);
  const names = said
    .split("\n")
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const parts = names.map(async (name) => (name.startsWith("@") ? await callsOf(name) : [name]));
  return (await Promise.all(parts)).flat();
}

test("--no-watch takes both away, and so does --disable, which says so", { skip }, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  assert.equal((await live(root, "kdump-setup --crashkernel 256M --yes")).code, 0);
  const before = await snapshot(root, NEAR);
  assert.equal((await live(root, "kdump-setup --watch --yes")).code, 0);
  assert.equal((await live(root, "kdump-setup --no-watch --yes")).code, 0);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  assert.equal((await live(root, "kdump-setup --watch --yes")).code, 0);
  assert.equal((await live(root, "kdump-setup rollback --yes")).code, 0);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  assert.equal((await live(root, "kdump-setup --watch --yes")).code, 0);
  const off = await live(root, "kdump-setup --disable --yes");
  assert.equal(off.code, 0, off.stderr);
  assert.match(off.stderr, /the units of --watch are taken away/);
  assert.deepEqual([existsSync(root + SERVICE), existsSync(root + PATH)], [false, false]);
});

test("an image that has no kdump-setup in it: nothing could look there, so it is refused", {
  skip: withoutRoot("debian12"),
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const ran = await runTool(["--root", root, "--watch", "--yes"]);
  assert.equal(ran.code, 3, ran.stderr);
  assert.match(ran.stderr, /is not there after a reboot, and is to look then: install kdump-setup/);
  const both = await runTool(["--root", root, "--disable", "--watch", "--yes"]);
  assert.equal(both.code, 2);
  assert.equal((await runTool(["--root", root, "watch", "--run"])).code, 3);
});
