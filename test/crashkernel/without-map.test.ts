import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { evaluateFor } from "../../src/crashkernel/evaluate.js";
import { kernelTraits } from "../../src/crashkernel/generation.js";
import { parseSize } from "../../src/crashkernel/size.js";
import { validate } from "../../src/crashkernel/validate.js";
import { type LowPart, lowPartOf, noPlaceAnywhere } from "../../src/crashkernel/without-map.js";

function bytes(text: string): bigint {
  const size = parseSize(text);
  assert.equal(size.kind, "ok", text);
  return size.kind === "ok" ? size.bytes : 0n;
}

function asked(line: string, kernel: string, arch: string, ram: string) {
  const traits = kernelTraits({ kernel, arch });
  assert.ok(traits !== null);
  const evaluated = evaluateFor(traits, line, bytes(ram));
  return [line, evaluated, bytes(ram), traits] as const;
}

const nowhere: readonly (readonly [value: string, machine: string, says: RegExp | null])[] = [
  ["900M", "4.19 x86_64 64G", /looks below 896 MiB only, where 900 MiB have no place.*with ,high/],
  ["2G", "4.15.0-20-generic x86_64 16G", /kernel 4\.15\.0 looks below 896 MiB only/],
  ["512M", "4.19 x86_64 64G", null],
  ["2G", "el7.9 x86_64 16G", null],
  ["2G", "5.4 x86_64 16G", null],
  ["5G,high", "4.19 x86_64 64G", null],
  ["4G", "5.15 aarch64 64G", /looks below 4 GiB only, where 4 GiB have no place/],
  ["4G", "6.1 aarch64 64G", /looks below 4 GiB only.*with ,high/],
  ["4G", "6.2 aarch64 64G", null],
  ["3G@100G", "6.8 x86_64 64G", /a machine with 64 GiB has no memory for 3 GiB at 100 GiB/],
  ["3G@100G", "5.4 x86_64 64G", /has no memory for 3 GiB at 100 GiB/],
  // an ARM machine's memory may begin there
  ["3G@100G", "6.8 aarch64 64G", null],
  ["3G@60G", "6.8 x86_64 64G", null],
  ["3G@65G", "6.8 x86_64 64G", null],
  ["1G,high crashkernel=4G,low", "6.8 x86_64 64G", /the part with ,low has no place below 4 GiB/],
  ["1G,high crashkernel=4G,low", "6.8 riscv64 64G", /the part with ,low has no place below 4 GiB/],
  // on so little memory it lies below 4G, and the low part is not asked for
  ["1G,high crashkernel=4G,low", "6.8 x86_64 2G", null],
  // before 4.3 the main part stays
  ["1G,high crashkernel=4G,low", "4.2 x86_64 64G", null],
  // how these look for a place is not known
  ["4G", "6.8 s390x 64G", null],
  ["4G", "6.1 ppc64le 64G", null],
];

test("what no memory map of that size has a place for is certain, and names the limit", () => {
  for (const [value, machine, says] of nowhere) {
    const [kernel = "", arch = "", ram = ""] = machine.split(" ");
    const message = noPlaceAnywhere(...asked(`crashkernel=${value}`, kernel, arch, ram));
    const name = `${value} on ${machine}: ${message}`;
    if (says === null) assert.equal(message, null, name);
    else assert.match(message ?? "", says, name);
    const { findings } = validate(`crashkernel=${value}`.split(" "), {
      ramBytes: bytes(ram),
      target: { kernel, arch },
    });
    const found = findings.some(({ id, severity }) => id === "no-place" && severity === "error");
    assert.equal(found, says !== null, name);
  }
});

test("the low part of a plain size is known where it lies above 4G for certain, or may", () => {
  const with256: LowPart = { kind: "with", bytes: 256n << 20n };
  for (const [value, machine, expected] of [
    ["3G@4G", "5.4 x86_64 16G", with256],
    ["3G@4G", "6.8 x86_64 16G", null],
    ["5G", "6.8 x86_64 64G", with256],
    ["5G", "5.4 x86_64 64G", with256],
    ["5G", "6.8 aarch64 64G", { kind: "with", bytes: 128n << 20n }],
    ["2G", "6.8 x86_64 64G", { kind: "perhaps", bytes: 256n << 20n }],
    ["256M", "6.8 x86_64 64G", null],
    ["512M", "4.15 x86_64 64G", null],
    ["256M,high", "6.8 x86_64 2G", { kind: "below" }],
    ["256M,high", "6.8 aarch64 2G", null],
    ["256M,high", "6.8 x86_64 64G", null],
  ] as const) {
    const [kernel = "", arch = "", ram = ""] = machine.split(" ");
    const found = lowPartOf(...asked(`crashkernel=${value}`, kernel, arch, ram));
    assert.deepEqual(found, expected, `${value} on ${machine}`);
  }
});

test("nothing that a kernel's own code placed is ever called impossible", () => {
  const all = path.resolve("../shared/vectors/reservation.jsonl");
  const file = existsSync(all) ? all : path.resolve("test/crashkernel/reservation.subset.jsonl");
  let certain = 0;
  for (const text of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const { kernel, arch, cmdline, systemRam, crashk } = JSON.parse(text);
    const traits = kernelTraits({ kernel, arch });
    assert.ok(traits !== null);
    const ram = BigInt(systemRam);
    const message = noPlaceAnywhere(cmdline, evaluateFor(traits, cmdline, ram), ram, traits);
    if (message !== null) certain++;
    assert.ok(message === null || crashk === null, `${text}: ${message}`);
  }
  assert.ok(certain > 0);
});
