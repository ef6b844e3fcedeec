import assert from "node:assert/strict";
import { test } from "node:test";
import { checkEntries } from "../../src/bootconfig/check-entries.js";
import { readGrubCfg } from "../../src/bootconfig/grub-cfg.js";
import { grubRefuses, withoutJudge } from "./judge.js";
import { grubCfg, HAND_MADE, MEMTEST, type Menu, OTHER_LINUX } from "./menus.js";

const check = (text: string, words: readonly string[]): string[] =>
  checkEntries(readGrubCfg(text), words).map((f) => `${f.severity} ${f.id}`);

const W = ["crashkernel=256M"];
const PAIR = ["crashkernel=1G,high", "crashkernel=128M,low"];

const table: readonly (readonly [string, Menu, readonly string[], readonly string[]])[] = [
  ["the wanted word passes", { args: "quiet crashkernel=256M" }, W, []],
  ["a wanted pair passes in its order", { args: `a ${PAIR.join(" b ")}` }, PAIR, []],
  [
    "a pair the other way round is refused",
    { args: [...PAIR].reverse().join(" ") },
    PAIR,
    ["problem reservation"],
  ],
  ["no word where none is wanted passes", { args: "quiet" }, [], []],
  ["a missing word is refused", { args: "quiet" }, W, ["problem reservation"]],
  ["another value is refused", { args: "crashkernel=128M" }, W, ["problem reservation"]],
  [
    "the same word twice is refused",
    { args: "crashkernel=256M crashkernel=256M" },
    W,
    ["problem reservation"],
  ],
  [
    "a second value is refused",
    { args: "crashkernel=256M crashkernel=384M-:128M" },
    W,
    ["problem reservation"],
  ],
  ["a word left over is refused", { args: "crashkernel=auto" }, [], ["problem reservation"]],
  ["a word in quotes is the word", { args: "'crashkernel=256M'" }, W, []],
  [
    "a recovery entry may carry the word",
    { args: W[0] ?? "", recoveryArgs: "single crashkernel=256M" },
    W,
    [],
  ],
  [
    "a recovery entry with another word is refused",
    { args: W[0] ?? "", recoveryArgs: "single crashkernel=1G" },
    W,
    ["problem reservation"],
  ],
  [
    "foo.crashkernel= before the word is told",
    { args: "foo.crashkernel=1M crashkernel=256M" },
    W,
    ["warning lookalike"],
  ],
  [
    "xcrashkernel= after the word wins, and is refused",
    { args: "crashkernel=256M xcrashkernel=1M" },
    W,
    ["problem lookalike-wins"],
  ],
  [
    "a lookalike after -- still counts for the kernel",
    { args: "crashkernel=256M -- my.crashkernel=1M" },
    W,
    ["problem lookalike-wins"],
  ],
  [
    "one of another kind loses against a plain word",
    { args: "crashkernel=256M x.crashkernel=1G,high" },
    W,
    ["warning lookalike"],
  ],
  [
    "a plain one beats a high and low pair wherever it stands",
    { args: `x.crashkernel=1M ${PAIR.join(" ")}` },
    PAIR,
    ["problem lookalike-wins"],
  ],
  [
    "one that still reserves is refused where none is wanted",
    { args: "old_crashkernel=1M" },
    [],
    ["problem lookalike-wins"],
  ],
  ["a low one alone reserves nothing", { args: "x.crashkernel=1M,low" }, [], ["warning lookalike"]],
  [
    "a word inside a quoted argument counts",
    { args: "crashkernel=256M 'foo=a crashkernel=1M b'" },
    W,
    ["problem lookalike-wins"],
  ],
  [
    "arguments from a variable that holds a crashkernel= are refused",
    { args: "crashkernel=256M $mine", header: 'set mine="crashkernel=1M"' },
    W,
    ["problem variable"],
  ],
  [
    "a variable without one passes",
    { args: "crashkernel=256M $vt_handoff", header: "set vt_handoff=x" },
    W,
    [],
  ],
  [
    "another system's entry without the word is told",
    { args: W[0] ?? "", osProber: OTHER_LINUX },
    W,
    ["warning foreign-entry"],
  ],
  [
    "an admin's own entry without the word is told",
    { args: W[0] ?? "", custom: HAND_MADE },
    W,
    ["warning foreign-entry"],
  ],
  ["a memory test needs none", { args: W[0] ?? "", custom: MEMTEST }, W, []],
  [
    "Xen without a reservation of its own is told",
    { args: W[0] ?? "", xen: true },
    W,
    ["warning xen-reservation"],
  ],
  [
    "Xen with its own reservation passes",
    { args: W[0] ?? "", xen: true, xenArgs: "crashkernel=256M" },
    W,
    [],
  ],
  [
    "Xen that still reserves is told",
    { args: "quiet", xen: true, xenArgs: "crashkernel=256M" },
    [],
    ["warning xen-reservation"],
  ],
  [
    "a word the kernel would cut off is refused",
    { args: `${"a".repeat(2000)} crashkernel=256M` },
    W,
    ["problem too-long"],
  ],
  ["a word before the cut passes", { args: `crashkernel=256M ${"a".repeat(3000)}` }, W, []],
  ["no entry at all is refused", { kernels: [] }, W, ["problem no-entry"]],
  [
    "only another system's entry is refused",
    { kernels: [], osProber: OTHER_LINUX },
    [],
    ["problem no-entry"],
  ],
];
for (const [name, menu, words, expected] of table) {
  test(name, () => assert.deepEqual(check(grubCfg(menu), words), expected));
}

