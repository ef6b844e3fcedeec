import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { test } from "node:test";
import { collectDumpDirectory } from "../../src/facts/dump-directory.js";
import type { Reader } from "../../src/machine/machine.js";
import { imageOf, liveOf, type Tree } from "./tree.js";

const MOUNTS = `21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
22 21 0:40 / /mnt/nfs rw shared:2 - nfs4 server:/dumps rw
23 21 0:41 / /auto rw shared:3 - autofs systemd-1 rw
24 21 8:2 / /srv ro shared:4 - xfs /dev/sdb1 ro
`;

/** Lines of mountinfo: mount point, type, source, device. */
const mounts = (...lines: readonly (readonly [string, string, string, string?])[]) =>
  lines
    .map(([point, type, source, device = "0:1"]) => `1 1 ${device} / ${point} rw - ${type} ${source} rw\n`)
    .join("");

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
    list: refuse(reader.list),
    resolve: refuse(reader.resolve),
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
  ["/etc/file/x", "other", "/etc/file"],
  ["/mnt/nfs/crash", "network", "/mnt/nfs"],
  ["/mnt/nfs", "network", "/mnt/nfs"],
  ["/away", "network", "/mnt/nfs"],
  ["/away/deep/er", "network", "/mnt/nfs"],
  ["/auto/host/crash", "network", "/auto"],
  ["/loop", "other", "/loop"],
  ["/loop/x", "other", "/loop"],
];

for (const [path, state, nearest] of CASES) {
  test(`${path} is ${state}, and no name on a server is looked at`, (t) => {
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
    assert.deepEqual([found.state, found.nearest], [state, nearest]);
  });
}

test("the mount it is on is told, and whether it can be written to", (t) => {
  const reader = liveOf(t, { "proc/self/mountinfo": MOUNTS, "srv/crash": { dir: true } });
  const { mount, mode, uid } = collectDumpDirectory(reader, "/srv/crash");
  assert.deepEqual([mount?.mountPoint, mount?.readOnly, mode], ["/srv", true, 0o755]);
  assert.equal(uid, process.getuid?.());
  assert.equal(collectDumpDirectory(reader, "/away").mode, null);
});

for (const fsType of ["nfs", "smb3", "smbfs", "lustre", "glusterfs", "gpfs", "fuse", "fuse.sshfs", "fuseblk"])
  test(`${fsType} can wait for somebody else, and is not looked into`, (t) => {
    const mountinfo = mounts(["/", "ext4", "/dev/sda1"], ["/mnt/nfs", fsType, "x"]);
    const reader = careful(liveOf(t, { "proc/self/mountinfo": mountinfo, "mnt/nfs/crash": { dir: true } }));
    assert.deepEqual(collectDumpDirectory(reader, "/mnt/nfs/crash").mount, {
      mountPoint: "/mnt/nfs",
      fsType,
      readOnly: false,
    });
  });

test("where the root itself comes from a server, a directory in it is looked at like any other", (t) => {
  const mountinfo = mounts(["/", "nfs4", "server:/root"], ["/mnt/nfs", "nfs4", "server:/dumps"]);
  const reader = careful(
    liveOf(t, { "proc/self/mountinfo": mountinfo, "var/crash": { dir: true }, "mnt/nfs": { dir: true } }),
  );
  assert.equal(collectDumpDirectory(reader, "/var/crash").state, "directory");
  assert.equal(collectDumpDirectory(reader, "/mnt/nfs/crash").state, "network");
});

test("a name that a directory hides from a plain user is not said to be absent", (t) => {
  const reader = liveOf(t, { "proc/self/mountinfo": MOUNTS, "var/hidden/crash": { dir: true } });
  chmodSync(reader.root, 0o755);
  chmodSync(`${reader.root}/var/hidden`, 0o600);
  const { state, nearest } = asPlainUser(() => collectDumpDirectory(reader, "/var/hidden/crash"));
  chmodSync(`${reader.root}/var/hidden`, 0o700);
  assert.deepEqual([state, nearest], ["unreadable", "/var/hidden"]);
});

/** Root may search every directory: nobody does it instead. */
function asPlainUser<T>(what: () => T): T {
  if (process.geteuid?.() !== 0) return what();
  process.seteuid?.(65_534);
  try {
    return what();
  } finally {
    process.seteuid?.(0);
  }
}

test("an image is judged by its fstab: what is mounted where, and what a reboot empties", (t) => {
  const tree: Tree = {
    "/etc/fstab":
      "/dev/sda1 / ext4 defaults 0 1\n/dev/sdb1 /srv xfs ro 0 2\n# /dev/sdc1 /x ext4\ntmp /cache tmpfs\n",
    "/srv/crash/.keep": "",
    "/var/file": "",
  };
  const reader = imageOf(t, tree);
  const about = (path: string) => {
    const { state, mount, nearest } = collectDumpDirectory(reader, path);
    return [state, mount?.mountPoint, mount?.fsType, mount?.readOnly, nearest];
  };
  assert.deepEqual(about("/srv/crash"), ["directory", "/srv", "xfs", true, "/srv/crash"]);
  assert.deepEqual(about("/var/crash/x"), ["absent", "/", "ext4", false, "/var"]);
  assert.deepEqual(about("/cache/crash"), ["absent", "/cache", "tmpfs", false, "/"]);
  assert.deepEqual(about("/run/crash").slice(0, 3), ["absent", "/run", "tmpfs"]);
  assert.equal(about("/var/file/x")[0], "other");
});

test("a mount by hand is told from one in fstab, and a LUKS device under it is seen", (t) => {
  const tree: Tree = {
    "/proc/self/mountinfo": mounts(["/", "ext4", "/dev/sda1", "8:1"], ["/srv", "ext4", "/dev/dm-0", "254:0"]),
    "/etc/fstab": "/dev/sda1 / ext4 defaults 0 1\n",
    "/srv/crash/.keep": "",
    "/sys/dev/block/254:0/dm/uuid": "CRYPT-LUKS2-0123-srv\n",
    "/sys/dev/block/8:1/size": "1\n",
  };
  const reader = liveOf(t, tree);
  const directory = collectDumpDirectory(reader, "/srv/crash");
  assert.equal(directory.inFstab, false);
  assert.match(directory.encrypted ?? "", /254:0\/dm\/uuid: CRYPT-LUKS2/);
  const root = collectDumpDirectory(reader, "/var/crash");
  assert.deepEqual([root.inFstab, root.encrypted], [true, null]);
});

test("what a rotation by the names' first digit would remove is found; dumps and the rest are not", (t) => {
  const dir = (...names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`/srv/crash/${name}`, { dir: true } as const]));
  const reader = imageOf(t, dir("202611241200", "20261124", "2.old", "kexec_cmd", "1999"));
  assert.deepEqual(collectDumpDirectory(reader, "/srv/crash").strays, ["2.old", "20261124"]);
});
