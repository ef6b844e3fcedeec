/**
 * Systems whose menu comes from entries. GRUB here has no blscfg, so what boots is judged by reading the entries as the
 * test itself understands them, and by what real kernel-install makes of the next kernel.
 */
import assert from "node:assert/strict";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { assertGolden } from "../support/golden.js";
import {
  diffSnapshots,
  inside,
  must,
  overlayRoot,
  snapshot,
  WITH_BLS,
  withoutRoot,
} from "../support/roots.js";
import { ask, content, edit, tool } from "./job.js";

const ENTRIES = "/boot/loader/entries";
const IGNORE = { ignore: ["proc", "dev", "sys", "run", "var/lib/kdump-setup"] };
const SET = ["--crashkernel", "512M", "--yes"];

/** File name → its whole command line, `$kernelopts` put in; rescue entries apart. */
async function boots(root: string, rescue = false): Promise<ReadonlyMap<string, string>> {
  const env = await must(["chroot", root, "grub2-editenv", "/boot/grub2/grubenv", "list"]);
  const kernelopts = /^kernelopts=(.*)$/m.exec(env)?.[1] ?? "";
  const names = readdirSync(root + ENTRIES).filter((name) => name.includes("-0-rescue") === rescue);
  return new Map(
    names.map((name) => {
      const options = /^options +(.*)$/m.exec(content(root, `${ENTRIES}/${name}`))?.[1] ?? "";
      return [name, options.replace("$kernelopts", kernelopts).replace(/ ?\$tuned_params/, "")];
    }),
  );
}

const reservations = (lines: ReadonlyMap<string, string>) =>
  [...lines.values()].map((line) =>
    line
      .split(" ")
      .filter((word) => word.startsWith("crashkernel="))
      .join(" "),
  );
const without = (lines: ReadonlyMap<string, string>) =>
  [...lines.values()].map((line) => line.replace(/ ?crashkernel=\S+/g, ""));

for (const name of WITH_BLS) {
  const skip = withoutRoot(name);

  test(`${name}: every entry carries the value, nothing else of it changed, and the rescue entry's file is left alone`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, name);
    const [rescue] = readdirSync(root + ENTRIES).filter((file) => file.includes("-0-rescue"));
    const before = await boots(root);
    const file = (of: string | undefined) => (of === undefined ? "" : content(root, `${ENTRIES}/${of}`));
    const kept = file(rescue);
    const { code, json, stderr } = await ask(root, SET);
    assert.equal(code, 0, stderr);
    assert.deepEqual([json.result, json.rebootRequired, json.commands], ["applied", true, []]);
    const after = await boots(root);
    assert.deepEqual(reservations(after), Array(before.size).fill("crashkernel=512M"));
    assert.deepEqual(without(after), without(before));
    assert.equal(file(rescue), kept);
    assert.equal(readFileSync(`${root}/boot/grub2/grubenv`).length, 1024);
    assert.match(content(root, "/etc/default/grub"), /^GRUB_CMDLINE_LINUX(_DEFAULT)?=".*crashkernel=512M/m);
    const { json: check } = await ask(root, ["--check"]);
    const status = (id: string) => check.checks.find((one: { id: string }) => one.id === id).status;
    assert.deepEqual(["boot.configured", "boot.entries", "boot.fresh", "boot.override"].map(status), [
      "pass",
      "pass",
      "skipped",
      "pass",
    ]);
  });

  test(`${name}: the plan and the diff are what was agreed on`, { skip }, async (t) => {
    const root = await overlayRoot(t, name);
    const golden = async (wish: string, args: readonly string[]) => {
      const { stdout, stderr, code } = await tool(root, [...args, "--dry-run"]);
      assert.equal(code, 0, stderr);
      // what auto says of sizes is of the kernel image it found
      const talk = wish === "auto" ? "" : `---- talk\n${stderr}`;
      assertGolden(`bls/${name}-${wish}.txt`, `${stdout}${talk}`.replaceAll(root, "ROOT"));
    };
    await golden("auto", ["--crashkernel", "auto"]);
    await golden("set", ["--crashkernel", "512M"]);
    await golden("pair", ["--crashkernel", "1G,high", "--force"]);
    await golden("disable", ["--disable"]);
    assert.equal((await tool(root, SET)).code, 0);
    await golden("already", ["--crashkernel", "512M"]);
  });

  test(`${name}: the next kernel carries the value too, and so does everything after the generator ran`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, name);
    assert.equal((await tool(root, SET)).code, 0);
    await install(root, "9.9.9-1.test");
    assert.deepEqual([...new Set(reservations(await boots(root)))], ["crashkernel=512M"]);
    const lines = await boots(root);
    await must(["chroot", root, "grub2-mkconfig", "-o", "/boot/grub2/grub.cfg"]);
    assert.deepEqual([...new Set(reservations(await boots(root)))], ["crashkernel=512M"]);
    if (name === "rhel9") assert.deepEqual(await boots(root), lines);
    assert.equal((await ask(root, SET)).json.result, "unchanged");
  });
}

