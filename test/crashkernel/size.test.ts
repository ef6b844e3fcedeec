import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { scanNumber } from "../../src/crashkernel/number.js";
import { aboutBytes, formatBytes, kernelSize, parseSize } from "../../src/crashkernel/size.js";

test("reads whole sizes with a unit or without", () => {
  for (const [text, bytes] of [
    ["4G", 4n << 30n],
    ["4g", 4n << 30n],
    ["1900M", 1900n << 20n],
    ["2T", 2n << 40n],
    ["512K", 512n << 10n],
    ["0", 0n],
    ["2040070144", 2040070144n],
    ["18446744073709551615", 0xffff_ffff_ffff_ffffn],
  ] as const)
    assert.deepEqual(parseSize(text), { kind: "ok", bytes }, text);
});

test("refuses any other spelling of a size at its character", () => {
  for (const [text, at] of [
    ["", 0],
    ["G", 0],
    ["-4G", 0],
    [" 4G", 0],
    ["4G ", 2],
    ["4 G", 1],
    ["4GB", 2],
    ["4GiB", 2],
    ["1.9G", 1],
    ["1e9", 1],
    ["0x10", 1],
    ["04G", 0],
    ["4P", 1],
    ["４G", 0],
    ["4G\n", 2],
    ["18446744073709551616", 0],
    ["99999999999T", 0],
    ["9".repeat(100_000), 24],
  ] as const) {
    const parsed = parseSize(text);
    assert.equal(parsed.kind, "error", text.slice(0, 30));
    if (parsed.kind === "error") assert.equal(parsed.at, at, `${text.slice(0, 30)}: ${parsed.message}`);
  }
});

test("says sizes to people in the nearest binary unit", () => {
  for (const [bytes, text] of [
    [0, "0 bytes"],
    [1, "1 byte"],
    [1023, "1023 bytes"],
    [1024, "1 KiB"],
    [256 << 20, "256 MiB"],
    [2040070144, "1.9 GiB"],
    [17179869184, "16 GiB"],
    [1048575, "1023.9 KiB"],
    [1073741823, "1023.9 MiB"],
    [4294422528, "4095.4 MiB"],
    [4294971392, "4096 MiB"],
    // whole MiB are exact
    [4095n << 20n, "4095 MiB"],
    [4196n << 20n, "4196 MiB"],
    [1536 << 20, "1.5 GiB"],
    [33528709120, "31.2 GiB"],
    [-1048576, "-1 MiB"],
    [0xffff_ffff_ffff_ffffn, "16383.9 PiB"],
  ] as const)
    assert.equal(formatBytes(bytes), text);
});

test("a size written for the kernel is read back as the same number", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), fc.nat(40), (seed, shift) => {
      const bytes = (seed >> BigInt(shift)) << BigInt(shift);
      const text = kernelSize(bytes);
      const read = scanNumber(text, 0, { suffixes: "KMG", overflow: "wraps", bareSuffix: true });
      assert.equal(read.value, bytes);
      assert.equal(read.end, text.length);
    }),
  );
  assert.equal(kernelSize(256 << 20), "256M");
  assert.equal(kernelSize(1n << 42n), "4096G");
});

test("a file's size is said to a tenth, in the unit that fits", () => {
  const said = [0, 1, 1023, 1024, 124_975, 1_048_575, 16_775_782, 3 * 2 ** 30].map(aboutBytes);
  assert.deepEqual(said, ["0 bytes", "1 byte", "1023 bytes", "1 KiB", "122 KiB", "1 MiB", "16 MiB", "3 GiB"]);
});
