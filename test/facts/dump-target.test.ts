import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { collectDumpTarget, collectSysctls } from "../../src/facts/dump-target.js";
import type { Reader } from "../../src/machine/machine.js";
import type { DumpTarget } from "../../src/types.js";
import { temporaryDirectory } from "../support/temporary.js";
import { imageOf, liveOf, type Tree } from "./tree.js";

const settings = embeddedProfiles().find(({ id }) => id === "debian-12")?.kdump.settings ?? assert.fail();
const LOCAL: DumpTarget = { kind: "local" };
const KEY = "/root/.ssh/k";

const look = (reader: Reader, directory: string, target: DumpTarget = LOCAL) =>
  collectDumpTarget(reader, settings, { directory, target, keyFile: KEY, freeBytes: null });

/** Lines of mountinfo: mount point, type, source, device. */
const mounts = (...lines: readonly (readonly [string, string, string, string?])[]) =>
  lines
    .map(([point, type, source, device = "0:1"]) => `1 1 ${device} / ${point} rw - ${type} ${source} rw\n`)
    .join("");

test("an image is judged by its fstab: what is mounted where, and what a reboot empties", (t) => {
  const tree: Tree = {
    "/etc/fstab":
      "/dev/sda1 / ext4 defaults 0 1\n/dev/sdb1 /srv xfs ro 0 2\n# /dev/sdc1 /x ext4\ntmp /cache tmpfs\n",
    "/srv/crash/.keep": "",
    "/var/file": "",
  };
  const reader = imageOf(t, tree);
  const about = (path: string) => {
    const { state, mount, nearest } = look(reader, path).directory;
    return [state, mount?.mountPoint, mount?.fsType, mount?.readOnly, nearest];
  };
  assert.deepEqual(about("/srv/crash"), ["directory", "/srv", "xfs", true, "/srv/crash"]);
  assert.deepEqual(about("/var/crash/x"), ["absent", "/", "ext4", false, "/var"]);
  assert.deepEqual(about("/cache/crash"), ["absent", "/cache", "tmpfs", false, "/"]);
  assert.deepEqual(about("/run/crash").slice(0, 3), ["absent", "/run", "tmpfs"]);
  assert.equal(about("/var/file/x")[0], "other");
});

test("a network file system is not looked into, not even through a link: a dead server would block", (t) => {
  const tree: Tree = {
    "/proc/self/mountinfo": mounts(
      ["/", "ext4", "/dev/sda1"],
      ["/net", "nfs4", "s:/e"],
      ["/auto", "autofs", "x"],
    ),
    "/net/crash/.keep": "",
    "/var/crash": { link: "../net/crash" },
    "/auto/.keep": "",
    "/loop": { link: "/loop" },
  };
  const plain = liveOf(t, tree);
  const touched: string[] = [];
  const watched =
    <T>(look: (path: string) => T) =>
    (path: string): T => {
      if (/^\/(net|auto)/.test(path)) touched.push(path);
      return look(path);
    };
  const reader: Reader = {
    ...plain,
    stat: watched(plain.stat),
    lstat: watched(plain.lstat),
    readlink: watched(plain.readlink),
    list: watched(plain.list),
    resolve: watched(plain.resolve),
  };
  for (const path of ["/net/crash", "/net", "/var/crash", "/var/crash/deep/er", "/auto/x"]) {
    const { directory } = look(reader, path);
    assert.equal(directory.state, "network", path);
  }
  assert.equal(look(reader, "/var/crash").directory.mount?.fsType, "nfs4");
  assert.deepEqual(touched, []);
  assert.equal(look(reader, "/loop/x").directory.state, "other");
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
  const { directory } = look(reader, "/srv/crash");
  assert.equal(directory.inFstab, false);
  assert.match(directory.encrypted ?? "", /254:0\/dm\/uuid: CRYPT-LUKS2/);
  const root = look(reader, "/var/crash").directory;
  assert.deepEqual([root.inFstab, root.encrypted], [true, null]);
});

test("what a rotation by the names' first digit would remove is found; dumps and the rest are not", (t) => {
  const dir = (...names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`/srv/crash/${name}`, { dir: true } as const]));
  const reader = imageOf(t, dir("202611241200", "20261124", "2.old", "kexec_cmd", "1999"));
  assert.deepEqual(look(reader, "/srv/crash").directory.strays, ["2.old", "20261124"]);
});

