import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { assertGolden } from "../support/golden.js";
import { diffSnapshots, inside, overlayRoot, runTool, snapshot, withoutRoot } from "../support/roots.js";
import { ask, content, edit, entries, GRUB2_CFG, NEAR, standIn } from "./job.js";

/** SUSE's releases: several crashkernel= words, settings in one file of shell variables, a service that writes its own. */

const SYSCONFIG = "/etc/sysconfig/kdump";
const skip = (name: "sles155" | "sles156" | "sles16") => ({ skip: withoutRoot(name) });

/** The file as that release's scripts source it. */
async function sysconfig(root: string, ...names: readonly string[]): Promise<readonly string[]> {
  const values = names.map((name) => `"$${name}"`).join(" ");
  const ended = await inside(root, ["bash", "-euc", `. ${SYSCONFIG}; printf '%s\\n' ${values}`]);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.stdout.split("\n").slice(0, names.length);
}

/**
 * What the service of kdump 2.0.19 and newer would put on the command line at the next boot where other words run: null
 * where it leaves it alone. Written anew from what is known of it: words in KDUMP_CRASHKERNEL, compared as text, in order.
 */
async function servicePuts(root: string, running: readonly string[]): Promise<string | null> {
  const [wish = "", updates] = await sysconfig(root, "KDUMP_CRASHKERNEL", "KDUMP_UPDATE_BOOTLOADER");
  if (updates !== "true") return null;
  if (wish === "auto") return "what it reckons itself";
  const words = wish.split(/\s+/);
  return words.join(" ") === running.join(" ") ? null : words.join(" ");
}

const normal = (root: string) => entries(root, GRUB2_CFG).filter((entry) => !entry.recovery);

for (const [name, release] of [
  ["sles155", "sles-15.5"],
  ["sles156", "sles-15.6"],
  ["sles16", "sles-16"],
] as const)
  test(`${release}: plan and diff are the ones that were read and found right`, skip(name), async (t) => {
    const root = await overlayRoot(t, name);
    for (const [file, wish] of [
      ["reserve", ["--crashkernel", "512M,high 72M,low"]],
      ["disable", ["--disable"]],
      ["settings", ["--dump-level", "17", "--core-dir", "/srv/crash", "--keep-dumps", "3"]],
    ] as const) {
      mkdirSync(`${root}/srv/crash`, { recursive: true, mode: 0o700 });
      const { code, json } = await ask(root, [...wish, "--dry-run"]);
      assert.equal(code, 0, file);
      assert.equal(json.host.distro, release);
      const lines = [
        ...json.files.map((one: { diff: string }) => one.diff),
        ...json.commands.map((one: { argv: string[] }) => `$ ${one.argv.join(" ")}\n`),
        ...json.warnings.map((one: string) => `warning: ${one}\n`),
        ...json.crashkernel.why.map((one: string) => `${one}\n`),
      ];
      assertGolden(`suse/${release}-${file}.txt`, lines.join(""));
    }
  });

test("several crashkernel= words, as YaST writes them, are replaced as one, and set as they are wished", {
  ...skip("sles156"),
}, async (t) => {
  const root = await overlayRoot(t, "sles156");
  assert.deepEqual(normal(root)[0]?.crashkernel, ["crashkernel=300M,high", "crashkernel=72M,low"]);
  for (const wish of ["256M", "512M,high 72M,low", "2G-64G:256M,64G-:512M"]) {
    const { code, json } = await ask(root, ["--crashkernel", wish, "--yes"]);
    assert.equal(code, 0, JSON.stringify(json.reasons));
    const words = wish.split(" ").map((word) => `crashkernel=${word}`);
    for (const entry of normal(root)) assert.deepEqual(entry.crashkernel, words);
  }
});

