import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CATALOGUE, groupOf, isCheckId } from "../../src/audit/catalogue.js";

test("docs/checks.md says of every check what the program says of it, and of no other", () => {
  const text = readFileSync("docs/checks.md", "utf8");
  const rows = [...text.matchAll(/^\| `([a-z.]+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  const documented = rows.map(([, id, severity, title]) => [id, severity, title]);
  assert.deepEqual(
    documented,
    Object.entries(CATALOGUE).map(([id, { severity, title }]) => [id, severity, title]),
  );
});

test("a policy file may name every check there is, and no other", () => {
  const schema = JSON.parse(readFileSync("policies/_schema.json", "utf8"));
  assert.deepEqual(schema.definitions.check.enum, Object.keys(CATALOGUE));
  for (const id of Object.keys(CATALOGUE)) assert.ok(isCheckId(id) && groupOf(id).length > 0);
});

test("every rule of a baseline says where it comes from and which checks it is about", () => {
  const { rules } = JSON.parse(readFileSync("policies/baselines.json", "utf8"));
  assert.ok(rules.length >= 10);
  for (const rule of rules) {
    assert.deepEqual(Object.keys(rule), ["id", "ids", "versions", "checks", "source"]);
    assert.ok(rule.source.length > 10 && rule.ids.length > 0 && rule.versions.length > 0, rule.id);
    for (const id of rule.checks) assert.ok(isCheckId(id), id);
  }
  assert.equal(new Set(rules.map(({ id }: { id: string }) => id)).size, rules.length);
});
