import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { overlayRoot, runTool, withoutRoot } from "../support/roots.js";
import { assertBoots } from "./job.js";
import { live, liveRoot, withoutLive } from "./live.js";

/**
 * --now on the system that runs. /sys/kernel is a tmpfs that says what is reserved and loaded, and takes any number;
 * what a real kernel gives back is shown by the virtual machine (doors). The programs that load and unload are scripts
 * that write down what the kernel said when they ran.
 */
const SIZE = "/sys/kernel/kexec_crash_size";
const LOG = "/run/programs.log";
const skip = withoutLive() || withoutRoot("debian12");
const MIB = 1024 * 1024;

const kernel = (mib: number, words: string) => `mount -t tmpfs tmpfs /sys/kernel
  echo 1 > /sys/kernel/kexec_crash_loaded; echo ${mib * MIB} > ${SIZE}
  echo "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ${words}" > /run/cmdline; mount --bind /run/cmdline /proc/cmdline`;

const LOADED = "/sys/kernel/kexec_crash_loaded";

async function machine(t: TestContext): Promise<string | null> {
  const root = await liveRoot(t);
  if (root === null) return null;
  renameSync(`${root}/usr/bin/systemctl`, `${root}/usr/bin/systemctl.real`);
  script(root, "/usr/sbin/kdump-config", `[ "$1" = unload ] && n=0 || n=1; echo $n > ${LOADED}`);
  const started = `restart) echo 1 > ${LOADED};;`;
  script(root, "/usr/bin/systemctl", `case $1 in ${started} stop) ;; *) exec systemctl.real "$@";; esac`);
  return root;
}

function script(root: string, path: string, then: string): void {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const said = `echo "${name} $* at $(cat ${SIZE} 2>/dev/null)" >> ${LOG}`;
  writeFileSync(root + path, `#!/bin/sh\n${said}\n${then}\n`);
  chmodSync(root + path, 0o755);
}

const log = (root: string) =>
  existsSync(root + LOG)
    ? readFileSync(root + LOG, "utf8")
        .trim()
        .split("\n")
        .filter((line) => !/ (is-|show|enable|disable)/.test(line))
    : [];

test("--disable --now unloads the capture kernel and gives all of the memory back", { skip }, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  const ran = await live(
    root,
    `${kernel(256, "crashkernel=256M")}; kdump-setup --disable --now --yes --format json; cat ${SIZE} >&2`,
  );
  assert.equal(ran.code, 0, ran.stderr);
  const json = JSON.parse(ran.stdout);
  assert.deepEqual(json.now, { reservedBytes: 0, releasedBytes: 256 * MIB, kept: null });
  assert.equal(json.rebootRequired, false);
  assert.match(ran.stderr, /^0$/m);
  assert.deepEqual(log(root), [
    `kdump-config unload at ${256 * MIB}`,
    "systemctl stop kdump-tools.service at 0",
  ]);
  await assertBoots(root, [], { normal: 3 });
  // and there is nothing left to do, nor to reboot for
  const again = await live(
    root,
    `${kernel(0, "crashkernel=256M")}; kdump-setup --disable --now --yes --format json`,
  );
  const after = JSON.parse(again.stdout);
  assert.deepEqual([after.result, after.rebootRequired], ["unchanged", false]);
});

test("--disable --now also where --disable was done before: only the memory is left to give back", {
  skip,
}, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  const first = await live(
    root,
    `${kernel(256, "crashkernel=256M")}; kdump-setup --disable --yes --format json`,
  );
  assert.equal(JSON.parse(first.stdout).rebootRequired, true);
  assert.deepEqual(log(root), []);
  const shown = await live(
    root,
    `${kernel(256, "crashkernel=256M")}; kdump-setup --disable --now --dry-run --exit-code`,
  );
  assert.equal(shown.code, 9);
  assert.match(shown.stderr, /256 MiB go back to the running system at once, nothing stays reserved/);
  assert.match(shown.stdout, /^ {2}kdump-config unload\n {2}systemctl stop kdump-tools\.service$/m);
  const ran = await live(root, `${kernel(256, "crashkernel=256M")}; kdump-setup --disable --now --yes`);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^Given back at once: 256 MiB; nothing is reserved now\.$/m);
  const told = await live(root, "kdump-setup history");
  assert.match(told.stdout, /--now: reserved memory .* goes back/);
});

