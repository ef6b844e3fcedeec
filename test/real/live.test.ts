import assert from "node:assert/strict";
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { diffSnapshots, must, overlayRoot, snapshot } from "../support/roots.js";
import { temporaryDirectory } from "../support/temporary.js";
import { assertBoots, edit, entries, GRUB_CFG, NEAR, onFileSystem } from "./job.js";
import { live, liveRoot, withoutLive } from "./live.js";

/** No --root: the system that runs. On a real Node 16, as CentOS 7 has none newer. */

const skip = withoutLive();
const SET = "kdump-setup --crashkernel 256M --yes";

test("on the system that runs: applied, the old grub.cfg keeps a name, and a second run finds nothing to do", {
  skip,
}, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  await must(["chroot", root, "systemctl", "--root=/", "disable", "kdump-tools.service"]);
  const inode = lstatSync(root + GRUB_CFG).ino;
  const ran = await live(root, `/opt/kdump/node --version; ${SET} --format json`);
  assert.equal(ran.code, 0, ran.stderr);
  const [version = "", ...rest] = ran.stdout.split("\n");
  assert.match(version, /^v16\./);
  const json = JSON.parse(rest.join("\n"));
  assert.equal(json.result, "applied");
  assert.equal(json.rebootRequired, true);
  assert.ok(json.host.ramBytes > 0, "the memory of the machine itself");
  assert.equal(json.host.kernel, readFileSync("/proc/sys/kernel/osrelease", "utf8").trim());
  assert.deepEqual(
    json.commands.map((one: { argv: string[] }) => one.argv.join(" ")),
    [
      "update-grub -o /boot/grub/grub.cfg.kdump-setup",
      "grub-script-check /boot/grub/grub.cfg.kdump-setup",
      "systemctl enable kdump-tools.service",
    ],
  );
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
  const second = `${root}${GRUB_CFG}.kdump-setup-${json.journal}`;
  assert.equal(
    lstatSync(second).ino,
    inode,
    "GRUB, which replays no journal, may still look at these blocks",
  );
  assert.ok(lstatSync(`${root}/etc/systemd/system/basic.target.wants/kdump-tools.service`).isSymbolicLink());

  const before = await snapshot(root, { ...NEAR, times: true });
  const again = await live(root, `${SET} --format json`);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).result, "unchanged");
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);

  // the next boot has another id
  const record = `/var/lib/kdump-setup/${json.journal}/record.json`;
  edit(root, record, /"bootId": "[^"]*"/, '"bootId": "00000000-0000-0000-0000-000000000000"');
  assert.equal((await live(root, SET)).code, 0);
  assert.equal(existsSync(second), false, "after a good boot the second name goes");
});

test("what we wrote into /etc/default/kdump-tools is what kdump-config makes of it", { skip }, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  edit(root, "/etc/default/kdump-tools", "USE_KDUMP=1", "USE_KDUMP=0");
  assert.equal((await live(root, SET)).code, 0);
  const shown = await live(root, "kdump-config show; kdump-config test; true");
  assert.match(shown.stdout, /^USE_KDUMP:\s+1$/m, shown.stdout + shown.stderr);
  // its own way to a value, line by line: the file is sourced, then the built-in default fills what is not set
  const value = await live(
    root,
    `. /etc/default/kdump-tools; eval "$(grep '^KDUMP_CMDLINE_APPEND=' /usr/sbin/kdump-config)"; echo "$KDUMP_CMDLINE_APPEND"`,
  );
  assert.equal(
    value.stdout.trim(),
    "reset_devices systemd.unit=kdump-tools-dump.service nr_cpus=1 irqpoll usbcore.nousb panic=10",
    "the built-in default and ours",
  );
});

for (const [term, keys] of [
  ["xterm", "\\r\\r\\033[B\\r"],
  ["dumb", "\\n\\n2\\n"],
] as const)
  test(`${term}: the wizard tells the free space and asks whether to reboot, and an end of the input changes nothing`, {
    skip,
  }, async (t) => {
    const root = await liveRoot(t);
    if (root === null) return;
    const before = await snapshot(root, NEAR);
    // util-linux's script(1) gives it a terminal, and presses ^D when there is nothing left to type
    const script = `mkdir -p /dev/pts; mount -t devpts -o ptmxmode=666 devpts /dev/pts; ln -sf pts/ptmx /dev/ptmx
      (sleep 1; printf '${keys}'; sleep 6) | TERM=${term} script -qec kdump-setup /dev/null`;
    const ran = await live(root, script);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.match(ran.stdout, /\/var\/crash: [\d.]+ [KMGT]iB are free\. A dump takes at most\s+the memory, /);
    assert.match(ran.stdout, /It takes effect at a boot\. Reboot at the end\?/);
    assert.match(ran.stdout, /yes, reboot this machine at the end/);
    assert.match(ran.stdout, /Make these changes\?[\s\S]*Nothing was changed\./);
    assert.doesNotMatch(ran.stdout, /Rebooting/);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  });

