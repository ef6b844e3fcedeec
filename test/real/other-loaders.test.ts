import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { diffSnapshots, must, overlayRoot, snapshot, withoutRoot } from "../support/roots.js";
import { ask, NEAR } from "./job.js";

/** Systems that another loader than GRUB starts: refused whole, and what they are told to do does what it says. */

const skip = withoutRoot("debian12");
const PROGRAM = "#!/bin/sh\nexit 1\n";

const systems: readonly { readonly id: string; readonly files: Readonly<Record<string, string>> }[] = [
  {
    id: "proxmox-boot-tool",
    files: { "/etc/kernel/proxmox-boot-uuids": "1234-ABCD\n", "/usr/sbin/proxmox-boot-tool": PROGRAM },
  },
  { id: "sdbootutil", files: { "/etc/sysconfig/bootloader": 'LOADER_TYPE="grub2-bls"\n' } },
  { id: "uki", files: { "/etc/kernel/install.conf": "layout=uki\n" } },
  {
    id: "transactional",
    files: {
      "/usr/sbin/transactional-update": PROGRAM,
      "/etc/fstab": "UUID=1e0f3c5a-6b7d-4e8f-9a0b-1c2d3e4f5a6b / btrfs ro 0 0\n",
    },
  },
];

test("another loader: refused with its own command and exit code 3, --force or not, and nothing is changed", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const fstab = readFileSync(`${root}/etc/fstab`);
  for (const { id, files } of systems) {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(root + name), { recursive: true });
      writeFileSync(root + name, text);
      if (text === PROGRAM) chmodSync(root + name, 0o755);
    }
    const before = await snapshot(root, NEAR);
    for (const wish of [["--crashkernel", "256M"], ["--disable"]]) {
      const { code, json } = await ask(root, [...wish, "--force", "--yes"]);
      assert.equal(code, 3, id);
      assert.deepEqual([json.result, json.changed], ["refused", false]);
      assert.deepEqual(
        json.reasons.map((one: { id: string; severity: string }) => `${one.id} ${one.severity}`),
        [`${id} refusal`],
      );
    }
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
    for (const name of Object.keys(files)) rmSync(root + name);
    writeFileSync(`${root}/etc/fstab`, fstab);
  }
  assert.equal(
    (await ask(root, ["--crashkernel", "256M", "--dry-run"])).code,
    0,
    "without them it is accepted",
  );
});

test("systemd-boot: /etc/kernel/cmdline and kernel-install, as it is told, give the entry the argument", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  mkdirSync(`${root}/boot/loader`);
  mkdirSync(`${root}/etc/kernel`, { recursive: true });
  writeFileSync(`${root}/boot/loader/loader.conf`, "timeout 3\n");
  rmSync(`${root}/boot/grub/grub.cfg`);
  const { code, json } = await ask(root, ["--crashkernel", "256M", "--yes"]);
  assert.equal(code, 3);
  const [reason] = json.reasons;
  assert.equal(reason.id, "systemd-boot");
  assert.match(reason.text, /\/etc\/kernel\/cmdline, .*kernel-install add RELEASE IMAGE INITRD/);

  // what `bootctl install` leaves says the same
  writeFileSync(`${root}/etc/kernel/install.conf`, "layout=bls\n");
  writeFileSync(`${root}/etc/kernel/cmdline`, "root=UUID=1 ro crashkernel=256M\n");
  const [release = ""] = readdirSync(`${root}/usr/lib/modules`);
  const [image, initrd] = [`/boot/vmlinuz-${release}`, `/boot/initrd.img-${release}`];
  await must(["chroot", root, "env", "-u", "TMPDIR", "kernel-install", "add", release, image, initrd]);
  const [entry = ""] = readdirSync(`${root}/boot/loader/entries`);
  assert.match(
    readFileSync(`${root}/boot/loader/entries/${entry}`, "utf8"),
    /^options +.* crashkernel=256M( |$)/m,
  );
});
