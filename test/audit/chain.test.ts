import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { CATALOGUE, type CheckId, isCheckId } from "../../src/audit/catalogue.js";
import { chainOf } from "../../src/audit/chain.js";
import { type Check, fail, pass, skipped, unknown } from "../../src/audit/check.js";
import { AFTER, BY_REBOOT, BY_RESERVING, LABELS, LINKS } from "../../src/audit/links.js";

const IN_CHAIN: readonly CheckId[] = Object.values(LINKS).flat();
const SYSTEM = {
  image: false,
  words: {
    configured: { kind: "known", words: [] },
    menu: { kind: "unknown", why: "", path: "/boot" },
  },
  regions: [],
} as const;

test("every check the chain is judged by exists, and judges one link", () => {
  for (const id of IN_CHAIN) assert.ok(isCheckId(id), id);
  assert.equal(new Set(IN_CHAIN).size, IN_CHAIN.length);
  const others = [...Object.entries(AFTER).flatMap(([id, causes]) => [id, ...causes])];
  for (const id of [...others, ...BY_REBOOT, ...BY_RESERVING])
    assert.ok(
      IN_CHAIN.some((one) => one === id),
      id,
    );
});

test("docs/checks.md names the checks of every link", () => {
  const text = readFileSync("docs/checks.md", "utf8");
  const rows = [...text.matchAll(/^\| ([a-z ]+) \| ((?:`[a-z.]+`(?:, )?)+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, label, ids = ""]) => [label, ids.replace(/`/g, "").split(", ")]),
    Object.entries(LINKS).map(([id, ids]) => [LABELS[id as keyof typeof LINKS], [...ids]]),
  );
});

const STATUSES = ["pass", "fail", "unknown", "skipped"] as const;
type Statuses = readonly (typeof STATUSES)[number][];

function checksOf(statuses: Statuses): readonly Check[] {
  return IN_CHAIN.map((id, at): Check => {
    const seen = { actual: `actual ${id}`, evidence: "/etc", reason: `reason ${id}` };
    const made = { pass, skipped, unknown, fail: (one: CheckId) => fail(one, { ...seen, fix: `fix ${id}` }) };
    return made[statuses[at] ?? "pass"](id, seen);
  });
}

test("whatever came out, there is a next step exactly where something is wrong or unknown, and it can be taken now", () => {
  const any = fc.array(fc.constantFrom(...STATUSES), {
    minLength: IN_CHAIN.length,
    maxLength: IN_CHAIN.length,
  });
  fc.assert(
    fc.property(any, (statuses) => {
      const checks = checksOf(statuses);
      const { next, links } = chainOf(checks, SYSTEM);
      const bad = checks.filter(({ status }) => status === "fail" || status === "unknown");
      assert.equal(next === "nothing, a dump would be saved", bad.length === 0);
      assert.ok(!next.startsWith("first what is wrong"), next);
      for (const { state, fix, why, checks: ids } of links) {
        const here = bad.filter(({ id }) => ids.includes(id));
        assert.equal(state === "ok" || state === "skipped", here.length === 0);
        assert.equal(
          state === "broken",
          here.some(({ status }) => status === "fail"),
        );
        assert.ok((fix === null) === (here.length === 0) && (why === null) === (here.length === 0));
      }
    }),
    { numRuns: 2000 },
  );
});

test("a failing check outside of the chain breaks no link, and is named", () => {
  const checks = Object.keys(CATALOGUE)
    .filter(isCheckId)
    .map((id) =>
      id === "dump.privacy"
        ? fail(id, { actual: "0755", evidence: "/", fix: "chmod" })
        : pass(id, { actual: "", evidence: "" }),
    );
  const { besides, next } = chainOf(checks, SYSTEM);
  assert.deepEqual([besides, next], [["dump.privacy"], "nothing, a dump would be saved"]);
});
