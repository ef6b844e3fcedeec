import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { DEBIANS, diffSnapshots, inside, overlayRoot, snapshot, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, content, entries, NEAR, quickInitramfs, shellSays } from "./job.js";

/** A machine without kdump-tools: packages first, then the plan. The root has a package repository inside. */

const skip = withoutRoot("debian12-bare");
const SET = ["--crashkernel", "256M", "--yes"] as const;

test("--dry-run says what will be installed and changes nothing; --exit-code tells", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12-bare");
  const before = await snapshot(root, { ...NEAR, times: true });
  const { code, json, stderr } = await ask(root, ["--crashkernel", "256M", "--dry-run", "--exit-code"]);
  assert.equal(code, 9, stderr);
  assert.equal(json.result, "planned");
  assert.match(stderr, /kdump-tools makedumpfile will be installed first/);
  assert.match(json.warnings.join("\n"), /kdump-tools makedumpfile will be installed first/);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);
});

test("--no-install without the package is refused, with the way out; --force then only reserves", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12-bare");
  const before = await snapshot(root, { ...NEAR, times: true });
  const refused = await ask(root, [...SET, "--no-install"]);
  assert.equal(refused.code, 3);
  assert.equal(refused.json.reasons[0].id, "package-missing");
  assert.match(refused.stderr, /leave out --no-install, or give --no-service.*--force goes past this/);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);

  const forced = await ask(root, [...SET, "--no-install", "--force"]);
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(forced.json.warnings.join("\n"), /forced: kdump-tools\.service is not there/);
  assert.match(content(root, "/etc/default/grub"), /^GRUB_CMDLINE_LINUX_DEFAULT="quiet crashkernel=256M"$/m);
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
  assert.equal(existsSync(`${root}/etc/default/kdump-tools`), false);
});

