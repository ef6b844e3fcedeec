import assert from "node:assert/strict";
import { test } from "node:test";
import { collectDumpDirectory } from "../../src/facts/dump-way.js";
import type { Reader } from "../../src/machine/machine.js";
import { liveOf } from "./tree.js";

const MOUNTS = `21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
22 21 0:40 / /mnt/nfs rw shared:2 - nfs4 server:/dumps rw
23 21 0:41 / /auto rw shared:3 - autofs systemd-1 rw
24 21 8:2 / /srv ro shared:4 - xfs /dev/sdb1 ro
`;

/** Touching anything below these would wait for ever. */
const GONE = /^\/(?:mnt\/nfs|auto)(?:\/|$)/;

function careful(reader: Reader): Reader {
  const refuse =
    <T>(what: (path: string) => T) =>
    (path: string): T => {
      assert.doesNotMatch(path, GONE);
      return what(path);
    };
  return {
    ...reader,
    lstat: refuse(reader.lstat),
    stat: refuse(reader.stat),
    readlink: refuse(reader.readlink),
    read: (path, limit) => refuse((one) => reader.read(one, limit))(path),
  };
}

const CASES: readonly (readonly [string, string, string])[] = [
  ["/var/crash", "directory", "/var/crash"],
  ["/var/./../var//crash/", "directory", "/var/crash"],
  ["/linked", "directory", "/var/crash"],
  ["/none/at/all", "absent", "/"],
  ["/var/none", "absent", "/var"],
  ["/etc/file", "other", "/etc/file"],
  ["/mnt/nfs/crash", "network", "/mnt/nfs"],
  ["/away", "network", "/mnt/nfs"],
  ["/auto/host/crash", "network", "/auto"],
  ["/loop", "other", "/loop"],
];

for (const [path, kind, nearest] of CASES) {
  test(`${path} is ${kind}, and no name on a server is looked at`, (t) => {
    const reader = liveOf(t, {
      "proc/self/mountinfo": MOUNTS,
      "var/crash": { dir: true },
      "etc/file": "",
      linked: { link: "var/crash" },
      away: { link: "/mnt/nfs/x" },
      loop: { link: "loop" },
      "mnt/nfs": { dir: true },
      srv: { dir: true },
    });
    const found = collectDumpDirectory(careful(reader), path);
    assert.deepEqual([found.kind, found.nearest], [kind, nearest]);
  });
}

test("the mount it is on is told, and whether it can be written to", (t) => {
  const reader = liveOf(t, { "proc/self/mountinfo": MOUNTS, "srv/crash": { dir: true } });
  const { mount, mode } = collectDumpDirectory(reader, "/srv/crash");
  assert.deepEqual([mount?.mountPoint, mount?.readOnly, mode], ["/srv", true, 0o755]);
});
