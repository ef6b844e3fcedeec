import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { TAIL, unpackedBytes } from "../../src/sizing/unpacked.js";
import { run } from "../support/run.js";
import { temporaryDirectory } from "../support/temporary.js";

const ask = (file: Buffer) => unpackedBytes(file.subarray(0, 6), file.subarray(-TAIL), file.length);

for (const packer of [
  ["gzip", "-9"],
  ["xz", "--check=crc32"],
  ["xz", "--block-size=65536"],
] as const)
  test(`${packer.join(" ")}: the size is what it was packed from`, async (t) => {
    const dir = temporaryDirectory(t);
    for (const length of [1, 4095, 300_000, 3_000_000]) {
      // packs to about a half, as an initrd's programs do
      const bytes = Buffer.from(randomBytes(length).map((byte) => byte & 15));
      writeFileSync(`${dir}/f`, bytes);
      const packed = await run(["sh", "-c", `${packer.join(" ")} <'${dir}/f' >'${dir}/f.packed'`]);
      assert.equal(packed.code, 0, packed.stderr);
      const file = readFileSync(`${dir}/f.packed`);
      // a few bytes packed are longer than they were
      assert.equal(ask(file), length < 100 ? null : length);
      if (packer[0] === "xz") assert.equal(ask(file.subarray(0, file.length - 1)), null);
    }
  });

test("what does not say so is no number", () => {
  for (const text of [
    "",
    "070701",
    "\x28\xb5\x2f\xfd abc",
    "\x1f\x8b\x08",
    "\xfd7zXZ\0",
    `\xfd7zXZ\0${"x".repeat(99)}YZ`,
  ])
    assert.equal(ask(Buffer.from(text, "latin1")), null, text);
});

test("any bytes at all end in a number or in none", () => {
  const magic = fc.constantFrom("\x1f\x8b\x08", "\xfd7zXZ\0");
  fc.assert(
    fc.property(magic, fc.uint8Array({ maxLength: 64 }), fc.boolean(), (start, bytes, footer) => {
      const file = Buffer.concat([Buffer.from(start, "latin1"), bytes, Buffer.from(footer ? "YZ" : "")]);
      const found = ask(file);
      assert.ok(found === null || Number.isSafeInteger(found));
    }),
  );
});