test("a reservation that grew too large is made smaller, and the capture kernel loaded again", {
  skip,
}, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  const ran = await live(
    root,
    `${kernel(512, "crashkernel=512M")}; kdump-setup --crashkernel 256M --now --yes --format json`,
  );
  assert.equal(ran.code, 0, ran.stderr);
  const json = JSON.parse(ran.stdout);
  assert.deepEqual(json.now, { reservedBytes: 256 * MIB, releasedBytes: 256 * MIB, kept: null });
  assert.equal(json.rebootRequired, false);
  assert.deepEqual(log(root).slice(-2), [
    `kdump-config unload at ${512 * MIB}`,
    `systemctl restart kdump-tools.service at ${256 * MIB}`,
  ]);
  const again = await live(
    root,
    `${kernel(256, "crashkernel=512M")}; kdump-setup --crashkernel 256M --now --yes --format json`,
  );
  const after = JSON.parse(again.stdout);
  assert.deepEqual([after.result, after.rebootRequired], ["unchanged", false]);
});

for (const [why, wish, words, says] of [
  [
    "too small a one",
    "512M",
    "crashkernel=256M",
    /can only be made smaller at run time; a larger one takes the reboot/,
  ],
  [
    "one of several parts",
    "128M",
    "crashkernel=256M,high crashkernel=64M,low",
    /several parts .* stays until the reboot/,
  ],
] as const)
  test(`${why} stays as it is until the reboot, and that is said`, { skip }, async (t) => {
    const root = await machine(t);
    if (root === null) return;
    const ran = await live(
      root,
      `${kernel(256, words)}; kdump-setup --crashkernel ${wish} --now --force --yes --format json`,
    );
    assert.equal(ran.code, 0, ran.stderr);
    const json = JSON.parse(ran.stdout);
    assert.match(json.warnings.join("\n"), says);
    assert.deepEqual([json.now, json.rebootRequired], [undefined, true]);
  });

test("a kernel that keeps the memory: all else is done, and the reboot is still to come", {
  skip,
}, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  const full = `${kernel(256, "crashkernel=256M")}; mount --bind -o ro ${SIZE} ${SIZE}`;
  const ran = await live(root, `${full}; kdump-setup --disable --now --yes --format json`);
  assert.equal(ran.code, 0, ran.stderr);
  const json = JSON.parse(ran.stdout);
  assert.deepEqual([json.result, json.rebootRequired, json.now.releasedBytes], ["applied", true, 0]);
  assert.match(json.now.kept, /EROFS/);
  await assertBoots(root, [], { normal: 3 });
});

test("a capture kernel that does not load into what is left is told, with exit code 6", {
  skip,
}, async (t) => {
  const root = await machine(t);
  if (root === null) return;
  script(
    root,
    "/usr/bin/systemctl",
    'case $1 in restart) exit 3;; stop) ;; *) exec systemctl.real "$@";; esac',
  );
  const ran = await live(
    root,
    `${kernel(512, "crashkernel=512M")}; kdump-setup --crashkernel 256M --now --yes`,
  );
  assert.equal(ran.code, 6, ran.stderr);
  assert.match(
    ran.stderr,
    /No capture kernel is loaded any more: systemctl restart kdump-tools\.service: ended with 3/,
  );
});

test("--now goes with what changes a reservation, and with no image", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const alone = await runTool(["--dump-level", "16", "--now", "--yes"]);
  assert.equal(alone.code, 2);
  assert.match(alone.stderr, /--now goes with --disable or --crashkernel/);
  const image = await runTool(["--root", root, "--disable", "--now", "--yes"]);
  assert.equal(image.code, 3);
  assert.match(image.stderr, /an image runs none: leave it out/);
});
