import assert from "node:assert/strict";
import { test } from "node:test";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { disagreements } from "../../src/facts/agrees.js";
import { imageOf, type Tree } from "./tree.js";

const profile = embeddedProfiles().find((one) => one.id === "debian-12") ?? assert.fail("no debian-12");
const el7 = embeddedProfiles().find((one) => one.id === "centos-7") ?? assert.fail("no centos-7");
// biome-ignore lint/suspicious/noTemplateCurlyInString: a line of the generator's, as it stands there
const LOOP = 'for x in ${sysconfdir}/default/grub.d/*.cfg ; do . "${x}"; done\n';
const CFG = "menuentry 'x' {\n\tlinux /boot/vmlinuz-1 ro\n}\n";

const like: Tree = {
  "/etc/default/grub": "GRUB_TIMEOUT=5\n",
  "/boot/grub/grub.cfg": CFG,
  "/usr/sbin/update-grub": { program: "#!/bin/sh\n" },
  "/usr/sbin/grub-mkconfig": { program: `#!/bin/sh\n${LOOP}` },
  "/usr/bin/grub-script-check": { program: "\x7fELF" },
};
const without = (path: string): Tree =>
  Object.fromEntries(Object.entries(like).filter(([key]) => key !== path));

const disks: readonly [string, Tree, RegExp | null][] = [
  ["everything where the profile says", like, null],
  ["BLS entries", { ...like, "/boot/loader/entries/x.conf": "title x\n" }, /BLS/],
  ["a configuration that calls blscfg", { ...like, "/boot/grub/grub.cfg": "blscfg\n" }, /BLS/],
  ["no defaults", without("/etc/default/grub"), /\/etc\/default\/grub is not there/],
  ["no configuration", without("/boot/grub/grub.cfg"), /no configuration at \/boot\/grub\/grub\.cfg/],
  ["no generator", without("/usr/sbin/update-grub"), /no update-grub/],
  ["no syntax check", without("/usr/bin/grub-script-check"), /no grub-script-check/],
  [
    "a generator that sources no drop-ins",
    { ...like, "/usr/sbin/grub-mkconfig": { program: "#!/bin/sh\n# not /etc/default/grub.d\n" } },
    /sources no drop-ins/,
  ],
];
for (const [name, tree, against] of disks)
  test(`${name}: ${against === null ? "agrees" : "does not agree"}`, (t) => {
    const found = disagreements(imageOf(t, tree), { firmware: "unknown" }, profile);
    if (against === null) assert.deepEqual(found, []);
    else assert.match(found.join("; "), against);
    assert.ok(found.length <= 1, found.join("; "));
  });

test("a generator that sources drop-ins where the profile knows none does not agree", (t) => {
  const tree: Tree = {
    "/etc/default/grub": "",
    "/boot/grub2/grub.cfg": CFG,
    "/usr/sbin/grub2-mkconfig": { program: LOOP },
    "/usr/bin/grub2-script-check": { program: "" },
  };
  assert.deepEqual(disagreements(imageOf(t, tree), { firmware: "bios" }, el7), [
    "its /usr/sbin/grub2-mkconfig sources drop-ins too",
  ]);
});