test("rollback on the system that runs leaves it as it was, but for the journal", { skip }, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  const before = await snapshot(root, NEAR);
  const ran = await live(root, `${SET} && kdump-setup rollback --yes && kdump-setup history`);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /took back \S+/);
  const lines = diffSnapshots(before, await snapshot(root, NEAR));
  assert.deepEqual(
    lines.filter((line) => !/^boot\/grub\/grub\.cfg\.kdump-setup-\S+: was added$/.test(line)),
    [],
  );
});

for (const type of ["ext4", "xfs"] as const) {
  test(`/boot as a mount of its own on ${type} is frozen and thawed before the rename and after it`, {
    skip,
  }, async (t) => {
    const root = await liveRoot(t);
    if (root === null) return;
    await onFileSystem(t, `${root}/boot`, type, 400);
    // paths in the menu are those of /boot's own file system now
    assert.equal((await live(root, "update-grub")).code, 0);
    const trace = path.join(temporaryDirectory(t), "trace");
    const ran = await live(root, `${SET} --format json`, [
      "strace",
      "-f",
      "--seccomp-bpf",
      "-e",
      "trace=ioctl",
      "-o",
      trace,
    ]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(
      JSON.parse(ran.stdout).warnings.filter((text: string) => /frozen/.test(text)),
      [],
    );
    const calls = readFileSync(trace, "utf8").match(/FI(?:FREEZE|THAW)[^\n]*/g) ?? [];
    // once before the rename and once after it
    assert.equal(calls.length, 4, calls.join("\n"));
    for (const [at, call] of calls.entries()) {
      // on a busy machine strace writes the result on a line of its own, "resumed"
      const wanted =
        at % 2 === 0
          ? /^FIFREEZE.*(?: = 0| <unfinished \.\.\.>)$/
          : /^FITHAW.*(?: = 0| <unfinished \.\.\.>)$/;
      assert.match(call, wanted);
    }
    assert.doesNotMatch(readFileSync(trace, "utf8"), /(?:FIFREEZE|FITHAW).* = -1/);
    await must(["sh", "-c", 'echo still writable > "$1/boot/x" && sync -f "$1/boot/x"', "sh", root], {
      seconds: 20,
    });
    await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
    assert.match(entries(root)[0]?.line ?? "", /^linux \/vmlinuz-/);
    assert.equal(readdirSync(`${root}/boot/grub`).filter((name) => name.includes(".kdump-setup-")).length, 1);
  });
}

test("in a chroot of a running system it is refused unless forced: what is looked at is another machine", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const bare = `/opt/kdump/node /opt/kdump/kdump-setup.cjs --crashkernel 256M --yes --format json`;
  // a directory of the live system, with the system's own files bound into it
  const script = `mkdir /run/jail; mount --bind / /run/jail; mount --bind /opt/kdump/node /run/jail/opt/kdump/node
    mount --bind /opt/kdump/kdump-setup.cjs /run/jail/opt/kdump/kdump-setup.cjs; mount -t proc proc /run/jail/proc
    mkdir /run/jail/sub; for d in usr etc boot opt proc var dev; do mkdir -p /run/jail/sub/$d; mount --rbind /run/jail/$d /run/jail/sub/$d; done
    for l in bin sbin lib lib64; do ln -s usr/$l /run/jail/sub/$l; done; mkdir /run/jail/sub/run; chroot /run/jail/sub ${bare}`;
  const before = await snapshot(root, { ...NEAR, only: ["etc", "boot"] });
  const ran = await live(root, script);
  assert.equal(ran.code, 3, ran.stderr + ran.stdout);
  assert.match(ran.stderr, /this runs in a chroot.*--root DIR.*--force goes past this/);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, only: ["etc", "boot"] })), []);
});

test("a /boot that cannot be frozen is a warning, and one only", { skip }, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  await onFileSystem(t, `${root}/boot`, "ext4", 400);
  assert.equal((await live(root, "update-grub")).code, 0);
  // as on a kernel, or in a confinement, that does not let it
  writeFileSync(`${root}/usr/sbin/fsfreeze`, "#!/bin/sh\necho freeze failed >&2\nexit 1\n");
  const ran = await live(root, `${SET} --format json`);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(
    JSON.parse(ran.stdout).warnings.filter((text: string) => /frozen/.test(text)),
    ["/boot: it could not be frozen for a moment, only synced: freeze failed"],
  );
});
