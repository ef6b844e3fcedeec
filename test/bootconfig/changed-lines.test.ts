import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changesBetween } from "../../src/bootconfig/changed-lines.js";

test("names what was removed and added, in order", () => {
  assert.deepEqual(changesBetween(["a", "b", "c", "d"], ["a", "x", "c", "y", "d"]), {
    removed: ["b"],
    added: ["x", "y"],
  });
});

test("a line that only moved is a change", () => {
  assert.deepEqual(changesBetween(["a", "b"], ["b", "a"]), { removed: ["a"], added: ["a"] });
});

test("lists too long to compare in order still differ when their order does", () => {
  const long = Array.from({ length: 3000 }, (_, i) => `line ${i}`);
  const turned = [...long].reverse();
  const { removed, added } = changesBetween(long, turned);
  assert.ok(removed.length > 0 && added.length > 0);
  const { removed: gone } = changesBetween(["first", ...long], [...turned, "last"]);
  assert.deepEqual(gone, ["first"]);
});

test("nothing differs only between equal lists", () => {
  const list = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
  fc.assert(
    fc.property(list, list, (a, b) => {
      const { removed, added } = changesBetween(a, b);
      assert.equal(removed.length + added.length === 0, a.join() === b.join());
      assert.equal(a.length - removed.length, b.length - added.length);
    }),
  );
});
