import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GIB, MIB } from "../../src/sizing/input.js";
import { recommend } from "../../src/sizing/recommend.js";
import { shortage } from "../../src/sizing/shortage.js";
import { LAB, measured, sizingInput } from "./inputs.js";

const judged = (mib: number, parts = LAB) => shortage(mib * MIB, sizingInput(parts));

test("a size that cannot hold kernel and initrd is an objection, one below the estimate a warning", () => {
  // measured on that system: at 64M kexec loads nothing, 112M runs out of memory, 120M saves a dump
  assert.deepEqual(
    [64, 72, 112, 137, 160].map((mib) => judged(mib)?.severity ?? null),
    ["objection", "warning", "warning", null, null],
  );
  assert.match(
    judged(64)?.message ?? "",
    /^64 MiB cannot hold the capture kernel, which takes 64 MiB \(\/boot\/vmlinuz, init_size\) and its initrd 8 MiB: /,
  );
  assert.match(
    judged(112)?.message ?? "",
    /^112 MiB may be too little: the capture kernel is estimated to need 137 MiB /,
  );
});

test("without the kernel's own word nothing is an objection, and without anything nothing is said", () => {
  assert.equal(judged(8, { ...LAB, kernelInit: null })?.severity, "warning");
  assert.match(judged(100, { mainInitrd: measured(30) })?.message ?? "", /is guessed to need/);
  assert.equal(judged(8, {}), null);
});

test("a size that reserves nothing is not called too small as well", () => {
  assert.equal(judged(0), null);
});

test("what auto recommends is never called too small, where a quarter of the memory allows the need", () => {
  const parts = fc.record({
    kernelInit: fc.integer({ min: 16, max: 120 }).map((mib) => measured(mib)),
    captureInitrd: fc.integer({ min: 4, max: 200 }).map((mib) => measured(mib)),
  });
  fc.assert(
    fc.property(parts, fc.integer({ min: 8, max: 1024 }), (some, gib) => {
      const input = sizingInput(some, { machine: { ramBytes: gib * GIB } });
      const found = recommend(input);
      assert.equal(shortage(found.reservedBytes ?? 0, input), null);
    }),
  );
});
