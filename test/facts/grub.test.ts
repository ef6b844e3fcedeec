import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import type { BootProfile } from "../../src/distro/profile.js";
import { collectDropIns, collectGrub } from "../../src/facts/grub.js";
import { imageOf, liveOf, type Tree } from "./tree.js";

const BOOT: BootProfile = {
  defaults: "/etc/default/grub",
  dropIns: null,
  variables: ["GRUB_CMDLINE_LINUX"],
  appendTo: "GRUB_CMDLINE_LINUX",
  shell: "bash",
  config: { bios: ["/boot/grub2/grub.cfg"], uefi: ["/boot/efi/EFI/x/grub.cfg"] },
  generate: ["grub2-mkconfig", "-o", "{output}"],
  preview: ["grub2-mkconfig"],
  check: ["grub2-script-check", "{file}"],
  bls: false,
  scriptAdds: null,
};
const REAL = "menuentry 'x' {\n\tlinux16 /vmlinuz-1 ro\n\tinitrd16 /initrd-1\n}\n";
/** As an installer leaves it on the EFI system partition. */
const stub = (dir: string) =>
  `search --no-floppy --fs-uuid --set=dev 7d9f2c1e\nset prefix=($dev)${dir}\nexport $prefix\nconfigfile $prefix/grub.cfg\n`;
const debianStub = (dir: string) =>
  `search.fs_uuid 7d9f2c1e root hd0,gpt2 \nset prefix=($root)'${dir}'\nconfigfile $prefix/grub.cfg\n`;
const ESP = "/boot/efi/EFI/x/grub.cfg";

const places: readonly [string, "bios" | "uefi" | "unknown", Tree, string | null, readonly string[]][] = [
  ["BIOS", "bios", { "/boot/grub2/grub.cfg": REAL, [ESP]: REAL }, "/boot/grub2/grub.cfg", []],
  ["UEFI", "uefi", { "/boot/grub2/grub.cfg": REAL, [ESP]: REAL }, ESP, []],
  [
    "UEFI with a stub",
    "uefi",
    { "/boot/grub2/grub.cfg": REAL, [ESP]: stub("/boot/grub2") },
    "/boot/grub2/grub.cfg",
    [ESP],
  ],
  [
    "a stub to a /boot of its own",
    "uefi",
    { "/boot/grub2/grub.cfg": REAL, [ESP]: stub("/grub2") },
    "/boot/grub2/grub.cfg",
    [ESP],
  ],
  [
    "a stub with quotes",
    "uefi",
    { "/boot/grub/grub.cfg": REAL, [ESP]: debianStub("/boot/grub") },
    "/boot/grub/grub.cfg",
    [ESP],
  ],
  [
    "a stub into a subvolume",
    "uefi",
    { "/boot/grub/grub.cfg": REAL, [ESP]: debianStub("/@/boot/grub") },
    "/boot/grub/grub.cfg",
    [ESP],
  ],
  [
    "an image with a stub beside the real one",
    "unknown",
    { "/boot/grub2/grub.cfg": REAL, [ESP]: stub("/grub2") },
    "/boot/grub2/grub.cfg",
    [],
  ],
  [
    "an image with the stub's place only",
    "unknown",
    { "/boot/grub/grub.cfg": REAL, [ESP]: stub("/grub") },
    "/boot/grub/grub.cfg",
    [ESP],
  ],
  ["a stub that leads nowhere", "uefi", { [ESP]: stub("/boot/grub2") }, ESP, []],
  ["UEFI with nothing but the BIOS configuration", "uefi", { "/boot/grub2/grub.cfg": REAL }, null, []],
  ["nothing written yet", "bios", { "/boot/grub2/themes": { dir: true } }, "/boot/grub2/grub.cfg", []],
  ["no GRUB", "bios", {}, null, []],
  [
    "links, absolute ones inside the image",
    "bios",
    {
      "/boot/grub2": { link: "/srv/grub" },
      "/srv/grub/grub.cfg": REAL,
      "/etc/grub2.cfg": { link: "../boot/grub2/grub.cfg" },
    },
    "/srv/grub/grub.cfg",
    ["/boot/grub2/grub.cfg", "/etc/grub2.cfg"],
  ],
  ["a loop of links", "bios", { "/boot/grub2/grub.cfg": { link: "grub.cfg" } }, "/boot/grub2/grub.cfg", []],
];
for (const [name, firmware, tree, config, via] of places)
  test(`the configuration of ${name} is ${config ?? "not there"}`, (t) => {
    const { grub, blockers } = collectGrub(imageOf(t, tree), firmware, BOOT);
    assert.equal(grub.config?.path ?? null, config);
    assert.deepEqual(grub.configVia, via);
    assert.deepEqual(blockers, []);
  });

