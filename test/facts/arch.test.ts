import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { archOfElf, collectArch, normalArch } from "../../src/facts/arch.js";
import { elf, imageOf, liveOf } from "./tree.js";

const machines: readonly [number, boolean, string | null][] = [
  [62, false, "x86_64"],
  [183, false, "aarch64"],
  [21, false, "ppc64le"],
  [21, true, "ppc64"],
  [22, true, "s390x"],
  [3, false, "i686"],
  [9999, false, null],
];
for (const [machine, big, arch] of machines)
  test(`an ELF program for machine ${machine}${big ? " (big endian)" : ""} runs on ${arch}`, () => {
    assert.equal(archOfElf(elf(machine, big)), arch);
  });

test("what is no ELF program says nothing", () => {
  for (const text of ["", "\x7fELF", "#!/bin/sh\n".padEnd(64)]) assert.equal(archOfElf(text), null);
  assert.equal(archOfElf(readFileSync(process.execPath).toString("latin1", 0, 64)), normalArch(process.arch));
});

test("an image's architecture is its programs', not the build host's; a script says nothing", (t) => {
  const tree = { "/bin/sh": "#!/bin/other\n", "/usr/bin/env": elf(183) };
  assert.equal(collectArch(imageOf(t, tree), "x64"), "aarch64");
  assert.equal(collectArch(imageOf(t, { "/bin/sh": { link: "/bin/sh" } }), "x64"), "x86_64");
});

test("a running kernel's own word counts, else this Node's", (t) => {
  assert.equal(
    collectArch(liveOf(t, { "/proc/sys/kernel/arch": "aarch64\n", "/bin/sh": elf(62) }), "x64"),
    "aarch64",
  );
  assert.equal(collectArch(liveOf(t, { "/bin/sh": elf(183) }), "x64"), "x86_64");
  assert.equal(collectArch(liveOf(t, { "/proc/sys/kernel/arch": "$(id)\n" }), "s390x"), "s390x");
});

test("--arch takes the packages' names too", () => {
  assert.deepEqual(["amd64", "arm64", "ppc64el", "x86_64", "riscv64"].map(normalArch), [
    "x86_64",
    "aarch64",
    "ppc64le",
    "x86_64",
    "riscv64",
  ]);
});
