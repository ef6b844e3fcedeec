import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import test from "node:test";
import {
  DEBIANS,
  diffSnapshots,
  inside,
  must,
  overlayRoot,
  type RootName,
  run,
  snapshot,
  withoutRoot,
} from "./roots.js";

const debianLike: readonly RootName[] = [...DEBIANS, "ubuntu2204"];
for (const name of debianLike)
  test(`update-grub of ${name} writes the configuration that is already there`, {
    skip: withoutRoot(name),
  }, async (t) => {
    const root = await overlayRoot(t, name);
    const config = path.join(root, "boot/grub/grub.cfg");
    const before = readFileSync(config, "latin1");
    writeFileSync(config, "");
    const ended = await inside(root, ["update-grub"]);
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal((await inside(root, ["grub-script-check", "/boot/grub/grub.cfg"])).code, 0);
    assert.equal(readFileSync(config, "latin1"), before);
    assert.match(before, /\n\tlinux\t\/boot\/vmlinuz-\S+ root=UUID=\S+ ro .*crashkernel=\d+M-:\d+M\n/);
    assert.match(before, /\nsubmenu /);
    assert.equal(
      before.match(/\n\t*linux\t/g)?.length,
      5,
      "two kernels: one entry, and two normal and two for recovery",
    );
  });

