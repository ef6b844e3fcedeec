// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GRUB's own variables
import assert from "node:assert/strict";
import { test } from "node:test";
import { readGrubCfg } from "../../src/bootconfig/grub-cfg.js";
import { corpus, grubRefuses, withoutCorpus, withoutJudge } from "./judge.js";
import { FIRMWARE, grubCfg, HAND_MADE, MEMTEST, OTHER_LINUX, WORD } from "./menus.js";

const texts = {
  plain: grubCfg(),
  twoKernels: grubCfg({ kernels: ["6.1.0-56-amd64", "6.1.0-50-amd64"] }),
  flat: grubCfg({ submenu: false, recoveryArgs: null, default: "${saved_entry}", inEntry: "savedefault" }),
  sixteen: grubCfg({ linux: "linux16", initrdCommand: "initrd16", submenu: false }),
  efi: grubCfg({ linux: "linuxefi", initrdCommand: "initrdefi", submenu: false }),
  xen: grubCfg({ xen: true }),
  others: grubCfg({ osProber: OTHER_LINUX, custom: `${HAND_MADE}\n${MEMTEST}\n${FIRMWARE}` }),
};

test("GRUB's own parser accepts every menu of these tests", { skip: withoutJudge }, () => {
  for (const [name, text] of Object.entries(texts)) assert.equal(grubRefuses(text), null, name);
});

