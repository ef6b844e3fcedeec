// Reporter for `node --test`: a line a test file, failures in full, skips with their reasons, and as the last line
// exactly `N passed, N failed[, N skipped]`. Counted are tests, not the suites and tests around them.
//
// TEST_STAGES_FAILED (names, one a line) are what failed before the tests, such as the type check: each counts as
// one failure, so that the last line never looks better than the exit code.
import path from "node:path";
import { inspect } from "node:util";

/** Per test file: what was counted, and how many children were seen at each depth since the last parent ended. */
const files = new Map();
const failures = [];
const skips = [];
const stages = (process.env.TEST_STAGES_FAILED ?? "").split("\n").filter((name) => name !== "");

// with source maps a test is reported from test/x.test.ts, without from build/test/x.test.js
const nameOf = (file) =>
  path
    .relative(process.cwd(), file ?? "?")
    .replace(/^build\//, "")
    .replace(/\.js$/, ".ts");

function tally(file) {
  const known = files.get(file) ?? { passed: 0, failed: 0, skipped: 0, seconds: 0, children: [], path: [] };
  files.set(file, known);
  return known;
}

/** The parents of a test end after it, so their names come from the starts. */
function started({ file, name, nesting }) {
  const path = tally(file).path;
  path.length = nesting;
  path[nesting] = name;
}

function ended(event, passed) {
  const { file, name, nesting, details, skip, todo } = event;
  const count = tally(file);
  const children = count.children[nesting + 1] ?? 0;
  count.children.length = nesting + 1;
  count.children[nesting] = (count.children[nesting] ?? 0) + 1;
  if (nesting === 0) count.seconds += (details.duration_ms ?? 0) / 1000;
  const title = [...count.path.slice(0, nesting), name].join(" › ");

  // Node wraps a file in a test of the same name; it speaks only when the file itself fell over or has no tests.
  const isFile = nesting === 0 && file !== undefined && path.resolve(name) === path.resolve(file);
  if (isFile && passed) {
    if (children === 0 && count.passed + count.failed + count.skipped === 0)
      fail(count, file, "(the file)", new Error("there is no test in it"));
    return;
  }
  if (!passed && details.error?.failureType !== "subtestsFailed" && todo === undefined)
    return fail(count, file, title, details.error);
  if (children > 0 || details.type === "suite") return;
  if (skip !== undefined) {
    count.skipped++;
    skips.push({ file, title, why: typeof skip === "string" && skip !== "" ? skip : "NO REASON GIVEN" });
  } else if (todo !== undefined) {
    count.skipped++;
    skips.push({ file, title, why: `to do: ${todo}` });
  } else if (passed) count.passed++;
}

function fail(count, file, title, error) {
  count.failed++;
  failures.push({ file, title, error: error?.cause ?? error });
}

function* summary() {
  if (skips.length > 0) {
    yield `\nSKIPPED, so not tested here:\n`;
    const reasons = new Map();
    for (const { file, title, why } of skips)
      reasons.set(why, [...(reasons.get(why) ?? []), `${nameOf(file)}: ${title}`]);
    for (const [why, tests] of reasons) {
      yield `  because ${why}:\n`;
      for (const one of tests) yield `    ${one}\n`;
    }
  }
  if (stages.length > 0) yield `\nFAILED before the tests: ${stages.join(", ")} (see above)\n`;
  for (const { file, title, error } of failures) {
    yield `\nFAILED ${nameOf(file)}: ${title}\n`;
    const text = error instanceof Error ? (error.stack ?? String(error)) : inspect(error);
    yield `${text.replace(/^/gm, "    ")}\n`;
  }
  const sum = (what) => [...files.values()].reduce((total, count) => total + count[what], 0);
  const [passed, failed, skipped] = [sum("passed"), sum("failed") + stages.length, sum("skipped")];
  if (passed + failed === 0) yield "\nNothing was tested.\n";
  if (passed === 0 || failed > 0) process.exitCode = 1;
  yield `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`;
}

export default async function* report(source) {
  let current;
  for await (const { type, data } of source) {
    const file = data?.file;
    // Node reports one file after the other, whatever their order of running
    if (file !== undefined && file !== current && /^test:(start|pass|fail)$/.test(type)) {
      if (current !== undefined) yield line(current);
      current = file;
    }
    if (type === "test:start") started(data);
    else if (type === "test:pass") ended(data, true);
    else if (type === "test:fail") ended(data, false);
    else if (type === "test:stdout" || type === "test:stderr")
      yield data.message.replace(/^(?=.)/gm, "    | ");
    // what a test says of itself; Node's own totals have no file or come in its words
    else if (
      type === "test:diagnostic" &&
      !/^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(data.message)
    )
      yield `    ${data.message}\n`;
  }
  if (current !== undefined) yield line(current);
  yield* summary();
}

function line(file) {
  const { passed, failed, skipped, seconds } = tally(file);
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return `${failed > 0 ? "✗" : "✓"} ${nameOf(file)}: ${parts.join(", ")} (${seconds.toFixed(1)} s)\n`;
}
