import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wrapped } from "../../src/ui/wrap.js";

test("whatever is written, no line is wider than the screen and no sign is lost", () => {
  const word = fc.stringMatching(/^[a-z,/]{1,40}$/);
  fc.assert(
    fc.property(fc.array(word), fc.integer({ min: 0, max: 20 }), (words, indent) => {
      const lines = wrapped(words.join(" "), indent, 30).split("\n");
      for (const [at, line] of lines.entries()) {
        assert.ok(line.length + (at === 0 ? indent : 0) <= 30, line);
        if (at > 0) assert.ok(line.startsWith(" ".repeat(indent)));
      }
      assert.equal(lines.join("").replace(/ /g, ""), words.join(""));
    }),
  );
});

test("a list is cut behind a comma, where it can still be read", () => {
  assert.equal(
    wrapped("crashkernel=2G-4G:320M,4G-32G:512M", 2, 26),
    "crashkernel=2G-4G:320M,\n  4G-32G:512M",
  );
});
