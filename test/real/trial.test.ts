import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { diffSnapshots, must, run, runTool, snapshot, withoutRoot } from "../support/roots.js";
import { assertBoots, content, edit, GRUB_CFG, NEAR, onFileSystem } from "./job.js";
import { live, liveRoot, withoutLive } from "./live.js";

/**
 * --try on the system that runs, with /boot on an ext4 of its own: real grub-editenv, grub-script-check and systemctl.
 * The boot between is another /proc/cmdline, boot id and /sys/kernel; the real boots are the virtual machine's (try).
 */
const skip = withoutLive() || withoutRoot("debian12");
const TRY = "kdump-setup --crashkernel 300M --try --yes";
const CUSTOM = "/boot/grub/custom.cfg";
const UNIT = "/etc/systemd/system/kdump-setup-trial.service";
const MIB = 1024 * 1024;

/** After a boot: what the kernel was given, holds and has loaded. */
const booted = (words: string, mib: number, loaded: 0 | 1) => `mount -t tmpfs tmpfs /sys/kernel
  echo ${loaded} > /sys/kernel/kexec_crash_loaded; echo ${mib * MIB} > /sys/kernel/kexec_crash_size
  echo "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ${words}" > /run/cmdline; mount --bind /run/cmdline /proc/cmdline
  echo 00000000-1111-2222-3333-444444444444 > /run/boot_id
  mount --bind /run/boot_id /proc/sys/kernel/random/boot_id`;
/** GRUB takes it out before it boots the entry. */
const CHOSEN = "grub-editenv /boot/grub/grubenv unset next_entry";

async function machine(t: TestContext, type: "ext4" | "xfs" = "ext4"): Promise<string | null> {
  const root = await liveRoot(t);
  if (root === null) return null;
  await onFileSystem(t, `${root}/boot`, type, 400);
  assert.equal((await live(root, "update-grub; grub-editenv /boot/grub/grubenv create")).code, 0);
  return root;
}

const environment = async (root: string) =>
  (await must(["chroot", root, "grub-editenv", "/boot/grub/grubenv", "list"])).trim();

for (const type of ["ext4", "xfs"] as const)
  test(`/boot on ${type}: the next boot is on trial, and what boots by default is what it was`, {
    skip,
  }, async (t) => {
    const root = await machine(t, type);
    if (root === null) return;
    const before = readFileSync(root + GRUB_CFG, "utf8");
    const ran = await live(root, `${TRY} --format json`);
    assert.equal(ran.code, 0, ran.stderr);
    const json = JSON.parse(ran.stdout);
    assert.deepEqual([json.result, json.rebootRequired], ["applied", true]);
    assert.equal(readFileSync(root + GRUB_CFG, "utf8"), before);
    assert.equal(await environment(root), "next_entry=kdump-setup-trial");
    await must(["grub-script-check", root + CUSTOM]);
    const old = /^\tlinux\t(.*?) +crashkernel=\S+$/m.exec(before)?.[1] ?? "none";
    assert.ok(
      content(root, CUSTOM).includes(`\tlinux\t${old} crashkernel=300M panic=10 kdump_setup.trial=1\n`),
      content(root, CUSTOM),
    );
    assert.match(
      content(root, CUSTOM),
      /^menuentry '[^']+, tried once by kdump-setup' .*--id 'kdump-setup-trial' \{$/m,
    );
    assert.match(
      content(root, UNIT),
      /^ExecStart="\/opt\/kdump\/node" "\/opt\/kdump\/kdump-setup\.cjs" trial --finish/m,
    );
    await must(["chmod", "755", `${root}/opt/kdump/node`]);
    await must(["systemd-analyze", "verify", "--root", root, "kdump-setup-trial.service"]);
    const again = JSON.parse((await live(root, `${TRY} --format json`)).stdout);
    assert.deepEqual([again.result, again.rebootRequired], ["unchanged", true]);
    const other = await live(root, "kdump-setup --crashkernel 256M --yes");
    assert.equal(other.code, 3);
    assert.match(
      other.stderr,
      /crashkernel=300M is on trial since .*\n.*reboot to try it.*kdump-setup rollback /,
    );
    const told = await live(root, "kdump-setup trial; kdump-setup history; kdump-setup trial --finish");
    assert.match(told.stdout, /^On trial at the next boot, and only at that one: crashkernel=300M/);
    assert.match(told.stdout, /set up a boot on trial with crashkernel=300M/);
  });

test("it comes up with memory reserved and a capture kernel loaded: the change is made, and nothing of the trial stays", {
  skip,
}, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  writeFileSync(root + CUSTOM, "# an admin's own\n");
  assert.equal((await live(root, TRY)).code, 0);
  const up = `${booted("crashkernel=300M panic=10 kdump_setup.trial=1", 300, 1)}; ${CHOSEN}`;
  const ran = await live(root, `${up}; kdump-setup trial --finish`);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  assert.match(ran.stdout, /^Kept: it came up with 314572800 bytes reserved and a capture kernel loaded\.$/m);
  await assertBoots(root, ["crashkernel=300M"], { normal: 3 });
  assert.equal(content(root, CUSTOM), "# an admin's own\n");
  assert.deepEqual([existsSync(root + UNIT), await environment(root)], [false, ""]);
  const told = await live(root, "kdump-setup trial");
  assert.match(told.stdout, /^Kept after a trial at .*: crashkernel=300M: it came up/);
  // and it can be taken back like any other change
  const back = await live(root, "kdump-setup rollback --yes");
  assert.equal(back.code, 0, back.stderr);
  await assertBoots(root, ["crashkernel=384M-:128M"], { normal: 3 });
});