test("two stubs that lead to each other are not followed for ever", (t) => {
  const tree = { [ESP]: stub("/boot/grub2"), "/boot/grub2/grub.cfg": stub("/boot/efi/EFI/x") };
  assert.equal(collectGrub(imageOf(t, tree), "uefi", BOOT).grub.config?.path, "/boot/grub2/grub.cfg");
});

test("an image with two real configurations is an objection that names both", (t) => {
  const { blockers } = collectGrub(
    imageOf(t, { "/boot/grub2/grub.cfg": REAL, [ESP]: REAL }),
    "unknown",
    BOOT,
  );
  assert.deepEqual(
    blockers.map((one) => [one.id, one.severity, one.evidence]),
    [["two-grub-configs", "objection", `/boot/grub2/grub.cfg, ${ESP}`]],
  );
});

const bls: readonly [string, Tree, boolean][] = [
  ["a configuration with entries of its own", { "/boot/grub2/grub.cfg": REAL }, false],
  ["a configuration that calls blscfg", { "/boot/grub2/grub.cfg": "insmod blscfg\nblscfg\n" }, true],
  ["defaults that ask for it", { "/etc/default/grub": "GRUB_ENABLE_BLSCFG=true\n" }, true],
  [
    "defaults that took it back",
    { "/etc/default/grub": 'GRUB_ENABLE_BLSCFG=true\nGRUB_ENABLE_BLSCFG="false" # no\n' },
    false,
  ],
  ["defaults that only talk of it", { "/etc/default/grub": "#GRUB_ENABLE_BLSCFG=true\n" }, false],
  ["defaults that compute it", { "/etc/default/grub": "export GRUB_ENABLE_BLSCFG=$(cat /x)\n" }, true],
];
for (const [name, tree, uses] of bls)
  test(`${name}: the menu is ${uses ? "" : "not "}BLS entries'`, (t) => {
    assert.equal(collectGrub(imageOf(t, tree), "bios", BOOT).grub.usesBls, uses);
  });

test("a release with BLS entries that has them switched off is taken for one without, whatever stands in the directory", (t) => {
  const blsOf = (tree: Tree) => {
    const entries = "/boot/loader/entries";
    const profile = {
      ...BOOT,
      bls: {
        entries,
        rescue: "-0-rescue",
        grubenv: "/boot/grub2/grubenv",
        options: "literal" as const,
        kernelCmdline: "/etc/kernel/cmdline",
        generatorRewrites: "entries" as const,
      },
    };
    const { bls } = collectGrub(imageOf(t, { [`${entries}/a.conf`]: "", ...tree }), "bios", profile).grub;
    return bls?.entries?.map(({ path: at }) => at) ?? null;
  };
  const off = { "/etc/default/grub": "GRUB_ENABLE_BLSCFG=false\n" };
  assert.equal(blsOf({ ...off, "/boot/grub2/grub.cfg": REAL }), null);
  // what boots counts: the generator was not run since
  assert.deepEqual(blsOf({ ...off, "/boot/grub2/grub.cfg": "blscfg\n" }), ["/boot/loader/entries/a.conf"]);
});

test("BLS entries and the programs that are there", (t) => {
  const { grub } = collectGrub(
    imageOf(t, {
      "/boot/loader/entries/a.conf": "",
      "/boot/loader/entries/.b.conf": "",
      "/boot/loader/entries/c.conf.rpmsave": "",
      "/sbin/grub2-mkconfig": { program: "" },
      "/usr/bin/grub2-script-check": "not executable",
    }),
    "bios",
    BOOT,
  );
  assert.deepEqual(grub.blsEntries, ["/boot/loader/entries/a.conf"]);
  assert.deepEqual(grub.generators, ["grub2-mkconfig"]);
});

