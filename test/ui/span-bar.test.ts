import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { explain } from "../../src/crashkernel/explain.js";
import { spanBar } from "../../src/ui/span-bar.js";

const GIB = 1n << 30n;

function bar(list: string, ramBytes: bigint): readonly string[] {
  const { spans, here, comparedBytes } = explain(`crashkernel=${list}`, {
    ramBytes,
    target: { kernel: "6.12", arch: "x86_64" },
  });
  assert.ok(spans !== null && comparedBytes !== null, list);
  return spanBar(spans, here === null ? null : { bytes: ramBytes, compared: comparedBytes, span: here });
}

test("a gap in a list says none, and the machine in it stands above its caret", () => {
  assert.deepEqual(bar("1G-2G:128M,4G-:256M", 3n * GIB), [
    "|.none.|-128M-|=none=|-256M->",
    "0      1G     2G     4G",
    "                 ^ 3 GiB",
  ]);
  assert.deepEqual(bar("1G-2G:128M,4G-8G:256M", 16n * GIB), [
    "|.none.|-128M-|.none.|-256M-|=none=>",
    "0      1G     2G     4G     8G",
    "                               ^ 16 GiB",
  ]);
});

test("a bar fits 80 columns in ASCII, with a cell for each span, or is left out", () => {
  const bounds = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 14 });
  fc.assert(
    fc.property(bounds, fc.integer({ min: 1, max: 2000 }), fc.boolean(), (drawn, ram, open) => {
      const steps = [...drawn].sort((a, b) => a - b);
      const ranges = steps.flatMap((from, at) => {
        const to = steps[at + 1];
        // every third one is a gap
        return at % 3 === 2 || (to === undefined && !open)
          ? []
          : [`${from}G-${to ?? ""}${to === undefined ? "" : "G"}:128M`];
      });
      const rows = bar(ranges.join(","), BigInt(ram) * GIB);
      for (const row of rows) assert.match(row, /^[ -~]{0,78}$/);
      const [cells = "", marks = "", caret = ""] = rows;
      if (rows.length === 0) return;
      const inside = cells.slice(1, -1).split("|");
      for (const cell of inside) assert.match(cell, /^(?:[.=]+none[.=]+|[-=]+128M[-=]+)$/);
      const starts = ["0", ...steps.slice(0, inside.length - 1).map((one) => `${one}G`)];
      assert.deepEqual(marks.split(/ +/), starts);
      // the caret stands below the cell that is drawn double
      const at = caret.indexOf("^");
      assert.ok(at > cells.indexOf("=") - 1 && at <= cells.lastIndexOf("="), rows.join("\n"));
    }),
  );
});