test("GRUB's own parser accepts every menu of these tests", { skip: withoutJudge }, () => {
  for (const [name, menu] of table) assert.equal(grubRefuses(grubCfg(menu)), null, name);
});

test("a kernel Xen starts with other words is told, and never refused", () => {
  const text = grubCfg({ args: "crashkernel=256M", xen: true, xenArgs: "crashkernel=256M" });
  const changed = text.replace(/(module2\t.*)crashkernel=256M/, "$1crashkernel=1M");
  assert.notEqual(changed, text);
  assert.deepEqual(check(changed, W), ["warning xen-module"]);
});

test("one wrong entry of many is found and named with its line", () => {
  const text = grubCfg({
    kernels: ["6.1.0-56-amd64", { version: "6.1.0-50-amd64", args: "crashkernel=128M" }],
    args: "crashkernel=256M",
  });
  const [finding, ...rest] = checkEntries(readGrubCfg(text), W);
  assert.deepEqual(rest, []);
  assert.match(
    finding?.text ?? "",
    /^"Acme Linux, with Linux 6\.1\.0-50-amd64": carries crashkernel=128M instead of crashkernel=256M\.$/,
  );
  assert.match(text.split("\n")[(finding?.line ?? 0) - 1] ?? "", /vmlinuz-6\.1\.0-50-amd64/);
});

test("the same fault in many entries is one sentence that names the first", () => {
  const text = grubCfg({ kernels: ["5", "4", "3"], args: "quiet" });
  const [finding, ...rest] = checkEntries(readGrubCfg(text), W);
  assert.deepEqual(rest, []);
  assert.match(finding?.text ?? "", /^"Acme Linux", .* and 1 more: carries no crashkernel= instead of/);
});

test("a kernel loaded outside of any entry is told", () => {
  assert.deepEqual(check(`${grubCfg({ args: "crashkernel=256M" })}linux /vmlinuz root=/dev/a\n`, W), [
    "warning loose-kernel",
  ]);
});

test("a menu that only hands on, or comes from elsewhere, proves nothing", () => {
  assert.deepEqual(check("configfile /boot/grub/grub.cfg\n", W), ["problem no-entry"]);
  assert.deepEqual(check("insmod blscfg\nblscfg\n", W), ["problem no-entry"]);
});

test("a title with terminal escapes is shown without them", () => {
  const text = "menuentry 'a\u001b[31mb\u0007' {\nlinux /vmlinuz-1 root=/dev/a\n}\n";
  const [finding] = checkEntries(readGrubCfg(text), W);
  assert.match(finding?.text ?? "", /^"a\?\[31mb\?": /);
});