test("auto keeps what the vendor's own program reckoned while it is no less, and raises what is too little", {
  ...skip("sles156"),
}, async (t) => {
  const root = await overlayRoot(t, "sles156");
  const kept = await ask(root, ["--crashkernel", "auto", "--dry-run"]);
  assert.equal(kept.json.crashkernel.expression, "300M,high 72M,low");
  assert.match(
    kept.json.crashkernel.why.join("\n"),
    /^372 MiB: 300M,high 72M,low stands and is no less, so it stays$/m,
  );
  edit(
    root,
    "/etc/default/grub",
    "crashkernel=300M,high crashkernel=72M,low",
    "crashkernel=100M,high crashkernel=72M,low",
  );
  const raised = await ask(root, ["--crashkernel", "auto", "--dry-run"]);
  assert.equal(raised.json.crashkernel.expression, "1G-:256M");
});

test("kdump-commandline.service keeps what was set, whatever the words, and puts nothing back after --disable", {
  ...skip("sles16"),
}, async (t) => {
  const root = await overlayRoot(t, "sles16");
  assert.equal(await servicePuts(root, []), "what it reckons itself");
  for (const wish of ["256M", "512M,high 72M,low", "2G-64G:256M,64G-:512M"]) {
    assert.equal((await ask(root, ["--crashkernel", wish, "--yes"])).code, 0);
    for (const entry of normal(root)) assert.equal(await servicePuts(root, entry.crashkernel), null, wish);
  }
  assert.equal((await ask(root, ["--crashkernel", "256M", "--no-service", "--yes"])).code, 0);
  assert.equal(await servicePuts(root, ["crashkernel=256M"]), null);
  assert.equal((await ask(root, ["--disable", "--no-service", "--yes"])).code, 0);
  assert.deepEqual(normal(root)[0]?.crashkernel, []);
  assert.equal(await servicePuts(root, []), null);
  assert.equal((await ask(root, ["rollback", "--yes"])).code, 0);
  assert.equal(await servicePuts(root, ["crashkernel=256M"]), null);
});

test("--check tells of the service that would put its own value there, until it keeps ours", {
  ...skip("sles16"),
}, async (t) => {
  const root = await overlayRoot(t, "sles16");
  const override = async () => {
    const { stdout } = await runTool(["--root", root, "--ram", "4G", "--check", "--format", "json"]);
    const checks: readonly { id: string; status: string; actual: string }[] = JSON.parse(stdout).checks;
    return checks.find(({ id }) => id === "boot.override");
  };
  const before = await override();
  assert.equal(before?.status, "fail");
  assert.match(before?.actual ?? "", /kdump-commandline\.service/);
  assert.equal((await ask(root, ["--crashkernel", "256M", "--yes"])).code, 0);
  assert.equal((await override())?.status, "pass");
});

test("before 2.0.19 there is no such service, and nothing is written for it", skip("sles156"), async (t) => {
  const root = await overlayRoot(t, "sles156");
  const { json } = await ask(root, ["--crashkernel", "256M", "--yes"]);
  assert.deepEqual(
    json.files.map((one: { path: string }) => one.path),
    ["/etc/default/grub"],
  );
  assert.doesNotMatch(content(root, SYSCONFIG), /KDUMP_CRASHKERNEL/);
});

