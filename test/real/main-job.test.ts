import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  diffSnapshots,
  inside,
  must,
  overlayRoot,
  type RootName,
  runTool,
  snapshot,
  withoutRoot,
} from "../support/roots.js";

/** The main job on every profile's root, judged by the system's own programs. */

interface Layout {
  readonly root: RootName;
  readonly distro: string;
  readonly config: string;
  readonly check: string;
  readonly generator: string;
  readonly unit: string;
  /** what the shell of that release makes of its files */
  readonly sources: string;
  readonly shell: string;
  readonly normalEntries: number;
  /** what auto writes; the vendor's list where nothing is said */
  readonly auto?: RegExp;
}

/** GRUB as Debian builds it, with kdump-tools, is one layout, whichever release. */
const debian = (root: RootName, distro: string): Layout => ({
  root,
  distro,
  config: "/boot/grub/grub.cfg",
  check: "grub-script-check",
  generator: "update-grub",
  unit: "kdump-tools.service",
  sources: '. /etc/default/grub; for x in /etc/default/grub.d/*.cfg; do . "$x"; done',
  shell: "dash",
  normalEntries: 3,
});

/** GRUB under the names that most other distributions give it, with one file of defaults and kdump.service. */
const grub2 = (root: RootName, distro: string, auto?: RegExp): Layout => ({
  root,
  distro,
  config: "/boot/grub2/grub.cfg",
  check: "grub2-script-check",
  generator: "grub2-mkconfig",
  unit: "kdump.service",
  sources: ". /etc/default/grub",
  shell: "bash",
  normalEntries: 2,
  ...(auto === undefined ? {} : { auto }),
});

const LAYOUTS: readonly Layout[] = [
  debian("debian11", "debian-11"),
  debian("debian12", "debian-12"),
  debian("debian13", "debian-13"),
  debian("ubuntu2204", "ubuntu-22.04"),
  grub2("centos7", "centos-7"),
  // what YaST or kdumptool reckoned on the machine is more than our own number: it stays
  grub2("sles156", "sles-15.6", /^300M,high 72M,low$/),
  grub2("sles16", "sles-16", /^72M,low 320M,high$/),
];