for (const [what, words, mib, loaded, why] of [
  ["it does not come up", "crashkernel=384M-:128M", 128, 1, /it did not come up/],
  ["nothing is reserved", "crashkernel=300M kdump_setup.trial=1", 0, 0, /the kernel reserved nothing/],
  [
    "no capture kernel is loaded",
    "crashkernel=300M kdump_setup.trial=1",
    300,
    0,
    /no capture kernel is loaded/,
  ],
] as const)
  test(`${what}: the trial is taken back to the last byte, and that is told`, { skip }, async (t) => {
    const root = await machine(t);
    if (root === null) return;
    const before = await snapshot(root, NEAR);
    assert.equal((await live(root, TRY)).code, 0);
    const ran = await live(root, `${booted(words, mib, loaded)}; ${CHOSEN}; kdump-setup trial --finish`);
    assert.equal(ran.code, 5, ran.stderr + ran.stdout);
    assert.match(ran.stderr, why);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
    const told = await live(root, "kdump-setup trial; kdump-setup status");
    assert.match(told.stdout, /^Not kept after a trial at .*: crashkernel=300M/);
    assert.match(told.stdout, /trial: +not kept/i);
    // and the way is free for the next one
    assert.equal((await live(root, TRY)).code, 0);
  });

test("somebody else edits custom.cfg meanwhile: only the trial's own part of it goes", {
  skip,
}, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  assert.equal((await live(root, TRY)).code, 0);
  edit(root, CUSTOM, "panic=10", "panic=9");
  writeFileSync(root + CUSTOM, `# an admin's own\n${content(root, CUSTOM)}# and more\n`);
  const ran = await live(
    root,
    `${booted("crashkernel=128M", 128, 1)}; ${CHOSEN}; kdump-setup trial --finish`,
  );
  assert.equal(ran.code, 5, ran.stderr);
  assert.match(ran.stderr, /^Not kept: it did not come up/m);
  assert.equal(content(root, CUSTOM), "# an admin's own\n# and more\n");
  assert.equal(existsSync(root + UNIT), false);
});

test("rollback before the boot takes the trial back", { skip }, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  const before = await snapshot(root, NEAR);
  assert.equal((await live(root, TRY)).code, 0);
  const back = await live(root, "kdump-setup rollback --yes");
  assert.equal(back.code, 0, back.stderr);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  assert.match((await live(root, "kdump-setup trial")).stdout, /^No boot is or was on trial here\.$/m);
});

for (const [what, break_, why] of [
  [
    "no grubenv",
    async (root: string) => void (await run(["rm", `${root}/boot/grub/grubenv`])),
    /grubenv is no environment block/,
  ],
  [
    "41_custom is off",
    async (root: string) => {
      await must(["chmod", "-x", `${root}/etc/grub.d/41_custom`]);
      assert.equal((await live(root, "update-grub")).code, 0);
    },
    /does not read custom\.cfg \(41_custom is off\)/,
  ],
  [
    "another system boots by default",
    async (root: string) => edit(root, GRUB_CFG, 'set default="0"', 'set default="Windows"'),
    /which entry boots by default cannot be told/,
  ],
  [
    "a default entry that could not be copied",
    async (root: string) => edit(root, GRUB_CFG, " ro  quiet", " ro 'crash'kernel=1M quiet"),
    /could not be copied safely/,
  ],
] as const)
  test(`${what}: refused, and nothing is changed`, { skip }, async (t) => {
    const root = await machine(t);
    if (root === null) return;
    await break_(root);
    const before = await snapshot(root, NEAR);
    const ran = await live(root, TRY);
    assert.equal(ran.code, 3, ran.stderr);
    assert.match(ran.stderr, why);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  });

test("a file system that GRUB cannot write to: the machine would try for ever, so it is refused", {
  skip,
}, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  await live(root, "grub-editenv /boot/grub/grubenv create");
  const ran = await live(root, TRY);
  assert.equal(ran.code, 3, ran.stderr);
  assert.match(ran.stderr, /would try for ever, and GRUB cannot write to overlay/);
});

test("--try goes with a reservation that is really made, and with no image", { skip }, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  for (const [args, says] of [
    [["--disable", "--try"], /--try goes with --crashkernel/],
    [["--crashkernel", "256M", "--try", "--no-service"], /leave out --no-service/],
    [["--crashkernel", "256M", "--try", "--now"], /exclude each other/],
  ] as const) {
    const ran = await runTool([...args, "--yes"]);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, says);
  }
  const image = await runTool(["--root", root, "--crashkernel", "256M", "--try", "--yes", "--ram", "4G"]);
  assert.equal(image.code, 3);
  assert.match(image.stderr, /--try: an image is not booted here/);
});
