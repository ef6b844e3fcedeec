import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GIB, MIB } from "../../src/sizing/input.js";
import { rangesOf, sizeAt } from "../../src/sizing/ranges.js";
import { recommend } from "../../src/sizing/recommend.js";
import { judgeStanding } from "../../src/sizing/standing.js";
import { LAB, measured, sizingInput } from "./inputs.js";

const judge = (expression: string, input: Parameters<typeof recommend>[0]) =>
  judgeStanding(expression, input, recommend(input));
const { captureInitrd: _, ...notBuilt } = LAB;
/** What the tests' vendor list has everywhere. */
const VENDOR = 128n * BigInt(MIB);
const before = recommend(sizingInput(notBuilt)).expression;

test("what an earlier run wrote before the capture initrd was built stays while it is enough", () => {
  assert.equal(before, "384M-768M:128M,768M-64G:224M,64G-:256M");
  // LAB's own initrd, and one of 20 MiB: 176M and 256M would be recommended anew
  for (const input of [sizingInput(LAB), sizingInput({ ...LAB, captureInitrd: measured(20) })]) {
    assert.notEqual(recommend(input).expression, before);
    const found = judge(before, input);
    assert.equal(found?.keep, true);
    assert.match(
      found?.why ?? "",
      /stands there already and stays: its 224 MiB are still enough \(anew it would be \d+ MiB\)/,
    );
  }
});

test("it is given up where it is too little now, or far too much", () => {
  const little = judge(before, sizingInput({ ...LAB, captureInitrd: measured(60) }));
  assert.equal(little?.keep, false);
  assert.match(little?.why ?? "", /224 MiB are too little now, 4\d\d MiB are needed/);
  const much = judge("384M-:1G", sizingInput(LAB));
  assert.match(much?.why ?? "", /1024 MiB are far more than is needed now/);
  assert.equal(much?.keep, false);
});

test("the vendor's own list is raised like no list at all", () => {
  const found = judge("384M-:128M", sizingInput(LAB));
  assert.equal(found?.keep, false);
  const enough = { expression: "512M-:192M", source: "a test" };
  const list = recommend(sizingInput(LAB, { vendor: enough })).expression;
  assert.deepEqual(judge(list, sizingInput(LAB, { vendor: enough })), { keep: true, why: null });
});

test("an admin's own value is not taken for an earlier run's", () => {
  for (const own of [
    "256M",
    "256M@16M",
    "1G,high",
    "auto",
    "",
    "1G-:256M",
    "384M-8G:256M",
    "384M-:64M",
    "x:y",
  ])
    assert.equal(judge(own, sizingInput(LAB)), null, own);
});

test("with the memory not known, it stays only where it is enough at every size", () => {
  const machine = { ramBytes: null };
  assert.equal(judge(before, sizingInput(LAB, { machine }))?.keep, true);
  assert.equal(judge("384M-768M:128M,768M-64G:224M,64G-:1G", sizingInput(LAB, { machine }))?.keep, false);
  const unknown = recommend(sizingInput(LAB, { machine }));
  assert.equal(unknown.reservedBytes, null);
  assert.equal(unknown.expression, recommend(sizingInput(LAB)).expression);
  assert.match(unknown.why.join("\n"), /memory is not known/);
});

test("tight stays with its own and gives up what is wasteful for it", () => {
  const tight = (parts = LAB) => sizingInput(parts, { mode: "tight" });
  const lean = recommend(tight()).expression;
  assert.equal(judge(lean, tight({ ...LAB, captureInitrd: measured(8) }))?.keep, true);
  assert.equal(judge(before, tight())?.keep, false);
});

test("whatever is recommended is kept by the run after it, and the run after a kernel update that changes little", () => {
  const mib = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(mib, mib, fc.integer({ min: 4, max: 2048 }), (kernel, initrd, ram) => {
      const machine = { ramBytes: (ram * GIB) / 4 };
      const input = (more: number) =>
        sizingInput(
          { kernelInit: measured(kernel), captureInitrd: { bytes: initrd * MIB * more, source: "a test" } },
          { machine },
        );
      const { expression } = recommend(input(1));
      assert.deepEqual(judge(expression, input(1)), { keep: true, why: null });
      assert.equal(judge(expression, input(1.05))?.keep, true);
      // a smaller initrd may let the size fit a quarter of the memory where the vendor's had to do before
      const stands = sizeAt(rangesOf(expression), machine.ramBytes);
      const smaller = sizeAt(rangesOf(recommend(input(0.95)).expression), machine.ramBytes);
      const fitsNow = stands === VENDOR && smaller > VENDOR;
      assert.equal(judge(expression, input(0.95))?.keep, !fitsNow);
    }),
    {
      examples: [
        // 720M of 2.75 GiB, of which the update's 752M would be more than a quarter
        [1, 106, 11],
        // 816M are more than a quarter of 3 GiB, the update's 768M are not
        [5, 120, 12],
        [1, 203, 20],
      ],
    },
  );
});
