import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { diffSnapshots, overlayRoot, type RootName, snapshot, withoutRoot } from "../support/roots.js";
import { content, NEAR } from "./job.js";
import { live, withoutLive } from "./live.js";

/**
 * The dump's settings on the system that runs. /sys/kernel is a tmpfs that says a capture kernel is loaded; the
 * programs that would load it, or set values of this machine's kernel, are scripts that write down what they saw.
 */
const LOADED = `mount -t tmpfs tmpfs /sys/kernel; echo 1 > /sys/kernel/kexec_crash_loaded
  echo 268435456 > /sys/kernel/kexec_crash_size`;
/** This machine's own may say panic=. */
const CMDLINE = "mount --bind /run/cmdline /proc/cmdline";
const LOG = "/run/programs.log";
const skip = (name: RootName) => ({ skip: withoutLive() || withoutRoot(name) });

async function machine(t: TestContext, name: RootName): Promise<string | null> {
  const root = await overlayRoot(t, name);
  for (const program of ["kdumpctl", "kdump-config", "sysctl"]) script(root, program, "");
  const looked = await live(root, "kdump-setup --dump-level 16 --dry-run");
  if (looked.code === 3 && /\((\/proc\/1\/|\/run\/systemd\/container)/.test(looked.stderr)) {
    t.skip(`what runs these tests is seen from inside: ${looked.stderr.trim().split("\n").at(-1)}`);
    return null;
  }
  assert.equal(looked.code, 0, looked.stderr);
  return root;
}

function script(root: string, program: string, then: string): void {
  const path = `${root}/usr/sbin/${program}`;
  const lines = [
    "#!/bin/sh",
    `echo "${program} $*" >> ${LOG}`,
    `grep -hs -- '-d ' /etc/kdump.conf >> ${LOG} || true`,
    then,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
  if (existsSync(`${root}/usr/bin/${program}`))
    writeFileSync(`${root}/usr/bin/${program}`, `${lines.join("\n")}\n`);
}

/** What the programs wrote down, without what the first look left. */
function log(root: string): readonly string[] {
  return existsSync(root + LOG)
    ? readFileSync(root + LOG, "utf8")
        .trim()
        .split("\n")
    : [];
}

test(
  "centos7: the capture kernel is loaded anew with the new settings, which are built into its initrd",
  skip("centos7"),
  async (t) => {
    const root = await machine(t, "centos7");
    if (root === null) return;
    const ran = await live(root, `${LOADED}; kdump-setup --dump-level 17 --yes --format json`);
    assert.equal(ran.code, 0, ran.stderr);
    const json = JSON.parse(ran.stdout);
    assert.deepEqual(
      json.commands.map((one: { argv: string[] }) => one.argv.join(" ")),
      ["kdumpctl restart"],
    );
    assert.deepEqual(log(root), [
      "kdumpctl restart",
      "core_collector makedumpfile -l --message-level 1 -d 17",
    ]);
    const again = await live(root, `${LOADED}; kdump-setup --dump-level 17 --yes --format json`);
    assert.equal(JSON.parse(again.stdout).result, "unchanged");
  },
);

test(
  "centos7: where nothing is loaded, or with --no-service, nothing is loaded anew",
  skip("centos7"),
  async (t) => {
    const root = await machine(t, "centos7");
    if (root === null) return;
    assert.equal((await live(root, "kdump-setup --dump-level 17 --yes")).code, 0);
    const left = await live(root, `${LOADED}; kdump-setup --dump-level 16 --no-service --yes`);
    assert.equal(left.code, 0, left.stderr);
    assert.match(left.stderr, /keeps the old settings \(--no-service\) until kdumpctl restart/);
    assert.deepEqual(log(root), []);
  },
);

for (const [what, then] of [
  ["fails", "exit 1"],
  ["says nothing and leaves nothing loaded", "echo 0 > /sys/kernel/kexec_crash_loaded"],
] as const)
  test(
    `centos7: loading that ${what} puts the old settings back and loads those`,
    skip("centos7"),
    async (t) => {
      const root = await machine(t, "centos7");
      if (root === null) return;
      script(root, "kdumpctl", then);
      const before = await snapshot(root, NEAR);
      const ran = await live(root, `${LOADED}; kdump-setup --dump-level 17 --yes`);
      // where the same command fails with the old settings too, that is said
      assert.equal(ran.code, then === "exit 1" ? 6 : 5, ran.stderr);
      assert.match(
        ran.stderr,
        then === "exit 1" ? /kdumpctl restart/ : /no capture kernel is loaded any more/,
      );
      assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
      assert.deepEqual(
        log(root).map((line) => line.replace(/^core_collector .*(-d \d+)$/, "$1")),
        ["kdumpctl restart", "-d 17", "kdumpctl restart", "-d 31"],
      );
    },
  );

test(
  "debian12: a loaded capture kernel stays loaded, as it reads the file when there is a dump, and it is told so",
  skip("debian12"),
  async (t) => {
    const root = await machine(t, "debian12");
    if (root === null) return;
    const ran = await live(root, `${LOADED}; kdump-setup --dump-level 17 --yes`);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, /read when a dump is saved, so the capture kernel stays loaded as it is/);
    assert.deepEqual(log(root), []);
  },
);

test(
  "debian12: panic triggers are set now, with the values before kept for the way back",
  skip("debian12"),
  async (t) => {
    const root = await machine(t, "debian12");
    if (root === null) return;
    const now = (name: string) => readFileSync(`/proc/sys/${name.replace(/\./g, "/")}`, "utf8").trim();
    const names = ["kernel.panic_on_oops", "kernel.panic"].filter(
      (name) => now(name) !== (name === "kernel.panic" ? "10" : "1"),
    );
    if (names.length === 0) return t.skip("this machine's kernel has these values already");
    writeFileSync(`${root}/run/cmdline`, "root=/dev/sda1 ro quiet\n");
    const before = await snapshot(root, NEAR);
    const ran = await live(root, `${CMDLINE}; kdump-setup --panic-on oops --yes`);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(content(root, "/etc/sysctl.d/90-kdump-setup.conf"), /^kernel\.panic_on_oops = 1$/m);
    assert.equal((await live(root, "kdump-setup rollback --yes")).code, 0);
    const old = names.map((name) => `${name}=${now(name)}`).join(" ");
    assert.deepEqual(log(root), ["sysctl -q -p /etc/sysctl.d/90-kdump-setup.conf", `sysctl -q -w ${old}`]);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
    assert.match(ran.stderr, /→ sysctl -q -p/);
    writeFileSync(`${root}/run/cmdline`, "panic=10 panic=0\n");
    const hangs = await live(root, `${CMDLINE}; kdump-setup --panic-on oops --dry-run`);
    assert.match(
      hangs.stderr,
      /panic=0 \(\/proc\/cmdline\): a panic while no capture kernel is loaded hangs/,
    );
    script(root, "sysctl", "exit 1");
    const changed = await snapshot(root, NEAR);
    const failed = await live(root, `${CMDLINE}; kdump-setup --panic-on oops --yes`);
    assert.ok(failed.code === 5 || failed.code === 6, failed.stderr);
    assert.deepEqual(diffSnapshots(changed, await snapshot(root, NEAR)), []);
  },
);

test(
  "debian12: the free space is measured, and a directory on a tmpfs or by hand in a mount is told",
  skip("debian12"),
  async (t) => {
    const root = await machine(t, "debian12");
    if (root === null) return;
    const mounts = "mkdir -p /srv/small /srv/gone; mount -t tmpfs tmpfs /srv/gone";
    const gone = await live(root, `${mounts}; kdump-setup --core-dir /srv/gone/crash --dry-run`);
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /\/srv\/gone\/crash is on tmpfs \(\/srv\/gone\): a reboot takes the dump away/);
    const large = await live(root, "kdump-setup --core-dir /srv/small --ram 1000000G --dry-run");
    assert.equal(large.code, 0, large.stderr);
    assert.match(large.stderr, /\/srv\/small has [\d.]+ GiB free and the memory is 1000000\.0 GiB/);
  },
);