test("a /boot of its own is named with its device, the root's is not, an image's is not known", (t) => {
  const tree: Tree = {
    "/boot/grub2/grub.cfg": REAL,
    "/proc/self/mountinfo": "1 0 8:1 / / rw - xfs /dev/sda1 rw\n2 1 8:2 / /boot rw - ext4 /dev/sda2 rw\n",
  };
  assert.deepEqual(collectGrub(liveOf(t, tree), "bios", BOOT).grub.bootMount, {
    mountPoint: "/boot",
    fsType: "ext4",
    source: "/dev/sda2",
  });
  assert.equal(collectGrub(imageOf(t, tree), "bios", BOOT).grub.bootMount, null);
  const one = { ...tree, "/proc/self/mountinfo": "1 0 8:1 / / rw - xfs /dev/sda1 rw\n" };
  assert.equal(collectGrub(liveOf(t, one), "bios", BOOT).grub.bootMount, null);
});

test("drop-ins are the ones the generator's loop sources, in its order", (t) => {
  const dir = "/etc/default/grub.d";
  const reader = imageOf(t, {
    [`${dir}/b.cfg`]: "X=b\n",
    [`${dir}/B.cfg`]: "X=B\n",
    [`${dir}/é.cfg`]: "X=e\n",
    [`${dir}/10_a.cfg`]: { link: "../elsewhere" },
    "/etc/default/elsewhere": "X=10\n",
    [`${dir}/dangling.cfg`]: { link: "nowhere" },
    [`${dir}/.hidden.cfg`]: "X=hidden\n",
    [`${dir}/x.cfg.dpkg-old`]: "X=old\n",
    [`${dir}/dir.cfg`]: { dir: true },
  });
  const found = collectDropIns(reader, { dir, suffix: ".cfg" });
  const loop = `cd ${path.join(reader.root, dir)}; for x in *.cfg; do if [ -e "$x" ]; then echo "$x"; fi; done`;
  const sourced = execFileSync("/bin/sh", ["-c", loop], { encoding: "utf8", env: { LC_ALL: "C" } })
    .trim()
    .split("\n");
  assert.deepEqual(
    found.map((one) => one.path),
    sourced.map((name) => `${dir}/${name}`),
  );
  assert.deepEqual(
    found.map((one) => one.state.kind),
    ["file", "file", "file", "other", "file"],
  );
  assert.equal(sourced.length, 5);
});

test("a drop-in whose name is not UTF-8 is not lost", (t) => {
  const reader = imageOf(t, { "/d/a.cfg": "" });
  execFileSync("/bin/sh", ["-c", `printf 'X=1\\n' > "$1/d/$(printf '\\377').cfg"`, "sh", reader.root]);
  const found = collectDropIns(reader, { dir: "/d", suffix: ".cfg" });
  assert.deepEqual(
    found.map((one) => one.state.kind),
    ["file", "unreadable"],
  );
});

test("words that a script of the generator adds are found in it when what it asks for is there", (t) => {
  const script = "/etc/grub.d/10_linux";
  const scriptAdds = {
    script,
    needs: ["/usr/bin/makedumpfile", "/sbin/kexec"],
    pattern: '(?:^|\\n)[^#\\n]*EXTRA="\\$EXTRA (crashkernel=[^"\\n]*)"',
    before: "GRUB_CMDLINE_LINUX",
  };
  const text =
    '#!/bin/sh\n# EXTRA="$EXTRA crashkernel=1M"\n    EXTRA="$EXTRA crashkernel=1G,high crashkernel=72M,low"\n';
  const there = { "/usr/bin/makedumpfile": "", "/sbin/kexec": "" };
  const words = (tree: Tree, boot: Partial<BootProfile> = {}) =>
    collectGrub(imageOf(t, tree), "bios", { ...BOOT, scriptAdds, ...boot }).grub.scriptWords;
  assert.deepEqual(words({ ...there, [script]: text }), [
    { word: "crashkernel=1G,high", path: script, line: 3 },
    { word: "crashkernel=72M,low", path: script, line: 3 },
  ]);
  assert.deepEqual(words({ "/sbin/kexec": "", [script]: text }), []);
  assert.deepEqual(words({ ...there, [script]: "#!/bin/sh\n" }), [], "somebody took the line out");
  assert.deepEqual(words(there), []);
  assert.deepEqual(words({ ...there, [script]: text }, { scriptAdds: null }), []);
});
