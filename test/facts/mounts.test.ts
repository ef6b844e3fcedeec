import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { mountOf, parseMountinfo } from "../../src/facts/mounts.js";

const TEXT = `22 1 253:0 / / rw,relatime shared:1 - xfs /dev/mapper/cl-root rw,attr2
30 22 8:1 / /boot ro,relatime shared:2 master:3 - xfs /dev/sda1 rw
31 30 0:40 / /boot/efi rw - autofs systemd-1 rw,fd=49
32 31 8:2 / /boot/efi rw - vfat /dev/sda2 rw
33 22 8:3 /sub\\040dir /mnt/a\\040b rw - ext4 /dev/disk/by-label/a\\134b rw
broken
`;
const mounts = parseMountinfo(TEXT);

const places: readonly [string, string, string, boolean][] = [
  ["/boot/grub2", "/boot", "xfs", true],
  ["/boot", "/boot", "xfs", true],
  ["/bootx/grub", "/", "xfs", false],
  ["/boot/efi/EFI/x", "/boot/efi", "vfat", false],
  ["/etc", "/", "xfs", false],
];
for (const [path, mountPoint, fsType, readOnly] of places)
  test(`${path} is on the mount at ${mountPoint} (${fsType})`, () => {
    const mount = mountOf(mounts, path);
    assert.deepEqual([mount?.mountPoint, mount?.fsType, mount?.readOnly], [mountPoint, fsType, readOnly]);
  });

test("blanks and backslashes in names are read, a line that is none is passed over", () => {
  assert.equal(mounts.length, 5);
  assert.deepEqual([mounts[4]?.mountPoint, mounts[4]?.source], ["/mnt/a b", "/dev/disk/by-label/a\\b"]);
  assert.equal(mountOf([], "/boot"), null);
});

test("this machine's own list can be read", () => {
  assert.ok(mountOf(parseMountinfo(readFileSync("/proc/self/mountinfo", "utf8")), "/proc/self")?.mountPoint);
});