test("an export counts as mounted by its source and type; on an image by fstab", (t) => {
  const nfs: DumpTarget = { kind: "nfs", where: "s:/export" };
  const mounted = (tree: Tree, live: boolean) =>
    look(live ? liveOf(t, tree) : imageOf(t, tree), "/var/crash", nfs).exportMounted;
  assert.equal(mounted({ "/proc/self/mountinfo": mounts(["/mnt", "nfs4", "s:/export/"]) }, true), true);
  assert.equal(mounted({ "/proc/self/mountinfo": mounts(["/mnt", "nfs4", "s:/other"]) }, true), false);
  assert.equal(mounted({ "/etc/fstab": "s:/export /mnt nfs ro 0 0\n" }, false), true);
  assert.equal(mounted({}, false), false);
});

test("known_hosts: plain names, lists, patterns and ports are read, hashed ones cannot be told", (t) => {
  const known = (text: string, host = "dumps.example.com") =>
    look(imageOf(t, { "/root/.ssh/known_hosts": text }), "/c", { kind: "ssh", where: `kdump@${host}` })
      .hostKnown;
  assert.equal(known("dumps.example.com ssh-ed25519 AAAA\n"), true);
  assert.equal(known("192.0.2.1,DUMPS.example.com ssh-rsa AAAA\n"), true);
  assert.equal(known("*.example.com ssh-rsa AAAA\n"), true);
  assert.equal(known("@cert-authority *.example.com ssh-rsa AAAA\n"), true);
  assert.equal(known("dumpsXexample.com ssh-rsa AAAA\n"), false);
  assert.equal(known("# dumps.example.com\n!dumps.example.com x y\n"), false);
  assert.equal(known("[dumps.example.com]:2222 ssh-rsa AAAA\n"), false);
  assert.equal(known("|1|c2FsdA==|aGFzaA== ssh-rsa AAAA\n"), null);
  assert.equal(known(""), false);
});

test("a key's mode and owner are seen, and whether a passphrase protects it", (t) => {
  const at = (reader: Reader) => look(reader, "/c", { kind: "ssh", where: "a@b" }).key;
  assert.deepEqual(at(imageOf(t, {})), { state: "absent" });
  assert.deepEqual(at(imageOf(t, { [KEY]: { dir: true } })), { state: "other" });
  const key = (text: string) => at(imageOf(t, { [KEY]: text }));
  const pem = "-----BEGIN RSA PRIVATE KEY-----\n";
  assert.equal(passphrase(key(`${pem}Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n`)), true);
  assert.equal(passphrase(key(`${pem}AAAA\n`)), false);
  assert.equal(passphrase(key("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n")), true);
  assert.equal(passphrase(key("nonsense")), false);
  const reader = imageOf(t, { [KEY]: `${pem}AAAA\n` });
  chmodSync(`${reader.root}${KEY}`, 0o640);
  if (process.getuid?.() === 0) chownSync(`${reader.root}${KEY}`, 1000, 1000);
  const seen = at(reader);
  assert.ok(seen?.state === "file");
  assert.equal(seen.mode, 0o640);
  if (process.getuid?.() === 0) assert.equal(seen.uid, 1000);
});

const passphrase = (key: ReturnType<typeof look>["key"]) => (key?.state === "file" ? key.passphrase : null);

test("keys that ssh-keygen itself makes, with a passphrase and without", {
  skip: existsSync("/usr/bin/ssh-keygen") ? false : "there is no ssh-keygen here",
}, (t) => {
  for (const [words, wanted] of [
    ["", false],
    ["secret", true],
  ] as const) {
    const made = keygen(t, words);
    assert.equal(
      passphrase(look(imageOf(t, { [KEY]: made }), "/c", { kind: "ssh", where: "a@b" }).key),
      wanted,
    );
  }
});

function keygen(t: TestContext, passphrase: string): string {
  const file = `${temporaryDirectory(t)}/k`;
  const ran = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", file]);
  assert.equal(ran.status, 0, String(ran.stderr));
  return readFileSync(file, "latin1");
}

test("a sysctl is what the kernel says, and what files other than ours set it to", (t) => {
  const own = "/etc/sysctl.d/90-kdump-setup.conf";
  const tree: Tree = {
    "/proc/sys/kernel/panic_on_oops": "0\n",
    [own]: "kernel.panic_on_oops = 1\n",
    "/etc/sysctl.d/10-a.conf": "# none\nkernel/panic_on_oops = 0\n",
  };
  const names = ["kernel.panic_on_oops", "kernel.hung_task_panic"];
  assert.deepEqual(collectSysctls(liveOf(t, tree), names, own), {
    "kernel.panic_on_oops": { now: "0", atBoot: { value: "0", path: "/etc/sysctl.d/10-a.conf", line: 2 } },
    "kernel.hung_task_panic": { now: null, atBoot: null },
  });
  assert.equal(collectSysctls(imageOf(t, tree), names, own)["kernel.panic_on_oops"]?.now, null);
});
