import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { WIDTH, wrapped, wrappedAndCut } from "../../src/ui/wrap.js";

test("whatever is written, no line is wider than the screen and no sign is lost", () => {
  const word = fc.stringMatching(/^[a-z,/]{1,200}$/);
  fc.assert(
    fc.property(fc.array(word), fc.integer({ min: 0, max: 20 }), (words, indent) => {
      const lines = wrappedAndCut(words.join(" "), indent).split("\n");
      for (const [at, line] of lines.entries()) {
        assert.ok(line.length + (at === 0 ? indent : 0) <= WIDTH, line);
        if (at > 0) assert.ok(line.startsWith(" ".repeat(indent)));
      }
      assert.equal(lines.join("").replace(/ /g, ""), words.join(""));
    }),
  );
});

test("a list is cut behind a comma, where it can still be read, but not where it is to be copied", () => {
  const list = "crashkernel=2G-4G:320M,4G-32G:512M,32G-64G:1024M,64G-128G:2048M,128G-:4096M,4T-:8G";
  assert.equal(wrappedAndCut(list, 2), `${list.slice(0, -6)}\n  4T-:8G`);
  assert.equal(wrapped(list, 2), list);
});
