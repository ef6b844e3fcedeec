import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { collectMemory, parseIomem, parseMemTotal } from "../../src/facts/memory.js";
import { imageOf, liveOf } from "./tree.js";

/** A virtual machine of 2 GiB with a reservation of 128M: the shape of a real one. */
const IOMEM = `00000000-00000fff : Reserved
00001000-0009fbff : System RAM
0009fc00-0009ffff : Reserved
000f0000-000fffff : System ROM
00100000-7ffdcfff : System RAM
  68e00000-69c01d31 : Kernel code
  77000000-7effffff : Crash kernel
    78000000-78ffffff : System RAM
7ffdd000-7fffffff : Reserved
100000000-13fffffff : System RAM (kmem)
140000000-17fffffff : Persistent Memory
`;
const LOWER = 0x9f000 - 0x1000;
const UPPER = 0x7ffdd000 - 0x100000;

const tables: readonly [string, string, number | null][] = [
  ["System RAM at the top level, a reservation in it included, whole pages", IOMEM, LOWER + UPPER],
  ["zeros, as a plain user sees them", IOMEM.replace(/[0-9a-f]+-[0-9a-f]+/g, "00000000-00000000"), null],
  ["a range that begins and ends in the middle of a page", "00000400-000023ff : System RAM\n", 4096],
  ["nothing", "", null],
  ["memory above 4 GiB", "100000000-47fffffff : System RAM\n", 14 * 2 ** 30],
  ["16 TiB", "00000000-fffffffffff : System RAM\n", 16 * 2 ** 40],
  ["more than a number holds", "0000000000000000-ffffffffffffffff : System RAM\n", null],
  ["a range that ends before it begins", "00200000-00100000 : System RAM\n", null],
  ["a range that is no range", "zz-ff : System RAM\n-ff : System RAM\n", null],
];
for (const [name, text, bytes] of tables)
  test(`iomem: ${name}`, () => {
    assert.equal(parseIomem(text), bytes);
  });

test("iomem: any text gives a value", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => parseIomem(text) === null));
});

test("MemTotal is kilobytes of 1024", () => {
  assert.equal(parseMemTotal("MemTotal:        2014388 kB\nMemFree:  1 kB\n"), 2014388 * 1024);
  for (const text of ["", "MemTotal: lots kB\n", "XMemTotal: 1 kB\n", `MemTotal: ${"9".repeat(99)} kB\n`])
    assert.equal(parseMemTotal(text), null);
});

const blocks = Object.fromEntries(
  Array.from({ length: 17 }, (_, i) => [
    `/sys/devices/system/memory/memory${i}/online`,
    i === 16 ? "0\n" : "1\n",
  ]),
);
const machine = {
  "/proc/iomem": IOMEM,
  "/sys/devices/system/memory/block_size_bytes": "8000000\n",
  "/sys/devices/system/memory/power/online": "1\n",
  ...blocks,
  "/proc/meminfo": "MemTotal:        1883316 kB\n",
};

test("as root the kernel's own ranges are counted, exactly", (t) => {
  const memory = collectMemory(liveOf(t, machine), 0);
  assert.deepEqual(memory, { bytes: LOWER + UPPER, source: "iomem", sure: "exact" });
});

test("as a plain user the memory blocks that are online are counted, as an estimate", (t) => {
  const memory = collectMemory(
    liveOf(t, { ...machine, "/proc/iomem": "00000000-00000000 : System RAM\n" }),
    0,
  );
  assert.deepEqual(memory, { bytes: 2 * 2 ** 30, source: "memory-blocks", sure: "estimate" });
});

test("without either MemTotal counts, and what is reserved is added again", (t) => {
  const reader = liveOf(t, { "/proc/meminfo": machine["/proc/meminfo"] });
  const total = 1883316 * 1024;
  assert.deepEqual(collectMemory(reader, 2 ** 27), {
    bytes: total + 2 ** 27,
    source: "meminfo",
    sure: "estimate",
  });
  assert.equal(collectMemory(reader, null)?.bytes, total);
  assert.equal(collectMemory(liveOf(t, {}), null), null);
});

test("an image has no memory of its own: only --ram says it, and the build host's is not looked at", (t) => {
  assert.equal(collectMemory(imageOf(t, machine), null), null);
  assert.deepEqual(collectMemory(imageOf(t, machine), null, 2 ** 32), {
    bytes: 2 ** 32,
    source: "option",
    sure: "exact",
  });
});