for (const name of ["rhel8", "rhel9", "fedora43"] as const) {
  const skip = withoutRoot(name);

  test(`${name}: a second run writes no file, and rollback makes the system what it was, to the byte`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, name);
    const before = await snapshot(root, IGNORE);
    assert.equal((await tool(root, SET)).code, 0);
    const done = await snapshot(root, { ...IGNORE, times: true });
    const { json } = await ask(root, SET);
    assert.equal(json.result, "unchanged");
    assert.deepEqual(diffSnapshots(done, await snapshot(root, { ...IGNORE, times: true })), []);
    const back = await tool(root, ["rollback", "--yes"]);
    assert.equal(back.code, 0, back.stderr);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, IGNORE)), []);
  });

  test(`${name}: --disable leaves no crashkernel= anywhere, for kernels to come neither`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, name);
    assert.equal((await tool(root, SET)).code, 0);
    assert.equal((await tool(root, ["--disable", "--yes"])).code, 0);
    if (name !== "rhel8") assert.doesNotMatch(content(root, "/etc/kernel/cmdline"), /crashkernel/);
    await install(root, "9.9.9-1.test");
    assert.deepEqual([...new Set(reservations(await boots(root)))], [""]);
    assert.doesNotMatch(content(root, "/etc/default/grub"), /crashkernel/);
  });
}

/** Real kernel-install, with the hook the release brings (dress/bls: written anew, as far as the entry goes). */
async function install(root: string, release: string): Promise<void> {
  const [image] = readdirSync(`${root}/boot`).filter((file) => /^vmlinuz-[4-6]/.test(file));
  mkdirSync(`${root}/usr/lib/modules/${release}`, { recursive: true });
  const ended = await inside(root, ["kernel-install", "add", release, `/boot/${image}`]);
  assert.equal(ended.code, 0, ended.stderr);
}

const skip9 = withoutRoot("rhel9");
const skip8 = withoutRoot("rhel8");

test("rhel9: the entry that systemd's own hook writes carries the value too", { skip: skip9 }, async (t) => {
  const root = await overlayRoot(t, "rhel9");
  assert.equal((await tool(root, SET)).code, 0);
  rmSync(`${root}/usr/lib/kernel/install.d/20-grub.install`);
  writeFileSync(`${root}/etc/kernel/install.conf`, "layout=bls\n");
  await install(root, "9.9.9-1.test");
  const [entry] = readdirSync(root + ENTRIES).filter((file) => file.includes("9.9.9"));
  assert.match(content(root, `${ENTRIES}/${entry}`), /^options +root=.* crashkernel=512M /m);
});

test("rhel9: without /etc/kernel/cmdline none is made, and what a kernel to come gets is said", {
  skip: skip9,
}, async (t) => {
  const root = await overlayRoot(t, "rhel9");
  rmSync(`${root}/etc/kernel/cmdline`);
  const { json } = await ask(root, SET);
  assert.equal(json.result, "applied");
  assert.ok(
    json.warnings.some((text: string) => /no \/etc\/kernel\/cmdline: a kernel installed before/.test(text)),
  );
  assert.deepEqual(reservations(await boots(root)), ["crashkernel=512M", "crashkernel=512M"]);
  assert.ok(!readdirSync(`${root}/etc/kernel`).includes("cmdline"));
});

test("rhel9: an entry that another tool left behind is found by --check, with its file and line", {
  skip: skip9,
}, async (t) => {
  const root = await overlayRoot(t, "rhel9");
  assert.equal((await tool(root, SET)).code, 0);
  const [older] = readdirSync(root + ENTRIES).filter((file) => file.includes("362"));
  edit(root, `${ENTRIES}/${older}`, "crashkernel=512M", "crashkernel=64M");
  const { code, json } = await ask(root, ["--check"]);
  assert.equal(code, 7);
  const found = json.checks.find((one: { id: string }) => one.id === "boot.entries");
  assert.deepEqual([found.status, found.evidence], ["fail", `${ENTRIES}/${older}`]);
  assert.match(found.actual, /carries crashkernel=64M instead of crashkernel=512M/);
  assert.equal((await ask(root, SET)).json.files.length, 1);
});