for (const name of DEBIANS)
  test(`${name}: dpkg's lock is held by somebody else: exit 5 after --lock-timeout, it is said, nothing is changed`, {
    skip: withoutRoot(`${name}-bare`),
  }, async (t) => {
    const root = await overlayRoot(t, `${name}-bare`);
    const before = await snapshot(root, NEAR);
    // an fcntl lock, as dpkg takes it: apt does not look at flock(2)
    const script =
      'use Fcntl; open(my $f, ">>", $ARGV[0]) or die; my $l = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $l) or die "$!"; $| = 1; print "held\\n"; sleep 600;';
    const holder = spawn("perl", ["-e", script, `${root}/var/lib/dpkg/lock-frontend`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.after(() => {
      holder.kill();
    });
    await new Promise((resolve, reject) => {
      holder.stdout.once("data", resolve);
      holder.once("exit", () => reject(new Error("the lock could not be taken")));
    });
    const { code, json, stderr } = await ask(root, [...SET, "--lock-timeout", "1"]);
    assert.equal(code, 5, stderr);
    assert.match(stderr, /DPkg::Lock::Timeout=1 .*ended with 100/);
    assert.match(stderr, /Unable to acquire the dpkg frontend lock/);
    assert.match(stderr, /nothing of the boot configuration was changed/);
    assert.deepEqual([json.changed, json.error.exitCode], [false, 5]);
    const lines = diffSnapshots(before, await snapshot(root, NEAR));
    assert.deepEqual(
      lines.filter((line) => !/^var\/(lib\/(apt|dpkg|kdump-setup)|cache)|^var\/lib\/dpkg|debconf/.test(line)),
      [],
    );
  });

test("the dump's own settings are written when the package has brought their file", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12-bare");
  quickInitramfs(root);
  const { code, json, stderr } = await ask(root, [...SET, "--dump-level", "17", "--core-dir", "/srv/crash"]);
  assert.equal(code, 0, stderr);
  assert.equal(json.result, "applied");
  assert.match(content(root, "/etc/default/kdump-tools"), /^KDUMP_COREDIR="\/srv\/crash"$/m);
  assert.match(content(root, "/etc/default/kdump-tools"), /^MAKEDUMP_ARGS="-F -c -d 17"$/m);
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
});

/** What the package brings, and the switch of a service beside kdump's, which kexec-tools of Debian 13 has no more. */
const BROUGHT = {
  debian11: { list: "384M-:128M", kexec: "LOAD_KEXEC=false" },
  debian12: { list: "384M-:128M", kexec: "LOAD_KEXEC=false" },
  debian13: { list: "512M-:192M", kexec: "USE_GRUB_CONFIG=false" },
};
for (const name of DEBIANS)
  test(`${name}, the whole way: packages, then the plan, then rollback, which says that the packages stay`, {
    skip: withoutRoot(`${name}-bare`),
  }, async (t) => {
    const root = await overlayRoot(t, `${name}-bare`);
    quickInitramfs(root);
    const { code, json, stderr } = await ask(root, SET, { seconds: 300 });
    assert.equal(code, 0, stderr);
    assert.equal(json.result, "applied");
    const commands: string[] = json.commands.map((one: { argv: string[] }) => one.argv.join(" "));
    assert.match(commands[0] ?? "", /^debconf-set-selections/);
    assert.match(
      commands[1] ?? "",
      /^apt-get -y .*DPkg::Lock::Timeout=300 .*install kdump-tools makedumpfile$/,
    );
    assert.match(commands[2] ?? "", /^update-grub -o/);
    assert.ok(json.commands.every((one: { exitCode: number }) => one.exitCode === 0));

    // planned after the installation: the file that came with the package is the one that was edited
    const grub = json.files.map((file: { path: string }) => file.path);
    assert.ok(grub.includes("/etc/default/grub.d/kdump-tools.cfg") && !grub.includes("/etc/default/grub"));
    assert.equal(await shellSays(root), "quiet crashkernel=256M");
    await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
    for (const one of entries(root).filter((entry) => entry.recovery)) assert.deepEqual(one.crashkernel, []);
    assert.ok(content(root, "/etc/default/kexec").split("\n").includes(BROUGHT[name].kexec));
    assert.match(content(root, "/var/cache/debconf/config.dat"), /^Name: kdump-tools\/use_kdump$/m);
    assert.equal(
      /^Name: kexec-tools\/load_kexec$/m.test(content(root, "/var/cache/debconf/config.dat")),
      BROUGHT[name].kexec.startsWith("LOAD"),
      "no answer to a question the release does not ask",
    );
    assert.match(content(root, "/etc/default/kdump-tools"), /^USE_KDUMP=1$/m);
    const unit = await inside(root, ["systemctl", "--root=/", "is-enabled", "kdump-tools.service"]);
    assert.equal(unit.stdout.trim(), "enabled");
    const installed = await inside(root, ["dpkg", "-s", "kdump-tools", "makedumpfile", "kexec-tools"]);
    assert.equal(installed.stdout.match(/^Status: install ok installed$/gm)?.length, 3);
    assert.notEqual((await inside(root, ["dpkg", "-s", "crash"])).code, 0, "no recommended packages");
    assert.equal((await ask(root, SET)).json.result, "unchanged");

    const back = await ask(root, ["rollback", "--yes"]);
    assert.equal(back.code, 0, back.stderr);
    assert.match(
      back.json.warnings.join("\n"),
      /packages that run installed stay \(kdump-tools makedumpfile\): apt-get purge/,
    );
    assert.equal(
      await shellSays(root),
      `quiet crashkernel=${BROUGHT[name].list}`,
      "as the package brought it",
    );
    const history = await ask(root, ["history"]);
    assert.deepEqual(history.json.runs.at(-1).packages, ["kdump-tools", "makedumpfile"]);
  });

test("an installation that fails half-way changes nothing of ours, and a second run goes on from there", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12-bare");
  quickInitramfs(root);
  const repo = `${root}/var/local/repo`;
  const moved = await inside(root, ["sh", "-c", "mv /var/local/repo/kdump-tools_* /root/"]);
  assert.equal(moved.code, 0, moved.stderr);
  const failed = await ask(root, SET, { seconds: 300 });
  assert.equal(failed.code, 5, failed.stderr);
  assert.match(failed.stderr, /apt-get .*ended with 100[\s\S]*install the packages by hand and run it again/);
  await assertBoots(root, [], { normal: 3 });
  assert.ok(existsSync(repo));
  assert.equal((await inside(root, ["sh", "-c", "mv /root/kdump-tools_* /var/local/repo/"])).code, 0);
  const again = await ask(root, SET, { seconds: 300 });
  assert.equal(again.code, 0, again.stderr);
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
});
