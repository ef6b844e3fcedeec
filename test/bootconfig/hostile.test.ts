// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GRUB's own variables
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkEntries } from "../../src/bootconfig/check-entries.js";
import { compareGrubCfg, type Finding } from "../../src/bootconfig/compare.js";
import { readGrubCfg } from "../../src/bootconfig/grub-cfg.js";
import { parseGrubScript } from "../../src/bootconfig/grub-script.js";
import { grubRefuses, withoutJudge } from "./judge.js";
import { bootImages, grubCfg } from "./menus.js";

const pieces = [
  "menuentry 'a' --id b {\n",
  "submenu x {\n",
  "function f {\n",
  "}\n",
  "}",
  "{",
  "if ",
  "then ",
  "else\n",
  "elif ",
  "fi\n",
  "fi; ",
  "for i in a; do ",
  "done\n",
  "while a; do\n",
  "linux /boot/vmlinuz-1 root=/dev/a crashkernel=1M\n",
  "initrd /boot/initrd.img-1\n",
  "multiboot /xen.gz\n",
  "module /vmlinuz-1 a\n",
  "set default=0\n",
  "set timeout=5\n",
  "set root='hd0'\n",
  "search -u 1\n",
  "### BEGIN /etc/grub.d/10_linux ###\n",
  "### END /etc/grub.d/10_linux ###\n",
  "'",
  '"',
  "\\",
  "\\\n",
  "$",
  "${",
  "${a}",
  "$a",
  "\n",
  ";",
  "#",
  "\r",
  "\0",
  "|",
  "&",
  " ",
  "x",
  "\u00ff",
  "configfile $prefix/x\n",
  "prefix=$prefix$prefix\n",
  "blscfg\n",
];
const script = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((list) => list.join("")),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  },
);

const isClean = (finding: Finding): boolean => !/[\u0000-\u001f\u007f-\u009f]/.test(finding.text);

test("any bytes give a menu, findings without control characters, and lines that exist", () => {
  fc.assert(
    fc.property(script, script, (before, after) => {
      const menu = readGrubCfg(after);
      const lines = after.split("\n").length;
      for (const entry of menu.entries) assert.ok(entry.line >= 1 && entry.line <= lines);
      for (const kernel of menu.entries.flatMap((e) => e.kernels)) {
        assert.ok(kernel.line >= 1 && kernel.line <= lines);
      }
      const findings = [
        ...checkEntries(menu, ["crashkernel=1M"]),
        ...compareGrubCfg(before, after, bootImages("1")),
        ...compareGrubCfg(null, after, bootImages("1")),
      ];
      assert.ok(findings.every(isClean));
    }),
    { numRuns: 2000 },
  );
});

test("compared with itself, any text without a fault says nothing of entries or arguments", () => {
  const images = bootImages("1");
  fc.assert(
    fc.property(script, (text) => {
      const alone = compareGrubCfg(null, text, images).filter(
        (f) => f.id !== "no-entry" && f.id !== "truncated",
      );
      const same = compareGrubCfg(text, text, images).filter(
        (f) => f.id !== "no-entry" && f.id !== "truncated",
      );
      assert.deepEqual(same, alone);
    }),
    { numRuns: 1000 },
  );
});

test("what we call broken, GRUB's own parser refuses", { skip: withoutJudge }, () => {
  const printable = fc
    .array(fc.constantFrom(...pieces.filter((p) => !/[\0\r]|###/.test(p))), { maxLength: 12 })
    .map((list) => `${list.join("")}\n`);
  fc.assert(
    fc.property(printable, (text) => {
      if (parseGrubScript(text).faults.length > 0) assert.notEqual(grubRefuses(text), null);
    }),
    { numRuns: 200 },
  );
});

test("a thousand kernels and a hundred thousand lines are read and compared to the end", () => {
  const kernels = Array.from({ length: 1000 }, (_, i) => `6.1.${i}`);
  const before = grubCfg({ kernels, header: "echo a\n".repeat(60_000) });
  const after = grubCfg({ kernels, header: "echo b\n".repeat(60_000), args: "quiet crashkernel=1G" });
  assert.ok(before.split("\n").length > 90_000);
  const found = compareGrubCfg(before, after, bootImages(...kernels));
  assert.deepEqual(
    found.map((f) => f.id),
    ["lines-changed"],
  );
  assert.equal(readGrubCfg(before).entries.length, 2001);
});

const deep: readonly (readonly [string, string])[] = [
  ["submenus", "submenu a {\n"],
  ["functions", "function a {\n"],
  ["entries", "menuentry a {\n"],
  ["conditions", "if a; then\n"],
  ["open braces", "{"],
  ["quotes", "'a' \"b\" "],
  ["dollars", "${${"],
  ["sections", "### BEGIN a ###\n### END a ###\n"],
  ["assignments that grow", "prefix=$prefix$prefix\n"],
  ["backslashes", "\\\n"],
  ["words in one line", "linux /vmlinuz a b c crashkernel=1M "],
];
for (const [what, piece] of deep) {
  test(`two hundred thousand bytes of ${what} are read to the end`, () => {
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    const menu = readGrubCfg(text);
    assert.ok(menu.faults.length <= 20);
    checkEntries(menu, []);
    compareGrubCfg(text, `${text}configfile $prefix\n`, bootImages("1"));
  });
}
