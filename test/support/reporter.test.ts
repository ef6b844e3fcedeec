import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { run } from "./run.js";

/** Files of tests, run by Node with our reporter: the last line and the exit code. */
async function closing(
  files: readonly string[],
  stages = "",
): Promise<{ last: string | undefined; code: number | null; text: string }> {
  const dir = mkdtempSync(path.join(tmpdir(), "kdump-reporter-"));
  try {
    const paths = files.map((text, n) => {
      const file = path.join(dir, `${n}.test.mjs`);
      writeFileSync(file, `import test, { describe, it } from "node:test";\n${text}\n`);
      return file;
    });
    const reporter = path.resolve("scripts/reporter.mjs");
    // NODE_TEST_CONTEXT is how Node tells a test file that it is one; the inner run is none
    const ended = await run(
      [
        process.execPath,
        "--test",
        `--test-reporter=${reporter}`,
        "--test-reporter-destination=stdout",
        ...paths,
      ],
      {
        env: { NODE_TEST_CONTEXT: undefined, TEST_STAGES_FAILED: stages, NODE_OPTIONS: undefined },
        seconds: 60,
      },
    );
    return { last: ended.stdout.trimEnd().split("\n").at(-1), code: ended.code, text: ended.stdout };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test("the last line counts tests, not what is around them", async () => {
  const good = 'test("a", () => {}); describe("s", () => { it("b", () => {}); it("c", () => {}); });';
  const nested = 'test("p", async (t) => { await t.test("k1", () => {}); await t.test("k2", () => {}); });';
  assert.deepEqual(await closing([good, nested]).then(({ last, code }) => [last, code]), [
    "5 passed, 0 failed",
    0,
  ]);
});

test("a failure is counted once, shown in full, and fails the run", async () => {
  const { last, code, text } = await closing([
    'test("p", async (t) => { await t.test("kid", () => { throw new Error("what was wrong"); }); }); test("a", () => {});',
  ]);
  assert.deepEqual([last, code], ["1 passed, 1 failed", 1]);
  assert.match(text, /^FAILED .*: p › kid$/m);
  assert.match(text, /Error: what was wrong/);
});

test("a skip is counted apart and its reason is shown", async () => {
  const { last, code, text } = await closing([
    'test("a", () => {}); test("b", { skip: "no such program" }, () => {});',
  ]);
  assert.deepEqual([last, code], ["1 passed, 0 failed, 1 skipped", 0]);
  assert.match(text, /because no such program:\n.*: b\n/);
});

test("a file that falls over, that ends early or that has no test in it is a failure", async () => {
  const { last, code } = await closing([
    'throw new Error("at load");',
    'test("a", () => {}); test("b", () => process.exit(0));',
    "",
    'test("c", () => {});',
  ]);
  assert.equal(code, 1);
  assert.match(last ?? "", /^[12] passed, 3 failed$/);
});

test("a run in which nothing ran fails, and so does one whose type check failed", async () => {
  assert.deepEqual(
    await closing(['test("a", { skip: "why" }, () => {});']).then(({ last, code }) => [last, code]),
    ["0 passed, 0 failed, 1 skipped", 1],
  );
  assert.deepEqual(
    await closing(['test("a", () => {});'], "types\nstyle").then(({ last, code }) => [last, code]),
    ["1 passed, 2 failed", 1],
  );
});