for (const layout of LAYOUTS) {
  const skip = withoutRoot(layout.root);

  test(`${layout.distro}: one command makes every normal entry carry the reservation, and enables the service`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, layout.root);
    await must(["chroot", root, "systemctl", "--root=/", "disable", layout.unit]);
    const before = linuxLines(root, layout);
    const ran = await runTool([
      "--root",
      root,
      "--ram",
      "4G",
      "--crashkernel",
      "256M",
      "--yes",
      "--format",
      "json",
    ]);
    assert.equal(ran.code, 0, ran.stderr);
    const json = JSON.parse(ran.stdout);
    assert.equal(json.schema, "kdump-setup/1");
    assert.equal(json.result, "applied");
    assert.equal(json.host.distro, layout.distro);
    assert.equal(json.host.ramBytes, 4 * 2 ** 30);
    assert.equal(json.crashkernel.expression, "256M");
    assert.equal(json.crashkernel.reservedBytes, 256 * 2 ** 20);
    assert.equal(json.rebootRequired, true);
    assert.ok(
      json.commands.some(
        (c: { argv: string[] }) =>
          c.argv[0] === layout.generator && c.argv.includes(`${layout.config}.kdump-setup`),
      ),
    );

    const after = linuxLines(root, layout);
    const withWords = after.filter((line) => /(^|\s)crashkernel=256M(\s|$)/.test(line));
    assert.equal(withWords.length, layout.normalEntries, after.join("\n"));
    const bare = (lines: readonly string[]) => lines.map((line) => line.replace(/\s+crashkernel=\S*/g, ""));
    assert.deepEqual(bare(after), bare(before), "only the crashkernel words changed");
    await must(["chroot", root, layout.check, layout.config]);
    const values = await inside(root, [
      layout.shell,
      "-c",
      `set -e; ${layout.sources}; echo "$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT"`,
    ]);
    assert.equal(values.stdout.match(/crashkernel=/g)?.length, 1, values.stdout);
    assert.match(values.stdout, /(^| )crashkernel=256M( |$)/m);
    assert.equal(
      (await must(["chroot", root, "systemctl", "--root=/", "is-enabled", layout.unit])).trim(),
      "enabled",
    );
  });

  test(`${layout.distro}: a second run changes nothing, writes no file and runs no generator`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, layout.root);
    const command = ["--root", root, "--ram", "4G", "--crashkernel", "256M", "--yes", "--format", "json"];
    assert.equal((await runTool(command)).code, 0);
    const options = { times: true, ignore: ["proc", "dev", "sys", "run"] };
    const before = await snapshot(root, options);
    const second = await runTool(command);
    assert.equal(second.code, 0, second.stderr);
    const json = JSON.parse(second.stdout);
    assert.deepEqual([json.result, json.changed, json.commands, json.files], ["unchanged", false, [], []]);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, options)), []);
  });

  test(`${layout.distro}: rollback makes the system what it was, to the byte`, { skip }, async (t) => {
    const root = await overlayRoot(t, layout.root);
    const options = { ignore: ["proc", "dev", "sys", "run", "var/lib/kdump-setup"] };
    const before = await snapshot(root, options);
    assert.equal((await runTool(["--root", root, "--ram", "4G", "--crashkernel", "256M", "--yes"])).code, 0);
    assert.notDeepEqual(diffSnapshots(before, await snapshot(root, options)), []);
    const back = await runTool(["--root", root, "rollback", "--yes"]);
    assert.equal(back.code, 0, back.stderr);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, options)), []);
    assert.equal((await runTool(["--root", root, "rollback", "--yes"])).code, 3);
  });

  test(`${layout.distro}: --disable leaves no crashkernel= and no enabled service, and can be taken back`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, layout.root);
    const options = { ignore: ["proc", "dev", "sys", "run", "var/lib/kdump-setup"] };
    const before = await snapshot(root, options);
    const ran = await runTool(["--root", root, "--disable", "--mask", "--yes"]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(
      linuxLines(root, layout).filter((line) => line.includes("crashkernel")),
      [],
    );
    const values = await inside(root, [
      layout.shell,
      "-c",
      `set -e; ${layout.sources}; echo "$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT"`,
    ]);
    assert.doesNotMatch(values.stdout, /crashkernel/);
    const state = await inside(root, ["systemctl", "--root=/", "is-enabled", layout.unit]);
    assert.equal(state.stdout.trim(), "masked");
    assert.equal((await runTool(["--root", root, "rollback", "--yes"])).code, 0);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, options)), []);
  });

  test(`${layout.distro}: --dry-run changes nothing at all and tells by its exit code`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, layout.root);
    const options = { times: true };
    const before = await snapshot(root, options);
    const ran = await runTool([
      "--root",
      root,
      "--ram",
      "4G",
      "--crashkernel",
      "256M",
      "--dry-run",
      "--exit-code",
      "--format",
      "json",
    ]);
    assert.equal(ran.code, 9, ran.stderr);
    const json = JSON.parse(ran.stdout);
    assert.equal(json.result, "planned");
    assert.match(json.files[0].diff, /^--- .*\n\+\+\+ .*\n@@ /);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, options)), []);
  });

  test(`${layout.distro}: auto writes the vendor's list, never the word auto`, { skip }, async (t) => {
    const root = await overlayRoot(t, layout.root);
    const ran = await runTool([
      "--root",
      root,
      "--ram",
      "4G",
      "--crashkernel",
      "auto",
      "--yes",
      "--format",
      "json",
    ]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(JSON.parse(ran.stdout).crashkernel.expression, layout.auto ?? /^\d+[MG]-/);
    assert.equal(
      linuxLines(root, layout).some((line) => line.includes("crashkernel=auto")),
      false,
    );
  });
}

function linuxLines(root: string, layout: Layout): readonly string[] {
  return readFileSync(root + layout.config, "utf8")
    .split("\n")
    .filter((line) => /^\s*linux(16|efi)?\s/.test(line))
    .map((line) => line.trim());
}

test("centos-7: from `crashkernel=auto rd.lvm.lv=cl/root rhgb quiet` back to the rest of it", {
  skip: withoutRoot("centos7"),
}, async (t) => {
  const root = await overlayRoot(t, "centos7");
  const line = () =>
    readFileSync(`${root}/etc/default/grub`, "utf8")
      .split("\n")
      .find((l) => l.startsWith("GRUB_CMDLINE_LINUX="));
  assert.equal(line(), 'GRUB_CMDLINE_LINUX="crashkernel=auto rd.lvm.lv=cl/root rhgb quiet"');
  assert.equal((await runTool(["--root", root, "--disable", "--yes"])).code, 0);
  assert.equal(line(), 'GRUB_CMDLINE_LINUX="rd.lvm.lv=cl/root rhgb quiet"');
});