test("grub2-mkconfig of centos7 reads no drop-in and writes linux16 lines", {
  skip: withoutRoot("centos7"),
}, async (t) => {
  const root = await overlayRoot(t, "centos7");
  mkdirSync(path.join(root, "etc/default/grub.d"));
  writeFileSync(
    path.join(root, "etc/default/grub.d/x.cfg"),
    'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX dropped-in"\n',
  );
  const before = readFileSync(path.join(root, "boot/grub2/grub.cfg"), "latin1");
  const ended = await inside(root, ["grub2-mkconfig", "-o", "/boot/grub2/grub.cfg"]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal((await inside(root, ["grub2-script-check", "/boot/grub2/grub.cfg"])).code, 0);
  assert.equal(readFileSync(path.join(root, "boot/grub2/grub.cfg"), "latin1"), before);
  assert.match(
    before,
    /\n\tlinux16 \/boot\/vmlinuz-3\.10\.0-1160\.el7\.x86_64 root=\/dev\/mapper\/cl-root ro crashkernel=auto /,
  );
  assert.match(before, /\n\tinitrd16 \/boot\/initramfs-0-rescue-/);
  assert.equal((await inside(root, ["sh", "-c", "echo $BASH_VERSION"])).stdout.slice(0, 2), "5.");
  assert.equal(
    (await run(["systemctl", `--root=${root}`, "is-enabled", "kdump.service"])).stdout.trim(),
    "enabled",
  );
});

for (const name of DEBIANS)
  test(`${name} is ${name}-bare with kdump-tools, and what is in there is that release's`, {
    skip: withoutRoot(name) || withoutRoot(`${name}-bare`),
  }, async (t) => {
    const bare = await overlayRoot(t, `${name}-bare`);
    assert.doesNotMatch(readFileSync(path.join(bare, "boot/grub/grub.cfg"), "latin1"), /crashkernel/);
    const release = /^VERSION_ID="(\d+)"$/m.exec(readFileSync(path.join(bare, "etc/os-release"), "latin1"));
    assert.equal(`debian${release?.[1]}`, name);
    const installed = async (root: string) => (await inside(root, ["dpkg-query", "-W"])).stdout.split("\n");
    const before = new Set(await installed(bare));
    const added = (await installed(await overlayRoot(t, name))).filter((line) => !before.has(line));
    const names = added.map((line) => line.split(/[:\t]/)[0] ?? "");
    for (const one of ["kdump-tools", "kexec-tools", "makedumpfile"]) assert.ok(names.includes(one), one);
    assert.ok(!names.some((one) => /^(linux-image|grub)/.test(one)), "only what came with it was added");
  });

test("kdump-tools installs in debian12-bare without a network", {
  skip: withoutRoot("debian12-bare"),
}, async (t) => {
  const root = await overlayRoot(t, "debian12-bare");
  const chroot = ["unshare", "--net", "chroot", root, "env", "DEBIAN_FRONTEND=noninteractive"] as const;
  await must([...chroot, "apt-get", "-y", "install", "kdump-tools"]);
  assert.match(readFileSync(path.join(root, "boot/grub/grub.cfg"), "latin1"), / crashkernel=384M-:128M\n/);
  assert.ok(existsSync(path.join(root, "etc/default/kdump-tools")));
});

test("a root is the same after nothing was done, and its original after everything was", {
  skip: withoutRoot("centos7"),
}, async (t) => {
  const original = path.resolve(".cache/roots/centos7");
  const untouched = await snapshot(original, { times: true });
  const root = await overlayRoot(t, "centos7");
  const at = (name: string): string => path.join(root, name);
  const before = await snapshot(root, { times: true });
  assert.ok(before.size > 3000, `a whole system, not ${before.size} files`);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { times: true })), []);
  assert.equal(lstatSync(root).mode, lstatSync(original).mode);

  appendFileSync(at("etc/kdump.conf"), "#\n");
  chmodSync(at("etc/sysconfig/kdump"), 0o600);
  chownSync(at("etc/fstab"), 1, 2);
  await must(["setfattr", "-x", "security.selinux", at("etc/default/grub")]);
  await must(["setfattr", "-n", "security.selinux", "-v", "other", at("boot/grub2/grubenv")]);
  unlinkSync(at("etc/grub2.cfg"));
  symlinkSync("../boot/grub2/user.cfg", at("etc/grub2.cfg"));
  unlinkSync(at("etc/system-release"));
  writeFileSync(at("etc/system-release"), "CentOS Linux release 7.9.2009 (Core)\n");
  unlinkSync(at("etc/hostname"));
  rmSync(at("var/crash"), { recursive: true });
  writeFileSync(at("boot/new\nname \\ ä"), "");
  await must(["setfattr", "-n", "security.selinux", "-v", "x", at("boot/new\nname \\ ä")]);
  const after = await snapshot(root);
  const lines = diffSnapshots(await snapshot(original), after).map((line) =>
    line.replace(/(0x)?[0-9a-f]{20,}/g, "…"),
  );
  assert.deepEqual(lines, [
    "boot/grub2/grubenv: attribute security.selinux was …, is 0x6f74686572",
    `boot/new\nname \\ ${Buffer.from("ä").toString("latin1")}: was added`,
    "etc/default/grub: attribute security.selinux was …, is none",
    "etc/fstab: owner was 0:0, is 1:2",
    "etc/grub2.cfg: target was ../boot/grub2/grub.cfg, is ../boot/grub2/user.cfg",
    "etc/hostname: is gone",
    "etc/kdump.conf: SHA-256 was …, is …",
    "etc/sysconfig/kdump: mode was 644, is 600",
    "etc/system-release: type was symlink, is file",
    "etc/system-release: mode was 777, is 644",
    "var/crash: is gone",
  ]);
  assert.deepEqual(after.get(`boot/new\nname \\ ${Buffer.from("ä").toString("latin1")}`)?.xattrs, {
    "security.selinux": "0x78",
  });

  utimesSync(at("etc/centos-release"), 1, 1);
  const only = { only: ["etc/centos-release", "not/there"], times: true };
  const touched = diffSnapshots(before, new Map([...before, ...(await snapshot(root, only))]));
  assert.equal(touched.length, 1, "a file that was only rewritten is seen with `times`");
  assert.deepEqual(diffSnapshots(untouched, await snapshot(original, { times: true })), []);
});

test("nothing is left mounted when a test has ended", { skip: withoutRoot("centos7") }, async (t) => {
  let root = "";
  await t.test("a test with a mount of its own", async (inner) => {
    root = await overlayRoot(inner, "centos7");
    await must(["mount", "-t", "tmpfs", "tmpfs", path.join(root, "boot")]);
  });
  assert.notEqual(root, "");
  assert.equal(existsSync(path.dirname(root)), false);
  assert.doesNotMatch(
    readFileSync("/proc/self/mounts", "utf8"),
    new RegExp(path.basename(path.dirname(root))),
  );
});