test("rhel9: a line of kernels to come with another value is found by --check", {
  skip: skip9,
}, async (t) => {
  const root = await overlayRoot(t, "rhel9");
  edit(root, "/etc/kernel/cmdline", /crashkernel=\S+/, "crashkernel=64M");
  const { json } = await ask(root, ["--check"]);
  const found = json.checks.find((one: { id: string }) => one.id === "boot.override");
  assert.deepEqual([found.status, found.evidence], ["fail", "/etc/kernel/cmdline"]);
});

test("rhel9: an own value is kept from the package's updater, and the vendor's own value is not", {
  skip: skip9,
}, async (t) => {
  const root = await overlayRoot(t, "rhel9");
  const vendors = ["--crashkernel", "1G-4G:192M,4G-64G:256M,64G-:512M", "--yes"];
  assert.equal((await ask(root, vendors)).json.result, "unchanged");
  assert.equal((await tool(root, SET)).code, 0);
  assert.match(content(root, "/etc/kdump.conf"), /^auto_reset_crashkernel no$/m);
});

test("rhel8: a kdumpctl that does not know auto_reset_crashkernel is not given it: it would stop", {
  skip: skip8,
}, async (t) => {
  const root = await overlayRoot(t, "rhel8");
  const before = content(root, "/etc/kdump.conf");
  assert.equal((await tool(root, SET)).code, 0);
  assert.equal(content(root, "/etc/kdump.conf"), before);
});

test("rhel8: an entry that holds its words itself is edited beside $kernelopts", {
  skip: skip8,
}, async (t) => {
  const root = await overlayRoot(t, "rhel8");
  const [older] = readdirSync(root + ENTRIES).filter((file) => file.includes("477"));
  edit(root, `${ENTRIES}/${older}`, "$kernelopts", "root=/dev/sda1 ro crashkernel=auto crashkernel=1M own=1");
  assert.equal((await tool(root, SET)).code, 0);
  assert.deepEqual(reservations(await boots(root)), ["crashkernel=512M", "crashkernel=512M"]);
  assert.match(
    content(root, `${ENTRIES}/${older}`),
    /^options root=\/dev\/sda1 ro crashkernel=512M own=1 \$tuned_params$/m,
  );
});

test("rhel8: a grubenv that is a link into the EFI system partition stays one, and what it leads to is changed", {
  skip: skip8,
}, async (t) => {
  const root = await overlayRoot(t, "rhel8");
  mkdirSync(`${root}/boot/efi/EFI/redhat`, { recursive: true });
  renameSync(`${root}/boot/grub2/grubenv`, `${root}/boot/efi/EFI/redhat/grubenv`);
  symlinkSync("../efi/EFI/redhat/grubenv", `${root}/boot/grub2/grubenv`);
  const before = await snapshot(root, { only: ["boot", "etc"] });
  assert.equal((await tool(root, SET)).code, 0);
  assert.equal(readlinkSync(`${root}/boot/grub2/grubenv`), "../efi/EFI/redhat/grubenv");
  assert.match(content(root, "/boot/efi/EFI/redhat/grubenv"), / crashkernel=512M /);
  assert.equal((await tool(root, ["rollback", "--yes"])).code, 0);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { only: ["boot", "etc"] })), []);
});

test("rhel8: rollback takes back our variable of grubenv only, others were set since", {
  skip: skip8,
}, async (t) => {
  const root = await overlayRoot(t, "rhel8");
  const before = await boots(root);
  assert.equal((await tool(root, SET)).code, 0);
  await must([
    "chroot",
    root,
    "grub2-editenv",
    "/boot/grub2/grubenv",
    "set",
    "boot_success=1",
    "saved_entry=x",
  ]);
  const back = await tool(root, ["rollback", "--yes"]);
  assert.equal(back.code, 0, back.stderr);
  assert.deepEqual(await boots(root), before);
  assert.match(content(root, "/boot/grub2/grubenv"), /^boot_success=1\nsaved_entry=x$/m);
  assert.equal(content(root, "/boot/grub2/grubenv").length, 1024);
});

test("rhel8: rollback refuses when somebody set $kernelopts since, and shows it", {
  skip: skip8,
}, async (t) => {
  const root = await overlayRoot(t, "rhel8");
  assert.equal((await tool(root, SET)).code, 0);
  await must(["chroot", root, "grub2-editenv", "/boot/grub2/grubenv", "set", "kernelopts=root=/dev/sda1 ro"]);
  const back = await tool(root, ["rollback", "--yes"]);
  assert.equal(back.code, 4);
  assert.match(back.stderr, /\/boot\/grub2\/grubenv/);
});

