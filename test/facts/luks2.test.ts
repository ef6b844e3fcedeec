import assert from "node:assert/strict";
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { luks2Memory } from "../../src/facts/luks2.js";
import type { Reader } from "../../src/machine/machine.js";
import { openReader } from "../../src/machine/reader.js";
import { must, run } from "../support/run.js";
import { temporaryDirectory } from "../support/temporary.js";

/** Headers that the real cryptsetup wrote. It needs no device mapper to do so. */
const found = await run(["sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; command -v cryptsetup"]);
const cryptsetup = found.stdout.trim();
const skip = found.code === 0 ? false : "cryptsetup is not installed";
const MIB = 1024 * 1024;

async function formatted(t: TestContext, ...options: string[]): Promise<string> {
  const disk = path.join(temporaryDirectory(t), "disk");
  writeFileSync(disk, "");
  truncateSync(disk, 32 * MIB);
  await key(disk, "luksFormat", "first", ["--type", "luks2", ...options]);
  return disk;
}

async function key(disk: string, action: string, text: string, options: readonly string[]): Promise<void> {
  const fast = ["--batch-mode", "--pbkdf-force-iterations", options.includes("pbkdf2") ? "1000" : "4"];
  await must([cryptsetup, action, ...fast, ...options, disk], { input: text });
}

const ARGON = (kib: number): string[] => ["--pbkdf", "argon2id", "--pbkdf-memory", String(kib)];

test("the memory of the key slot that takes most is read, of both copies of the header", {
  skip,
}, async (t) => {
  const disk = await formatted(t, ...ARGON(32768));
  const reader = openReader("/");
  assert.equal(luks2Memory(reader, disk), 32 * MIB);
  const first = path.join(path.dirname(disk), "first");
  writeFileSync(first, "first");
  await key(disk, "luksAddKey", "second", ["--key-file", first, ...ARGON(65536), "--pbkdf-parallel", "1"]);
  assert.equal(luks2Memory(reader, disk), 64 * MIB);
  const said = await must([cryptsetup, "luksDump", disk]);
  assert.match(said, /Memory: +65536/);

  // a write that was cut off leaves one copy
  const size = Number(readFileSync(disk).readBigUInt64BE(8));
  for (const from of [0, size]) {
    const torn = path.join(path.dirname(disk), `torn-${from}`);
    copyFileSync(disk, torn);
    const bytes = readFileSync(torn);
    bytes.fill(0, from, from + size);
    writeFileSync(torn, bytes);
    assert.equal(luks2Memory(reader, torn), 64 * MIB, `without the copy at ${from}`);
  }
});

test("a header of another size, a slot without memory and a disk without a header", { skip }, async (t) => {
  const reader = openReader("/");
  assert.equal(
    luks2Memory(reader, await formatted(t, ...ARGON(32768), "--luks2-metadata-size", "64k")),
    32 * MIB,
  );
  assert.equal(luks2Memory(reader, await formatted(t, "--pbkdf", "pbkdf2")), 0);
  const plain = path.join(temporaryDirectory(t), "plain");
  writeFileSync(plain, "no header".repeat(1000));
  assert.equal(luks2Memory(reader, plain), null);
  assert.equal(luks2Memory(reader, "/nonexistent"), null);
  assert.equal(luks2Memory(reader, "/dev/zero"), null);
});

test("what is no header is none, and a number past the limit is not believed", () => {
  const disk = (json: string): Reader => {
    const bytes = Buffer.alloc(0x4000);
    bytes.write("LUKS\xba\xbe", "latin1");
    bytes.writeUInt16BE(2, 6);
    bytes.writeBigUInt64BE(0x4000n, 8);
    bytes.write(json, 4096);
    return { ...openReader("/"), readDevice: (_, from, count) => bytes.subarray(from, from + count) };
  };
  const slot = (memory: unknown) => JSON.stringify({ keyslots: { 0: { kdf: { type: "argon2i", memory } } } });
  assert.equal(luks2Memory(disk(slot(1024)), "/dev/x"), MIB);
  for (const memory of [-1, 1.5, "1024", 1e15]) assert.equal(luks2Memory(disk(slot(memory)), "/dev/x"), null);
  for (const json of ["", "{", "[]", "null", '{"keyslots":null}'])
    assert.equal(luks2Memory(disk(json), "/dev/x"), null);
  fc.assert(
    fc.property(fc.json(), (json) => {
      const bytes = luks2Memory(disk(json), "/dev/x");
      assert.ok(bytes === null || (bytes >= 0 && bytes <= 2 ** 32), json);
    }),
  );
});
