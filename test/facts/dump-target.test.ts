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