test("reads titles, ids, submenus, kernels and initrds with their lines", () => {
  const { entries } = readGrubCfg(texts.plain);
  assert.deepEqual(
    entries.map((e) => [e.kind, e.title, e.submenu, e.section]),
    [
      ["normal", "Acme Linux", [], "/etc/grub.d/10_linux"],
      [
        "normal",
        "Acme Linux, with Linux 6.1.0-56-amd64",
        ["Advanced options for Acme Linux"],
        "/etc/grub.d/10_linux",
      ],
      [
        "recovery",
        "Acme Linux, with Linux 6.1.0-56-amd64 (recovery mode)",
        ["Advanced options for Acme Linux"],
        "/etc/grub.d/10_linux",
      ],
    ],
  );
  const entry = entries[1];
  assert.equal(entry?.id, "gnulinux-6.1.0-56-amd64-advanced-11111111-2222-3333-4444-555555555555");
  assert.equal(entry?.kernel?.path, "/boot/vmlinuz-6.1.0-56-amd64");
  assert.deepEqual(entry?.kernel?.args, [
    "root=UUID=11111111-2222-3333-4444-555555555555",
    "ro",
    "quiet",
    WORD,
  ]);
  assert.deepEqual(entry?.initrds, ["/boot/initrd.img-6.1.0-56-amd64"]);
  const lines = texts.plain.split("\n");
  assert.match(lines[(entry?.line ?? 0) - 1] ?? "", /^\tmenuentry 'Acme Linux, with/);
  assert.match(lines[(entry?.kernel?.line ?? 0) - 1] ?? "", /^\t\tlinux\t/);
});

for (const name of ["sixteen", "efi"] as const) {
  test(`reads the kernel and initrd commands of a ${name === "efi" ? "UEFI" : "16 bit"} menu`, () => {
    const { entries } = readGrubCfg(texts[name]);
    assert.deepEqual(
      entries.map((e) => [e.kernel?.path, e.initrds]),
      [1, 2].map(() => ["/boot/vmlinuz-6.1.0-56-amd64", ["/boot/initrd.img-6.1.0-56-amd64"]]),
    );
  });
}

test("tells Xen's kernel from its hypervisor and its initrd", () => {
  const entry = readGrubCfg(texts.xen).entries.find((e) => e.section === "/etc/grub.d/20_linux_xen");
  assert.deepEqual(
    [entry?.kind, entry?.kernel?.path, entry?.kernel?.xen, entry?.hypervisor?.path, entry?.initrds],
    [
      "normal",
      "/boot/vmlinuz-6.1.0-56-amd64",
      true,
      "/boot/xen-4.17-amd64.gz",
      ["/boot/initrd.img-6.1.0-56-amd64"],
    ],
  );
  assert.deepEqual(entry?.hypervisor?.variables, ["xen_rm_opts"]);
});

test("other systems, an admin's own entries, memory tests and firmware are foreign", () => {
  const { entries } = readGrubCfg(texts.others);
  assert.deepEqual(
    entries.slice(3).map((e) => [e.title, e.kind, e.kernel?.path ?? null]),
    [
      ["Other Linux (on /dev/sdb1)", "foreign", "/boot/vmlinuz-5.10"],
      ["rescue disk", "foreign", "/rescue/vmlinuz"],
      ["Memory test (memtest86+x64.bin)", "foreign", "/boot/memtest86+x64.bin"],
      ["UEFI Firmware Settings", "foreign", null],
    ],
  );
});

const kinds: readonly (readonly [string, string, string, string | null])[] = [
  ["a single-user word", "menuentry a {\nlinux /vmlinuz-1 root=/dev/a single\n}\n", "recovery", null],
  [
    "a recovery id",
    "menuentry a --id 'gnulinux-1-recovery-x' {\nlinux /vmlinuz-1 root=/dev/a\n}\n",
    "recovery",
    null,
  ],
  ["a rescue image", "menuentry a {\nlinux16 /vmlinuz-0-rescue-abc root=/dev/a\n}\n", "recovery", null],
  ["a rescue target", "menuentry a {\nlinux /vmlinuz-1 systemd.unit=rescue.target\n}\n", "recovery", null],
  ["no marks at all", "menuentry a {\nlinux /vmlinuz-1 root=/dev/a\n}\n", "normal", null],
  [
    "a generator's proxy script",
    "menuentry a {\nlinux /vmlinuz-1\n}\n",
    "normal",
    "/etc/grub.d/10_linux_proxy",
  ],
  ["a ZFS script", "menuentry a {\nlinux /vmlinuz-1\n}\n", "normal", "/etc/grub.d/10_linux_zfs"],
  ["an unknown script", "menuentry a {\nlinux /vmlinuz-1\n}\n", "foreign", "/etc/grub.d/09_mine"],
  [
    "an unknown script with the distribution's form of id",
    "menuentry a --id gnulinux-simple-x {\nlinux /vmlinuz-1\n}\n",
    "normal",
    "/etc/grub.d/09_mine",
  ],
  [
    "an entry pasted into 40_custom",
    "menuentry a --id gnulinux-simple-x {\nlinux /vmlinuz-1\n}\n",
    "foreign",
    "/etc/grub.d/40_custom",
  ],
];
for (const [what, body, kind, section] of kinds) {
  test(`${what} makes an entry ${kind}`, () => {
    const text = section === null ? body : `### BEGIN ${section} ###\n${body}### END ${section} ###\n`;
    assert.equal(readGrubCfg(text).entries[0]?.kind, kind);
  });
}

test("reads defaults, timeouts and the menu's top level", () => {
  const menu = readGrubCfg(texts.twoKernels);
  assert.deepEqual(
    menu.defaults.map((s) => s.value),
    ["${next_entry}", "0"],
  );
  assert.deepEqual(
    menu.timeouts.map((s) => s.value),
    ["30", "5"],
  );
  assert.deepEqual(
    menu.places.map((p) => [p.title, p.entry !== null, p.children.length]),
    [
      ["Acme Linux", true, 0],
      ["Advanced options for Acme Linux", false, 4],
    ],
  );
});

test("an option with a value is not taken for the title, wherever it stands", () => {
  const [entry] = readGrubCfg(
    "menuentry --class os --id=x --unrestricted 'The title' --users root {\ntrue\n}\n",
  ).entries;
  assert.deepEqual(
    [entry?.title, entry?.id, entry?.options],
    ["The title", "x", ["--class=os", "--unrestricted", "--users=root"]],
  );
});

test("every kernel line of an entry with a choice is read", () => {
  const text =
    "menuentry a {\nif [ $grub_platform = efi ]; then\n\tlinuxefi /vmlinuz-1 a\nelse\n\tlinux16 /vmlinuz-1 b\nfi\n}\n";
  assert.deepEqual(
    readGrubCfg(text).entries[0]?.kernels.map((k) => [k.command, k.args]),
    [
      ["linuxefi", ["a"]],
      ["linux16", ["b"]],
    ],
  );
});

test("entries a function makes are read, with the function's name in their path", () => {
  const text =
    'function history {\nmenuentry "Revert" {\nlinux "${kernel}" root=ZFS="${1}" ro\n}\n}\nsubmenu h {\nhistory a\n}\n';
  const menu = readGrubCfg(text);
  assert.deepEqual(
    menu.entries.map((e) => [e.submenu, e.kernel?.path, e.kernel?.variables]),
    [[["function history"], "${kernel}", ["1"]]],
  );
  assert.deepEqual(
    menu.places.map((p) => p.title),
    ["h"],
  );
});

const stubs: readonly (readonly [string, string | null])[] = [
  [
    "search.fs_uuid 4e8e root hd0,gpt1 \nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n",
    "/boot/grub/grub.cfg",
  ],
  [
    "search --fs-uuid --set=dev 4e8e\nset prefix=($dev)/grub2\nexport $prefix\nconfigfile $prefix/grub.cfg\n",
    "/grub2/grub.cfg",
  ],
  ["configfile ${cmdpath}/other.cfg\n", "${cmdpath}/other.cfg"],
  ["menuentry a {\nconfigfile /x\n}\n", null],
  [grubCfg(), null],
];
for (const [text, target] of stubs) {
  test(`${target === null ? "a menu is no stub" : `a stub hands on to ${target}`}: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(readGrubCfg(text).configfile, target);
  });
}

test("sees that the menu comes from boot loader specification entries", () => {
  assert.equal(readGrubCfg("insmod blscfg\nblscfg\n").usesBls, true);
  assert.equal(readGrubCfg(grubCfg()).usesBls, false);
});

test("every kernel line grep finds in other people's menus is read", { skip: withoutCorpus }, () => {
  let seen = 0;
  for (const { name, text } of corpus()) {
    const grepped: number[] = [];
    text.split("\n").forEach((line, i) => {
      if (/^\s*(linux|linux16|linuxefi)\s/.test(line)) grepped.push(i + 1);
    });
    const menu = readGrubCfg(text);
    const read = [...menu.entries.flatMap((e) => e.kernels), ...menu.loose].map((k) => k.line);
    assert.deepEqual(read, grepped, name);
    assert.deepEqual(menu.loose, [], name);
    assert.deepEqual(menu.faults, [], name);
    seen += read.length;
  }
  assert.ok(seen >= 15, `only ${seen} kernel lines in the corpus`);
});