test("the dump's settings: target and directory are one URL, a level is a number, and rollback undoes it", {
  ...skip("sles155"),
}, async (t) => {
  const root = await overlayRoot(t, "sles155");
  for (const dir of ["/srv/crash", "/root/.ssh"]) mkdirSync(root + dir, { recursive: true, mode: 0o700 });
  writeFileSync(`${root}/root/.ssh/dump`, "-----BEGIN PRIVATE KEY-----\n");
  chmodSync(`${root}/root/.ssh/dump`, 0o600);
  writeFileSync(`${root}/root/.ssh/known_hosts`, "dumps.example ssh-ed25519 AAAA\n");
  for (const program of ["ssh", "mount.nfs"]) standIn(root, program);
  const before = await snapshot(root, NEAR);
  const names = ["KDUMP_SAVEDIR", "KDUMP_DUMPLEVEL", "KDUMP_KEEP_OLD_DUMPS", "KDUMP_CONTINUE_ON_ERROR"];
  const says = () => sysconfig(root, ...names, "KDUMP_SSH_IDENTITY");
  assert.deepEqual(await says(), ["file:///var/crash", "31", "5", "true", ""]);

  const steps: readonly [readonly string[], readonly string[]][] = [
    [
      ["--core-dir", "/var/crash"],
      ["file:///var/crash", "31", "5", "true", ""],
    ],
    [
      ["--core-dir", "/srv/crash"],
      ["/srv/crash", "31", "5", "true", ""],
    ],
    [
      ["--dump-level", "17", "--fail-action", "shell"],
      ["/srv/crash", "17", "5", "false", ""],
    ],
    [
      ["--keep-dumps", "3"],
      ["/srv/crash", "17", "2", "false", ""],
    ],
    [
      ["--keep-dumps", "1"],
      ["/srv/crash", "17", "-1", "false", ""],
    ],
    [
      ["--target", "ssh:root@dumps.example", "--ssh-key", "/root/.ssh/dump"],
      ["ssh://root@dumps.example/srv/crash", "17", "-1", "false", "/root/.ssh/dump"],
    ],
    [
      ["--core-dir", "/srv/a"],
      ["ssh://root@dumps.example/srv/a", "17", "-1", "false", "/root/.ssh/dump"],
    ],
    [
      ["--target", "nfs:nas.example:/export", "--core-dir", "/a"],
      ["nfs://nas.example/export/a", "17", "-1", "false", "/root/.ssh/dump"],
    ],
    [
      // what counts there when nothing is set
      ["--target", "local"],
      ["/var/log/dump", "17", "-1", "false", "/root/.ssh/dump"],
    ],
  ];
  let changed = 0;
  for (const [wish, expected] of steps) {
    const ran = await ask(root, [...wish, "--yes"]);
    assert.equal(ran.code, 0, `${wish.join(" ")}: ${JSON.stringify(ran.json.reasons)}`);
    assert.deepEqual(await says(), expected, wish.join(" "));
    if (ran.json.changed) changed += 1;
    assert.equal((await ask(root, [...wish, "--yes"])).json.result, "unchanged", wish.join(" "));
  }
  assert.equal(changed, steps.length - 1, "the first one was so already");
  const refused = await ask(root, ["--fail-action", "halt", "--yes"]);
  assert.equal(refused.code, 3);
  for (let at = 0; at < changed; at += 1) assert.equal((await ask(root, ["rollback", "--yes"])).code, 0);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
});

test("a target that is only told: its password is not shown, and one that is wished replaces it", {
  ...skip("sles156"),
}, async (t) => {
  const root = await overlayRoot(t, "sles156");
  edit(root, SYSCONFIG, 'KDUMP_SAVEDIR="/var/crash"', 'KDUMP_SAVEDIR="cifs://me:S3CRET@nas/share"');
  const moved = await ask(root, ["--core-dir", "/srv", "--yes"]);
  assert.equal(moved.code, 3);
  assert.match(moved.json.reasons[0].text, /give --target together with --core-dir$/);
  const listed = await runTool(["--root", root, "dumps"]);
  const checked = await runTool(["--root", root, "--ram", "4G", "--check"]);
  assert.match(listed.stdout + listed.stderr, /cifs:\/\/me:…@nas\/share/);
  assert.doesNotMatch(listed.stdout + listed.stderr + checked.stdout + checked.stderr, /S3CRET/);
  assert.equal((await ask(root, ["--target", "local", "--yes"])).code, 0);
  assert.deepEqual(await sysconfig(root, "KDUMP_SAVEDIR"), ["/var/crash"]);
});

test("the release without releases is known by its name, whatever day it is", skip("sles16"), async (t) => {
  const root = await overlayRoot(t, "sles16");
  writeFileSync(
    `${root}/usr/lib/os-release`,
    'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nVERSION_ID="20261123"\n',
  );
  const { code, json } = await ask(root, ["--disable", "--dry-run"]);
  assert.equal(code, 0);
  assert.equal(json.host.distro, "sles-16");
  assert.deepEqual(json.warnings, []);
});
