import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluateCmdline } from "../../src/crashkernel/evaluate.js";
import { explain } from "../../src/crashkernel/explain.js";
import { kernelTraits } from "../../src/crashkernel/generation.js";
import { spansOfWord } from "../../src/crashkernel/spans.js";

const GIB = 1n << 30n;
const target = { kernel: "6.12", arch: "x86_64" };
const short = (value: string, kernel = target) =>
  spansOfWord(value, kernelTraits(kernel))?.map(
    ({ from, to, size, refused }) =>
      `${from >> 20n}-${to === null ? "" : to >> 20n}:${refused ? "refused" : size >> 20n}`,
  );

test("a list is laid out from no memory at all to any amount, gaps included", () => {
  assert.deepEqual(short("1G-2G:64M,4G-:256M"), ["0-1024:0", "1024-2048:64", "2048-4096:0", "4096-:256"]);
});

test("of overlapping ranges the first one wins, in whatever order they stand", () => {
  assert.deepEqual(short("4G-8G:512M,2G-16G:256M"), [
    "0-2048:0",
    "2048-4096:256",
    "4096-8192:512",
    "8192-16384:256",
    "16384-:0",
  ]);
});

test("a size that is not below the memory takes the whole list with it", () => {
  assert.deepEqual(short("1G-2G:4G,2G-:128M"), ["0-1024:refused", "1024-2048:refused", "2048-:128"]);
});

test("what the kernel refuses is refused in the table too, up to the character where it stops", () => {
  // a reversed range, wherever the memory lies
  assert.deepEqual(short("2G-384M:64M,2G-:128M"), ["0-2048:refused", "2048-:refused"]);
  // the kernel stops at the range that holds the memory, before the mistake
  assert.deepEqual(short("1G-4G:192M,4G-64G:256M,64G:512M"), [
    "0-1024:refused",
    "1024-4096:192",
    "4096-65536:256",
    "65536-:refused",
  ]);
  // a unit that this kernel does not know
  assert.ok(
    short("1G-1T:256M,1T-:1G", { kernel: "3.10", arch: "x86_64" })?.every((one) => /refused/.test(one)),
  );
  assert.equal(short("1G-:256M,high"), undefined);
});

test("this machine is marked only where the kernel reserves what the list says there", () => {
  for (const [line, ram, here] of [
    ["2G-384M:64M,2G-:128M", 8n * GIB, 0n],
    ["2G-4G:4G,4G-:256M", GIB, 0n],
    ["1G-:2G", 2n * GIB, null],
    ["1G-4G:192M,4G-64G:256M,64G:512M", 8n * GIB, 256n << 20n],
    ["1G-4G:192M,4G-64G:256M,64G:512M", 80n * GIB, 0n],
    ["1G-:256M", GIB / 2n, 0n],
    ["1G-:256M crashkernel=512M", 4n * GIB, null],
  ] as const)
    assert.equal(
      explain(`crashkernel=${line}`, { ramBytes: ram, target }).here?.size ?? null,
      here,
      `${line} at ${ram >> 20n}M`,
    );
});

test("a vendor's auto is shown as the list the kernel puts in its place, and only there", () => {
  assert.deepEqual(short("auto", { kernel: "el8.8", arch: "x86_64" }), [
    "0-1024:0",
    "1024-4096:192",
    "4096-65536:256",
    "65536-:512",
  ]);
  assert.equal(short("auto"), undefined);
  assert.equal(short("256M"), undefined);
});

test("what the spans say is what the kernel answers, for any list and memory", () => {
  const gib = fc.integer({ min: 0, max: 40 });
  const range = fc
    .tuple(gib, gib, fc.integer({ min: 1, max: 8 }))
    .map(([start, more, size]) => `${start}G-${start + more + 1}G:${size}G`);
  fc.assert(
    fc.property(
      fc.array(range, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 90 }),
      (ranges, ram) => {
        const list = ranges.join(",");
        const bytes = BigInt(ram) * GIB;
        const here = spansOfWord(list, kernelTraits(target))?.find(
          ({ from, to }) => bytes >= from && (to === null || bytes < to),
        );
        const answer = evaluateCmdline(`crashkernel=${list}`, bytes, target);
        assert.ok(here !== undefined);
        if (here.refused) assert.equal(answer.ok, false);
        if (answer.ok) assert.equal(answer.reserved, here.size);
      },
    ),
  );
});

test("the value that decides is the last plain one, wherever it stands on the line", () => {
  const line = "quiet crashkernel=2G-:256M crashkernel=72M,low nocrashkernel=1G-:128M x";
  assert.equal(explain(line, { ramBytes: 4n * GIB, target }).deciding, "1G-:128M");
  assert.equal(explain(line, { ramBytes: null, target: null }).deciding, "1G-:128M");
  assert.equal(explain("crashkernel=1G,high", { ramBytes: 8n * GIB, target }).deciding, "1G,high");
  assert.equal(explain("quiet", { ramBytes: 8n * GIB, target }).deciding, null);
});
