import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Prunable, planPrune } from "../../src/plan/prune.js";

const dump = fc.record({
  name: fc.string(),
  host: fc.option(fc.constant("other"), { nil: null }),
  state: fc.constantFrom<Prunable["state"]>("saved", "incomplete", "no-dump", "unreadable"),
  obstacles: fc.array(fc.constant("a file"), { maxLength: 1 }),
});
const ours = (one: Prunable) => one.host === null && one.state === "saved";

test("pruning keeps the newest whole dumps, whatever lies between them, and removes nothing that is not ours", () => {
  fc.assert(
    fc.property(fc.array(dump, { maxLength: 12 }), fc.integer({ min: 0, max: 5 }), (dumps, count) => {
      const { remove, keep, left } = planPrune(dumps, count);
      assert.deepEqual(new Set([...remove, ...keep, ...left.map((one) => one.dump)]), new Set(dumps));
      assert.deepEqual(keep.filter(ours), dumps.filter(ours).slice(0, count));
      for (const one of remove) {
        assert.equal(one.host, null);
        assert.notEqual(one.state, "unreadable");
        assert.deepEqual(one.obstacles, []);
        assert.ok(dumps.slice(0, dumps.indexOf(one)).filter(ours).length >= count);
      }
    }),
  );
});
