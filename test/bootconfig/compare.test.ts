// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GRUB's own variables
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareGrubCfg, type Finding } from "../../src/bootconfig/compare.js";
import { readGrubCfg } from "../../src/bootconfig/grub-cfg.js";
import { baseName } from "../../src/bootconfig/kernel-line.js";
import { corpus, grubRefuses, withoutCorpus, withoutJudge } from "./judge.js";
import { bootImages, FIRMWARE, grubCfg, HAND_MADE, MEMTEST, type Menu, OTHER_LINUX, WORD } from "./menus.js";

const NEW = "6.1.0-56-amd64";
const OLD = "6.1.0-50-amd64";
const both = bootImages(NEW, OLD);
const brief = (findings: readonly Finding[]): string[] => findings.map((f) => `${f.severity} ${f.id}`);

interface Case {
  readonly before: Menu | null;
  readonly after: Menu;
  readonly images?: ReturnType<typeof bootImages>;
  readonly expected: readonly string[];
}

const two: Menu = { kernels: [NEW, OLD] };
const flat: Menu = { kernels: [NEW, OLD], submenu: false, recoveryArgs: null };
const noInitrd = { version: NEW, initrd: null };

const cases: Readonly<Record<string, Case>> = {
  "the same menu says nothing": { before: two, after: two, expected: [] },
  "another crashkernel word says nothing": {
    before: two,
    after: { ...two, args: "quiet crashkernel=1G" },
    expected: [],
  },
  "a crashkernel word that is new says nothing": {
    before: { ...two, args: " quiet" },
    after: {
      ...two,
      args: "quiet crashkernel=1G,high crashkernel=128M,low",
      recoveryArgs: "crashkernel=1G single",
    },
    expected: [],
  },
  "a crashkernel word taken out says nothing": {
    before: two,
    after: { ...two, args: " quiet " },
    expected: [],
  },
  "a lookalike is no crashkernel word": {
    before: two,
    after: { ...two, args: `quiet x.crashkernel=1M ${WORD}` },
    expected: ["warning args-changed"],
  },
  "another root= is refused": {
    before: two,
    after: { ...two, root: "/dev/sda1" },
    expected: ["problem root-changed"],
  },
  "a root= that names nothing is refused": {
    before: null,
    after: { root: "" },
    expected: ["problem empty-root"],
  },
  "another file system for GRUB is refused": {
    before: two,
    after: { ...two, fsUuid: "aaaa" },
    expected: ["problem search-changed", "warning entry-id", "warning lines-changed"],
  },
  "another argument is told": {
    before: two,
    after: { ...two, args: "console=ttyS0" },
    expected: ["warning args-changed"],
  },
  "arguments in another order are told": {
    before: { ...two, args: "console=tty0 console=ttyS0" },
    after: { ...two, args: "console=ttyS0 console=tty0" },
    expected: ["warning args-changed"],
  },
  "an initrd that is gone is refused, though its kernel stays": {
    before: {},
    after: { kernels: [noInitrd] },
    expected: ["problem initrd-missing", "warning lines-changed"],
  },
  "an entry that boots without an initrd still may": {
    before: { kernels: [noInitrd] },
    after: { kernels: [noInitrd] },
    images: { kernelImages: [`vmlinuz-${NEW}`], initrdImages: [] },
    expected: [],
  },
  "an initrd that lies there unused is refused": {
    before: null,
    after: { kernels: [noInitrd] },
    expected: ["problem initrd-missing"],
  },
  "microcode alone is no initrd": {
    before: {},
    after: { kernels: [{ version: NEW, initrd: "/boot/intel-ucode.img" }] },
    expected: ["problem initrd-missing"],
  },
  "microcode that is new is told": {
    before: {},
    after: { kernels: [{ version: NEW, initrd: `/boot/intel-ucode.img /boot/initrd.img-${NEW}` }] },
    expected: ["warning initrd-changed"],
  },
  "an initrd that does not exist is refused": {
    before: null,
    after: { kernels: [{ version: NEW, initrd: "/boot/initrd.img-7" }] },
    expected: ["problem initrd-missing"],
  },
  "a kernel that does not exist is refused": {
    before: two,
    after: two,
    images: bootImages(NEW),
    expected: ["problem kernel-missing", "problem initrd-missing"],
  },
  "a kernel that was not yet in is told": {
    before: { kernels: [OLD] },
    after: two,
    // the entry without a version goes to it, as it would after any kernel update
    expected: ["warning entry-new", "warning entry-new", "warning kernel-changed"],
  },
  "a new kernel whose initrd is not made yet is refused": {
    before: { ...flat, kernels: [OLD] },
    after: { ...flat, kernels: [{ version: "6.1.0-57-amd64", initrd: null }, OLD] },
    images: {
      kernelImages: [...both.kernelImages, "vmlinuz-6.1.0-57-amd64"],
      initrdImages: both.initrdImages,
    },
    expected: ["problem initrd-missing", "warning entry-new", "warning default-changed"],
  },
  "a new kernel that comes first where the first entry boots is told": {
    before: { ...flat, kernels: [OLD] },
    after: flat,
    expected: ["warning entry-new", "warning default-changed"],
  },
  "a kernel that was removed is told": {
    before: two,
    after: {},
    images: bootImages(NEW),
    expected: ["warning entry-gone", "warning entry-gone"],
  },
  "a lost entry whose kernel is still there is refused": {
    before: two,
    after: {},
    expected: ["problem entry-lost"],
  },
  "lost recovery entries are refused": {
    before: two,
    after: { ...two, recoveryArgs: null },
    expected: ["problem entry-lost"],
  },
  "another system that leaves the menu is refused": {
    before: { osProber: OTHER_LINUX },
    after: {},
    expected: ["problem entry-lost"],
  },
  "a lost firmware entry is refused": {
    before: { custom: FIRMWARE },
    after: {},
    expected: ["problem entry-lost"],
  },
  "an entry of an admin's own that is new is told": {
    before: {},
    after: { custom: `${HAND_MADE}\n${MEMTEST}` },
    expected: ["warning entry-new", "warning entry-new"],
  },
  "another kernel for the entry without a version is refused when both are old": {
    before: two,
    after: { kernels: [OLD, NEW] },
    expected: ["problem kernel-changed"],
  },
  "another GRUB_DEFAULT is refused": {
    before: two,
    after: { ...two, default: "1>2" },
    expected: ["problem default-changed"],
  },
  "GRUB_DEFAULT=saved that is new is refused": {
    before: two,
    after: { ...two, default: "${saved_entry}" },
    expected: ["problem default-changed"],
  },
  "GRUB_SAVEDEFAULT that is new is refused": {
    before: two,
    after: { ...two, inEntry: "savedefault" },
    expected: ["problem default-saved", "warning lines-changed"],
  },
  "a saved entry that is no longer read is refused": {
    before: {
      ...two,
      header: 'if [ "${prev_saved_entry}" ]; then set saved_entry="${prev_saved_entry}"; fi',
    },
    after: two,
    expected: ["problem default-saved", "warning lines-changed"],
  },
  "a default by number that names another entry is refused": {
    before: { ...flat, default: "1" },
    after: { ...flat, kernels: [OLD, NEW], default: "1" },
    expected: ["problem default-changed"],
  },
  "a default that names the first entry is refused when an old one comes first": {
    before: flat,
    after: { ...flat, kernels: [OLD, NEW] },
    expected: ["problem default-changed"],
  },
  "a default by number that a new kernel pushed down is refused": {
    before: { ...flat, kernels: [OLD], custom: HAND_MADE, default: "1" },
    after: { ...flat, custom: HAND_MADE, default: "1" },
    expected: ["problem default-changed", "warning entry-new"],
  },
  "a default by title that nothing has any more is refused": {
    before: { ...two, default: `Advanced options for Acme Linux>Acme Linux, with Linux ${OLD}` },
    after: { default: `Advanced options for Acme Linux>Acme Linux, with Linux ${OLD}` },
    images: bootImages(NEW),
    expected: ["problem default-changed", "warning entry-gone", "warning entry-gone"],
  },
  "a default by id in a submenu that stays says nothing": {
    before: { ...two, default: `1>gnulinux-${OLD}-advanced-11111111-2222-3333-4444-555555555555` },
    after: {
      ...two,
      args: "quiet",
      default: `1>gnulinux-${OLD}-advanced-11111111-2222-3333-4444-555555555555`,
    },
    expected: [],
  },
  "another timeout is told": { before: two, after: { ...two, timeout: "0" }, expected: ["warning timeout"] },
  "a timeout that waits for ever is refused": {
    before: two,
    after: { ...two, timeout: "-1" },
    expected: ["problem timeout-forever"],
  },
  "another language is told": {
    before: two,
    after: { ...two, lang: "de_DE" },
    expected: ["warning lines-changed"],
  },
  "another theme is told": {
    before: two,
    after: { ...two, header: "set theme=($root)/boot/grub/theme.txt" },
    expected: ["warning lines-changed"],
  },
  "another module in the entries is told once": {
    before: two,
    after: { ...two, inEntry: "insmod part_gpt" },
    expected: ["warning lines-changed"],
  },
  "another disk to unlock first is refused": {
    before: { ...two, inEntry: "cryptomount -u aaaa" },
    after: { ...two, inEntry: "cryptomount -u bbbb" },
    expected: ["problem search-changed"],
  },
  "an entry that will ask for a password is refused": {
    before: { ...two, options: "--unrestricted" },
    after: two,
    expected: ["problem password"],
  },
  "a password for the whole menu is refused where entries are not unrestricted": {
    before: two,
    after: { ...two, header: "set superusers=root" },
    expected: ["problem password", "warning lines-changed"],
  },
  "a password that leaves the entries free is told": {
    before: { ...two, options: "--unrestricted" },
    after: { ...two, options: "--unrestricted", header: "set superusers=root" },
    expected: ["warning lines-changed"],
  },
  "another menu class is told": {
    before: two,
    after: { ...two, options: "--class acme" },
    expected: ["warning entry-options"],
  },
  "another loader command is told": {
    before: two,
    after: { ...two, linux: "linux16" },
    expected: ["warning kernel-command"],
  },
  "a normal entry that becomes a recovery one is refused": {
    before: {},
    after: { args: `single ${WORD}` },
    expected: ["problem entry-kind", "warning args-changed"],
  },
  "Xen's own arguments are told": {
    before: { xen: true },
    after: { xen: true, xenArgs: "dom0_mem=1G crashkernel=256M" },
    expected: ["warning args-changed"],
  },
  "no old file: a whole menu says nothing": { before: null, after: two, expected: [] },
  "no old file: no entry at all is refused": {
    before: null,
    after: { kernels: [] },
    expected: ["problem no-entry"],
  },
  "entries that are all gone are refused": {
    before: two,
    after: { kernels: [] },
    images: bootImages(),
    expected: [
      "problem no-entry",
      "problem default-changed",
      "warning entry-gone",
      "warning entry-gone",
      "warning lines-changed",
    ],
  },
};

