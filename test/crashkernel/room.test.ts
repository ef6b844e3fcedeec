import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fit } from "../../src/crashkernel/fit.js";
import { type KernelTraits, kernelTraits } from "../../src/crashkernel/generation.js";
import { freeBlocks, parseMemoryMap, ramOf } from "../../src/crashkernel/memory-map.js";
import { roomOn } from "../../src/crashkernel/room.js";

const MIB = 1n << 20n;
const GIB = 1n << 30n;

function traitsOf(kernel: string, arch = "x86_64"): KernelTraits {
  const traits = kernelTraits({ kernel, arch });
  assert.ok(traits !== null);
  return traits;
}

/** A virtual machine with 8 GiB, as its root sees it. */
const IOMEM = `00000000-00000fff : Reserved
00001000-0009fbff : System RAM
0009fc00-0009ffff : Reserved
000a0000-000bffff : PCI Bus 0000:00
000f0000-000fffff : System ROM
00100000-bffdbfff : System RAM
  01000000-01e024f0 : Kernel code
  02000000-0278bfff : Kernel rodata
  02800000-02ac7c3f : Kernel data
  02d8d000-031fffff : Kernel bss
  af000000-beffffff : Crash kernel
  bf000000-bf7fffff : Reserved
bffdc000-bfffffff : Reserved
feffc000-feffffff : Reserved
100000000-23fffffff : System RAM
2000000000-2000ffffff : System RAM (kmem)
`;

function iomem() {
  const map = parseMemoryMap(IOMEM);
  assert.ok(map !== null);
  return map;
}

test("/proc/iomem: the memory, the kernel's image, and a reservation that the next boot gets back", () => {
  const map = iomem();
  assert.equal(ramOf(map), 0x9e000n + (0xbffdc000n - 0x100000n) + 5n * GIB);
  assert.deepEqual(map.image, { start: 0x1000000n, end: 0x3200000n });
  assert.deepEqual(
    freeBlocks(map).map(({ start, end }) => `${start.toString(16)}-${end.toString(16)}`),
    ["100000-1000000", "3200000-bf000000", "bf800000-bffdc000", "100000000-240000000"],
  );
});

test("/proc/iomem: what others than root are shown says nothing", () => {
  assert.equal(parseMemoryMap("00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n"), null);
  assert.equal(parseMemoryMap(""), null);
  assert.equal(parseMemoryMap("x".repeat(100_000)), null);
});

test("a size that has room below 4G lies below what is taken there", () => {
  const {
    fit: placed,
    largestBelow,
    largestAbove,
    kaslr,
  } = roomOn("crashkernel=256M", iomem(), traitsOf("6.12"));
  assert.deepEqual(placed.kind === "placed" && placed.crash, { start: 0xaf000000n, end: 0xbf000000n });
  assert.equal(largestBelow, 0xbf000000n - 0x4000000n);
  assert.equal(largestAbove, 5n * GIB);
  assert.equal(kaslr, "steady");
});

test("a kernel that only looks below 896M may find no room, depending on where KASLR puts it", () => {
  const old = traitsOf("4.15.0-96-generic");
  assert.equal(roomOn("crashkernel=512M", iomem(), old).fit.kind, "placed");
  assert.equal(roomOn("crashkernel=900M", iomem(), old).fit.kind, "no-room");
  const small = parseMemoryMap(IOMEM.replace("bffdbfff : System RAM", "3fffffff : System RAM"));
  assert.ok(small !== null);
  assert.equal(roomOn("crashkernel=512M", small, old).kaslr, "chance");
  assert.equal(roomOn("quiet nokaslr crashkernel=512M", small, old).kaslr, null);
});

test("a size that only fits above 4G takes a part below as well", () => {
  const { fit: placed } = roomOn("crashkernel=4G", iomem(), traitsOf("6.12"));
  assert.ok(placed.kind === "placed" && placed.low !== null);
  assert.equal(placed.low.end - placed.low.start, 256n * MIB);
});

test("an architecture whose search is not known is said to be so", () => {
  const { fit: placed, align } = roomOn("crashkernel=256M", iomem(), traitsOf("6.1", "s390x"));
  assert.deepEqual([placed.kind, align], ["unknown", null]);
});

test("what is placed is free memory, of the right size, on its step, apart from each other", () => {
  const kernel = fc.constantFrom("3.2", "3.10", "4.19", "5.4", "6.1", "6.12", "6.17", "el7.9", "el8.8");
  const size = fc.integer({ min: 1, max: 6000 });
  const word = fc.oneof(
    size.map((m) => `${m}M`),
    size.map((m) => `${m}M,high`),
    fc.tuple(size, size).map(([m, at]) => `${m}M@${at}M`),
  );
  const hole = fc.tuple(fc.integer({ min: 0, max: 8000 }), fc.integer({ min: 1, max: 3000 }));
  fc.assert(
    fc.property(kernel, word, fc.array(hole, { maxLength: 6 }), (release, value, holes) => {
      const taken = holes.map(([at, length]) => ({
        start: BigInt(at) * MIB,
        end: BigInt(at + length) * MIB,
      }));
      const map = { ...iomem(), taken };
      const traits = traitsOf(release);
      const placed = fit(`crashkernel=${value}`, map, traits);
      if (placed.kind !== "placed") return;
      const blocks = [placed.crash, ...(placed.low === null ? [] : [placed.low])];
      assert.equal(placed.crash.end - placed.crash.start, BigInt(Number.parseInt(value, 10)) * MIB);
      for (const block of blocks)
        assert.ok(freeBlocks(map).some(({ start, end }) => block.start >= start && block.end <= end));
      if (!value.includes("@")) for (const { start } of blocks) assert.equal(start % (16n * MIB), 0n);
      if (placed.low !== null) assert.ok(placed.low.end <= 4n * GIB && placed.low.end <= placed.crash.start);
    }),
  );
});
