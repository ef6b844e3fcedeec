import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { openMachine } from "../../src/machine/host.js";
import { must } from "../support/run.js";
import { plant, temporaryDirectory } from "../support/temporary.js";

const asRoot = process.getuid?.() === 0 ? {} : { skip: "only root can change owners and mount" };

test("mode, owner, ACL and extended attributes of the old file stay", asRoot, async (t) => {
  const root = temporaryDirectory(t);
  plant(root, { "etc/default/grub": "old\n" });
  const at = `${root}/etc/default/grub`;
  await must(["chown", "12:34", at]);
  await must(["setfacl", "-m", "u:daemon:rw", at]);
  await must(["chmod", "4751", at]);
  await must(["setfattr", "-n", "user.note", "-v", "kept", at]);
  await must(["setfattr", "-n", "trusted.label", "-v", "system_u:object_r:etc_t:s0", at]);
  const described = () =>
    must(["sh", "-c", 'getfattr -d -m - -e hex "$1"; getfacl -n "$1"; stat -c "%a %u %g" "$1"', "sh", at]);
  const before = await described();
  await openMachine(root).replace("/etc/default/grub", "new\n", 0o644);
  assert.equal(readFileSync(at, "utf8"), "new\n");
  assert.equal(await described(), before);
  assert.match(before, /user\.note/);
});

test("a link stays a link; what it leads to is replaced", async (t) => {
  const root = temporaryDirectory(t);
  plant(root, { "srv/grub": "old\n", "etc/default/x": "" });
  symlinkSync("/srv/grub", `${root}/etc/default/grub`);
  await openMachine(root).replace("/etc/default/grub", "new\n", 0o644);
  assert.equal(readlinkSync(`${root}/etc/default/grub`), "/srv/grub");
  assert.equal(readFileSync(`${root}/srv/grub`, "utf8"), "new\n");
});

test("a new file gets the mode asked for, whatever the umask", async (t) => {
  const root = temporaryDirectory(t);
  const umask = process.umask(0o077);
  t.after(() => {
    process.umask(umask);
  });
  await openMachine(root).replace("/new", "x", 0o644);
  assert.equal(statSync(`${root}/new`).mode & 0o7777, 0o644);
});

test("the name written to first is no setting for a generator, and is gone afterwards", async (t) => {
  const root = temporaryDirectory(t);
  const machine = openMachine(root);
  mkdirSync(`${root}/grub.d`);
  await machine.replace("/grub.d/a.cfg", "x", 0o644);
  assert.deepEqual(readdirSync(`${root}/grub.d`), ["a.cfg"]);
  const temporary = machine.temporaryName("/grub.d/a.cfg");
  assert.match(temporary, /^\/grub\.d\/\..*[^c][^f][^g]$/);
});

test("a temporary file a killed run left behind is no obstacle", async (t) => {
  const root = temporaryDirectory(t);
  const machine = openMachine(root);
  writeFileSync(`${root}${machine.temporaryName("/f")}`, "half");
  await machine.replace("/f", "whole", 0o644);
  assert.deepEqual(readdirSync(root), ["f"]);
  assert.equal(readFileSync(`${root}/f`, "utf8"), "whole");
});

test("a full disk leaves the old file whole and nothing beside it", asRoot, async (t) => {
  const root = temporaryDirectory(t);
  await must(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", root]);
  try {
    writeFileSync(`${root}/f`, "old");
    await assert.rejects(openMachine(root).replace("/f", "x".repeat(300_000), 0o644), /ENOSPC/);
    assert.equal(readFileSync(`${root}/f`, "utf8"), "old");
    assert.deepEqual(readdirSync(root), ["f"]);
  } finally {
    await must(["umount", root]);
  }
});

test("a directory where the file should be is refused", async (t) => {
  const root = temporaryDirectory(t);
  mkdirSync(`${root}/f`);
  await assert.rejects(openMachine(root).replace("/f", "x", 0o644), /not a regular file/);
  assert.ok(lstatSync(`${root}/f`).isDirectory());
});

test("the old inode lives on under its second name after a rename", async (t) => {
  const root = temporaryDirectory(t);
  plant(root, { "grub.cfg": "old", candidate: "new" });
  const inode = statSync(`${root}/grub.cfg`).ino;
  const machine = openMachine(root);
  assert.equal(machine.hardLink("/grub.cfg", "/grub.cfg.kdump-setup-x"), true);
  machine.rename("/candidate", "/grub.cfg");
  assert.equal(readFileSync(`${root}/grub.cfg`, "utf8"), "new");
  assert.equal(statSync(`${root}/grub.cfg.kdump-setup-x`).ino, inode);
});

test("missing directories are made, named, and taken away again only when empty", (t) => {
  const root = temporaryDirectory(t);
  const machine = openMachine(root);
  assert.deepEqual(machine.makeDirectory("/a/b/c", 0o700), ["/a", "/a/b", "/a/b/c"]);
  assert.deepEqual(machine.makeDirectory("/a/b", 0o700), []);
  writeFileSync(`${root}/a/b/f`, "");
  machine.removeEmptyDirectory("/a/b/c");
  machine.removeEmptyDirectory("/a/b");
  assert.ok(existsSync(`${root}/a/b/f`));
  assert.ok(!existsSync(`${root}/a/b/c`));
});

test("syncing a file system works with the sync of this system", async (t) => {
  const root = temporaryDirectory(t);
  await openMachine(root).syncFileSystem("/");
});