for (const [name, { before, after, images, expected }] of Object.entries(cases)) {
  test(name, () => {
    const found = compareGrubCfg(before === null ? null : grubCfg(before), grubCfg(after), images ?? both);
    const ids = [...new Set(brief(found))].sort();
    assert.deepEqual(ids, [...new Set(expected)].sort(), found.map((f) => f.text).join("\n"));
    for (const f of found) assert.match(f.text, /^["A-Z].*\.$/, "a finding is a sentence");
  });
}

test("GRUB's own parser accepts every menu of these tests", { skip: withoutJudge }, () => {
  const menus = new Set(Object.values(cases).flatMap((c) => [grubCfg(c.after), grubCfg(c.before ?? {})]));
  for (const text of menus) assert.equal(grubRefuses(text), null, text);
});

const sentences: readonly (readonly [string, Menu, Menu, RegExp])[] = [
  [
    "what changes at the root",
    two,
    { ...two, root: "/dev/sda1" },
    /^"Acme Linux", .* and 2 more: the way to the root file system changes \(-root=UUID=\S+ \+root=\/dev\/sda1\)\.$/,
  ],
  [
    "other arguments with their signs",
    { ...two, args: "quiet" },
    { ...two, args: "console=ttyS0" },
    /other kernel arguments change too \(-quiet \+console=ttyS0\)/,
  ],
  [
    "the entry that is lost",
    two,
    {},
    /"Acme Linux, with Linux 6\.1\.0-50-amd64".* would be lost from the menu\.$/,
  ],
  ["both defaults", two, { ...two, default: "2" }, /^The menu's default changes \(-"0" \+"2"\)\.$/],
  ["both timeouts", two, { ...two, timeout: "0" }, /timeout changes from 30, 5 to 30, 0 seconds\.$/],
  [
    "the section and an example of other lines",
    two,
    { ...two, lang: "de_DE" },
    /^In the section \/etc\/grub\.d\/00_header 2 other lines change, for example -set lang=C \+set lang=de_DE\.$/,
  ],
];
for (const [what, before, after, pattern] of sentences) {
  test(`names ${what}`, () => {
    assert.match(compareGrubCfg(grubCfg(before), grubCfg(after), both)[0]?.text ?? "", pattern);
  });
}

const keys = [
  "root=/dev/b",
  "rootflags=subvol=x",
  "rootfstype=xfs",
  "init=/bin/x",
  "rdinit=/x",
  "rd.lvm.lv=a/b",
  "rd.luks.uuid=1",
  "cryptdevice=/dev/b:c",
  "ip=dhcp",
  "nfsroot=1:/x",
  "boot=zfs",
  "ostree=/x",
  "roothash=12",
  "--",
  "noinitrd",
];
for (const key of keys) {
  test(`${key} decides whether the root file system is found: refused when it is new or gone`, () => {
    const plain = grubCfg({ args: "quiet" });
    const more = grubCfg({ args: `${key} quiet` });
    assert.ok(brief(compareGrubCfg(plain, more, both)).includes("problem root-changed"));
    assert.ok(brief(compareGrubCfg(more, plain, both)).includes("problem root-changed"));
  });
}
for (const key of ["resume=UUID=1", "quiet2", "ro2", "rdx=1", "initx", "root2=1"]) {
  test(`${key} is only told`, () => {
    const found = compareGrubCfg(grubCfg({ args: "quiet" }), grubCfg({ args: `${key} quiet` }), both);
    assert.deepEqual(brief(found), ["warning args-changed"]);
  });
}

test("entries without ids are known again by their titles", () => {
  const bare = (menu: Menu): string => grubCfg(menu).replace(/ \$menuentry_id_option '[^']*'/g, "");
  assert.deepEqual(compareGrubCfg(bare(two), bare({ ...two, args: "quiet" }), both), []);
  const changed = compareGrubCfg(bare(two), bare({ ...two, root: "/dev/sda1" }), both);
  assert.deepEqual(brief(changed), ["problem root-changed"]);
});

test("titles in another language are told, not lost", () => {
  const german = grubCfg(two)
    .replaceAll(", with Linux", ", mit Linux")
    .replaceAll("Advanced options for", "Erweitert:");
  const found = compareGrubCfg(german, grubCfg(two), both);
  assert.deepEqual([...new Set(brief(found))], ["warning entry-renamed", "warning lines-changed"]);
  const bare = (text: string): string => text.replace(/ \$menuentry_id_option '[^']*'/g, "");
  assert.ok(!brief(compareGrubCfg(bare(german), bare(grubCfg(two)), both)).includes("problem entry-lost"));
});

test("an old file that is empty says nothing about the new one", () => {
  assert.deepEqual(compareGrubCfg(" \n", grubCfg(two), both), []);
});

test("an entry with another title and another kernel is known again by its id", () => {
  const before = grubCfg({ kernels: [OLD], recoveryArgs: null });
  const after = grubCfg({ ...two, recoveryArgs: null }).replace(
    "menuentry 'Acme Linux' ",
    "menuentry 'Acme Linux 2' ",
  );
  const found = compareGrubCfg(before, after, both);
  assert.deepEqual(brief(found), ["warning entry-new", "warning entry-renamed", "warning kernel-changed"]);
});

test("a new file without its last newline is refused", () => {
  const text = grubCfg(two);
  assert.deepEqual(brief(compareGrubCfg(text, text.slice(0, -1), both)), ["problem truncated"]);
  assert.deepEqual(brief(compareGrubCfg(null, text.slice(0, -1), both)), ["problem truncated"]);
  assert.deepEqual(compareGrubCfg(text.slice(0, -1), text.slice(0, -1), both), []);
});

test("zero bytes in the new file are refused", () => {
  const damaged = grubCfg(two).replace("# This file provides", "# This \0\0\0\0 provides");
  assert.ok(brief(compareGrubCfg(grubCfg(two), damaged, both)).includes("problem truncated"));
});

test("a stub in the place of a menu is refused", () => {
  const found = brief(compareGrubCfg(grubCfg(two), "configfile /boot/grub/grub.cfg\n", both));
  assert.ok(found.includes("problem configfile") && found.includes("problem no-entry"), found.join());
});

test("a menu that is handed to boot loader specification entries is refused", () => {
  assert.ok(
    brief(compareGrubCfg(grubCfg(two), `${grubCfg(two)}insmod blscfg\nblscfg\n`, both)).includes(
      "problem bls-changed",
    ),
  );
});

test("arguments kept for boot loader specification entries are compared as arguments", () => {
  const bls = (options: string): string =>
    `### BEGIN /etc/grub.d/10_linux ###\nsearch --fs-uuid --set=root 1\nset kernelopts="${options}"\ninsmod blscfg\nblscfg\n### END /etc/grub.d/10_linux ###\n`;
  const compare = (a: string, b: string): string[] => brief(compareGrubCfg(bls(a), bls(b), both));
  assert.deepEqual(compare("root=/dev/a ro crashkernel=auto", "root=/dev/a ro crashkernel=256M"), []);
  assert.deepEqual(compare("root=/dev/a ro", "root=/dev/b ro"), ["problem root-changed"]);
  assert.deepEqual(compare("root=/dev/a ro", "root=/dev/a rw"), ["warning args-changed"]);
  const moved = compareGrubCfg(bls("root=/dev/a"), bls("root=/dev/a").replace("root 1", "root 2"), both);
  assert.deepEqual(brief(moved), ["problem search-changed"]);
});

test("a kernel inside a file system snapshot is not looked for in /boot", () => {
  const text = grubCfg({ kernels: ["5"] }).replaceAll("/boot/vmlinuz-5", "/BOOT/acme_1@autosnap_2/vmlinuz-5");
  assert.deepEqual(
    compareGrubCfg(text, text, bootImages(NEW)).filter((f) => f.id === "kernel-missing"),
    [],
  );
  const subvolume = grubCfg({ kernels: ["5"] }).replaceAll("/boot/vmlinuz-5", "/@rootfs/boot/vmlinuz-5");
  assert.ok(brief(compareGrubCfg(subvolume, subvolume, bootImages(NEW))).includes("problem kernel-missing"));
});

test("hints for a search are no other disk", () => {
  const after = grubCfg(two).replaceAll("--hint='hd0,msdos1' ", "--hint-bios=hd1,msdos1 ");
  assert.deepEqual(compareGrubCfg(grubCfg(two), after, both), []);
});

/** The kernels and initrds of a menu, as if all of them existed. */
function imagesOf(text: string): { readonly kernelImages: string[]; readonly initrdImages: string[] } {
  const { entries } = readGrubCfg(text);
  return {
    kernelImages: entries.flatMap((e) => e.kernels.map((k) => baseName(k.path))),
    initrdImages: entries.flatMap((e) => e.initrds.map(baseName)),
  };
}

/** Text that goes missing at the end without a trace: blanks, and comments. */
const trailing = /(?:[ \t\n]|(?<=^|\n)[ \t]*#[^\n]*)*$/;

function everyCut(name: string, text: string, step: number): void {
  const images = imagesOf(text);
  const end = text.length - (trailing.exec(text)?.[0].length ?? 0);
  for (let cut = 1; cut < end; cut += step) {
    const found = compareGrubCfg(text, text.slice(0, cut), images);
    assert.notDeepEqual(found, [], `${name} cut after ${cut} of ${text.length} bytes`);
  }
}

test("a menu cut off after any byte is refused or told", () => {
  const text = grubCfg({ kernels: [NEW], custom: FIRMWARE });
  everyCut("our own", text, 1);
  // whatever lies before the last entry's end is a refusal
  const lastEntry = text.lastIndexOf("fwsetup");
  for (let cut = 1; cut < lastEntry; cut += 7) {
    const found = compareGrubCfg(text, text.slice(0, cut), both);
    assert.ok(
      found.some((f) => f.severity === "problem"),
      `cut after ${cut} bytes`,
    );
  }
});

test("other people's menus: the same says nothing, another crashkernel says nothing", {
  skip: withoutCorpus,
}, () => {
  let menus = 0;
  for (const { name, text } of corpus()) {
    const images = imagesOf(text);
    assert.deepEqual(compareGrubCfg(text, text, images), [], name);
    const add = text.replace(/^(\s*linux(?:16|efi)?\s.*)$/gm, "$1 crashkernel=1G,high crashkernel=64M,low");
    assert.deepEqual(compareGrubCfg(text, add, images), [], name);
    const drop = text.replace(/^(\s*linux(?:16|efi)?\s.*) crashkernel=\S+/gm, "$1");
    assert.deepEqual(compareGrubCfg(text, drop, images), [], name);
    if (add !== text) menus += 1;
  }
  assert.ok(menus >= 5, `only ${menus} menus with kernel lines in the corpus`);
});

test("other people's menus: every cut, lost entry, other root= and lost initrd is noticed", {
  skip: withoutCorpus,
}, () => {
  let mutations = 0;
  for (const { name, text } of corpus()) {
    const images = imagesOf(text);
    const menu = readGrubCfg(text);
    if (menu.entries.length === 0) continue;
    everyCut(name, text, 41);
    const lines = text.split("\n");
    const problems = (changed: readonly string[]): string[] =>
      compareGrubCfg(text, changed.join("\n"), images)
        .filter((f) => f.severity === "problem")
        .map((f) => f.id);
    for (const entry of menu.entries) {
      const head = lines[entry.line - 1] ?? "";
      const indent = /^\s*/.exec(head)?.[0] ?? "";
      const end = lines.findIndex((line, i) => i >= entry.line && line === `${indent}}`);
      assert.ok(end > 0, name);
      const dropped = [...lines.slice(0, entry.line - 1), ...lines.slice(end + 1)];
      assert.ok(problems(dropped).length > 0, `${name}: without the entry of line ${entry.line}`);
      mutations += 1;
      for (const kernel of entry.kernels) {
        const changed = lines.map((line, i) =>
          i === kernel.line - 1 ? line.replace(/ root=\S*/, " root=/dev/other") : line,
        );
        if (changed[kernel.line - 1] === lines[kernel.line - 1]) continue;
        assert.ok(problems(changed).includes("root-changed"), `${name}: root= of line ${kernel.line}`);
        mutations += 1;
      }
      if (entry.initrds.length > 0) {
        const changed = lines.filter((line, i) => !(i >= entry.line && i < end && /^\s*initrd/.test(line)));
        assert.ok(
          problems(changed).includes("initrd-missing"),
          `${name}: initrd of the entry of line ${entry.line}`,
        );
        mutations += 1;
      }
    }
  }
  assert.ok(mutations >= 40, `only ${mutations} mutations`);
});