test("rhel9: rollback brings no entry of a removed kernel back, and names one that came since", {
  skip: skip9,
}, async (t) => {
  const root = await overlayRoot(t, "rhel9");
  assert.equal((await tool(root, SET)).code, 0);
  const [older] = readdirSync(root + ENTRIES).filter((file) => file.includes("362"));
  rmSync(`${root}${ENTRIES}/${older}`);
  await install(root, "9.9.9-1.test");
  const { code, json, stderr } = await ask(root, ["rollback", "--yes"]);
  assert.equal(code, 0, stderr);
  assert.ok(
    json.warnings.some((text: string) => /9\.9\.9-1\.test\.conf was not written by that run/.test(text)),
  );
  const names = readdirSync(root + ENTRIES);
  assert.ok(!names.includes(older ?? ""));
  assert.equal((await ask(root, ["rollback", "--yes"])).code, 3);
});

test("fedora43: the line of kernels to come is never older than the defaults, after a rollback neither", {
  skip: withoutRoot("fedora43"),
}, async (t) => {
  const root = await overlayRoot(t, "fedora43");
  const old = new Date("2026-01-01T00:00:00Z");
  utimesSync(`${root}/etc/default/grub`, old, old);
  utimesSync(`${root}/etc/kernel/cmdline`, old, old);
  edit(root, "/etc/kernel/cmdline", "rhgb", "only.here=1 rhgb");
  const kept = async () => {
    await must(["chroot", root, "grub2-mkconfig", "-o", "/boot/grub2/grub.cfg"]);
    assert.match(content(root, "/etc/kernel/cmdline"), /only\.here=1/);
  };
  assert.equal((await tool(root, SET)).code, 0);
  await kept();
  assert.equal((await tool(root, ["rollback", "--yes"])).code, 0);
  await kept();
});

const REFUSED: readonly (readonly [string, (root: string) => void, RegExp])[] = [
  [
    "no entry at all",
    (root) => rmSync(root + ENTRIES, { recursive: true }),
    /no boot entry in \/boot\/loader\/entries/,
  ],
  [
    "an entry with two options lines",
    (root) => edit(root, entryOf(root), /^options/m, "options a\noptions"),
    /second options line/,
  ],
  [
    "an entry without options",
    (root) => edit(root, entryOf(root), /^options.*\n/m, ""),
    /no options line that crashkernel=512M could go into/,
  ],
  [
    "an entry whose $kernelopts is set nowhere",
    (root) => edit(root, entryOf(root), /^options.*$/m, "options $kernelopts"),
    /\$kernelopts, which \/boot\/grub2\/grubenv does not set/,
  ],
  [
    "a value hidden in another variable",
    (root) => {
      const text = "# GRUB Environment Block\ntuned_params=crashkernel=1M\n";
      writeFileSync(`${root}/boot/grub2/grubenv`, text.padEnd(1024, "#"));
    },
    /takes arguments from \$tuned_params, which holds a crashkernel=/,
  ],
  [
    "a word that looks like the parameter and comes last",
    (root) => edit(root, entryOf(root), / quiet/, " quiet my.crashkernel=1M"),
    /my\.crashkernel=1M is not the parameter, but the kernel finds it and it wins/,
  ],
  [
    "a generated file with copies of the entries",
    (root) =>
      writeFileSync(
        `${root}/boot/grub2/grub.cfg`,
        "### BEGIN /etc/grub.d/10_linux ###\nmenuentry 'x' {\n linux /vmlinuz ro\n}\n### END /etc/grub.d/10_linux ###\n",
      ),
    /holds copies of the boot entries/,
  ],
];
for (const [what, change, why] of REFUSED)
  test(`rhel9: ${what} is refused with what is right there, and nothing is changed`, {
    skip: skip9,
  }, async (t) => {
    const root = await overlayRoot(t, "rhel9");
    change(root);
    const before = await snapshot(root, { only: ["boot", "etc"] });
    const { code, json } = await ask(root, SET);
    assert.equal(code, 3);
    const texts = json.reasons.map((reason: { text: string }) => reason.text).join("\n");
    assert.match(texts, why);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, { only: ["boot", "etc"] })), []);
  });

/** The entry of the newest kernel. */
function entryOf(root: string): string {
  const [name] = readdirSync(root + ENTRIES).filter((file) => file.includes("427"));
  return `${ENTRIES}/${name}`;
}
