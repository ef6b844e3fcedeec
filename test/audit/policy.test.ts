import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { parse } from "yaml";
import { CATALOGUE } from "../../src/audit/catalogue.js";
import { fail, pass, skipped, unknown } from "../../src/audit/check.js";
import { judged, type Policy } from "../../src/audit/policy.js";
import { parsePolicy } from "../../src/audit/policy-file.js";
import { UsageError } from "../../src/errors.js";
import { run } from "../support/run.js";
import { audit } from "../support/running.js";
import { temporaryDirectory } from "../support/temporary.js";
import { answers, deadServer, server } from "./server.js";

const HEAD = "schema: kdump-setup/policy/1\n";

function policyFile(t: TestContext, text: string): string {
  const at = path.join(temporaryDirectory(t), "policy.yaml");
  writeFileSync(at, HEAD + text);
  return at;
}

test("a policy is the same as YAML and as JSON", async () => {
  const yaml = `${HEAD}expression: 2G-64G:256M,64G-:512M
minimum: 256M
required: [dump.last]
waived:
  - check: dump.privacy
    reason: read by the collector's group
    until: 2027-06-30
`;
  const json = JSON.stringify({
    schema: "kdump-setup/policy/1",
    expression: "2G-64G:256M,64G-:512M",
    minimum: "256M",
    required: ["dump.last"],
    waived: [{ check: "dump.privacy", reason: "read by the collector's group", until: "2027-06-30" }],
  });
  const read = await parsePolicy(yaml, "p");
  assert.deepEqual(read, await parsePolicy(json, "p"));
  assert.deepEqual(read.words, ["crashkernel=2G-64G:256M,64G-:512M"]);
  assert.equal(read.minimumBytes, 256 * 2 ** 20);
});

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ["no schema", "base: enabled", /has no schema: .* "schema: kdump-setup\/policy\/1"/],
  ["another schema", "schema: policy/1", /has another schema: .* "schema: kdump-setup\/policy\/1"/],
  ["a list", "- a", /has to be a map of schema,/],
  ["neither YAML nor JSON", "a: [", /is neither YAML nor JSON/],
  ["a key twice", `${HEAD}base: enabled\nbase: disabled`, /is neither YAML nor JSON.*unique/],
  [
    "a bomb of aliases",
    `${HEAD}required: &a [1]\nwaived: [${"*a, ".repeat(50)}*a]`,
    /waived\[0\]|cannot be read/,
  ],
  ["an unknown key", `${HEAD}require: []`, /require is no key of a policy: it has .* required,/],
  ["a check that does not exist", `${HEAD}required: [dump.lst]`, /required\[0\] is no check's id: .*csv/],
  [
    "a check of the other base",
    `${HEAD}required: [off.service]`,
    /required\[0\] is no check that this policy makes/,
  ],
  ["a check that nothing makes", `${HEAD}required: [policy.minimum]`, /is no check that this policy makes/],
  ["a base of its own", `${HEAD}base: strict`, /base has to be enabled or disabled/],
  [
    "a size for what is forbidden",
    `${HEAD}base: disabled\nminimum: 1G`,
    /takes neither expression nor minimum/,
  ],
  ["an expression no kernel takes", `${HEAD}expression: 256Q`, /expression is no crashkernel value/],
  ["a size that is none", `${HEAD}minimum: lots`, /minimum is no size/],
  [
    "a waiver without a reason",
    `${HEAD}waived: [{check: dump.last, until: 2027-01-01}]`,
    /waived\[0\]\.reason has to say why/,
  ],
  [
    "a waiver without an end",
    `${HEAD}waived: [{check: dump.last, reason: x}]`,
    /waived\[0\]\.until has to be a day/,
  ],
  [
    "a day that is none",
    `${HEAD}waived: [{check: dump.last, reason: x, until: 2027-02-30}]`,
    /until has to be a day/,
  ],
];

test("the example in docs/checks.md is a policy, for the program and for the published schema", {
  skip: existsSync("/usr/bin/python3") ? false : "python3 is not installed",
}, async (t) => {
  const example = /^```yaml\n([\s\S]*?)^```$/m.exec(readFileSync("docs/checks.md", "utf8"))?.[1] ?? "";
  const policy = await parsePolicy(example, "example");
  assert.deepEqual(policy.required, ["dump.last"]);
  const accepts = async (value: unknown) => {
    const at = path.join(temporaryDirectory(t), "policy.json");
    writeFileSync(at, JSON.stringify(value));
    return (
      (await run(["/usr/bin/python3", "-m", "jsonschema", "-i", at, "policies/_schema.json"])).code === 0
    );
  };
  const written: Record<string, unknown> = parse(example, { schema: "core" });
  assert.equal(await accepts(written), true);
  for (const broken of [
    { ...written, schema: "kdump-setup/policy/2" },
    { ...written, base: "strict" },
    { ...written, require: [] },
    { ...written, required: ["dump.lst"] },
    { ...written, waived: [{ check: "dump.last", reason: "x" }] },
  ]) {
    assert.equal(await accepts(broken), false, JSON.stringify(broken));
    await assert.rejects(parsePolicy(JSON.stringify(broken), "p"), UsageError);
  }
});

for (const [what, text, says] of WRONG) {
  test(`a policy with ${what} is wrong use, said in one sentence`, async () => {
    await assert.rejects(parsePolicy(text, "p.yaml"), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^--policy p\.yaml: /);
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });
}

const seen = { actual: "a", evidence: "e" };
const waived = (until: string): Policy => ({
  name: "p",
  base: "enabled",
  words: null,
  minimumBytes: null,
  required: [],
  waived: [{ check: "dump.privacy", reason: "ticket 4711", until }],
});

test("a waiver counts up to and with its last day, and for what fails or is unknown only", () => {
  const failed = fail("dump.privacy", { ...seen, fix: "f" });
  const last = judged(failed, waived("2026-11-24"), "2026-11-24");
  assert.equal(last.status, "skipped");
  assert.match(last.reason ?? "", /it fails \(a\), which is waived until 2026-11-24: ticket 4711/);
  const over = judged(failed, waived("2026-11-23"), "2026-11-24");
  assert.equal(over.status, "fail");
  assert.match(over.reason ?? "", /its waiver ended on 2026-11-23 \(ticket 4711\)/);
  const doubt = unknown("dump.privacy", { reason: "r", evidence: "e" });
  assert.equal(judged(doubt, waived("2026-11-24"), "2026-11-24").status, "skipped");
  const passed = pass("dump.privacy", seen);
  assert.deepEqual(judged(passed, waived("2026-11-24"), "2026-11-24"), passed);
});

test("what is required has to pass: unknown and skipped are failures then", () => {
  const policy: Policy = { ...waived("2000-01-01"), required: ["dump.last"] };
  for (const check of [
    unknown("dump.last", { reason: "r", evidence: "e" }),
    skipped("dump.last", { reason: "r", evidence: "e" }),
  ]) {
    const strict = judged(check, policy, "2026-11-24");
    assert.deepEqual([strict.status, strict.reason], ["fail", "r; the policy requires it to pass"]);
  }
  assert.equal(judged(pass("dump.last", seen), policy, "2026-11-24").status, "pass");
});

test("a policy's expression and minimum are checks of their own", async (t) => {
  const root = server(t);
  const good = await audit(root, {
    run: answers,
    policy: policyFile(t, "expression: 256M\nminimum: 256M\n"),
  });
  assert.deepEqual(good.not, []);
  assert.equal(good.json.checks.filter(({ id }: { id: string }) => id.startsWith("policy.")).length, 2);
  const bad = await audit(root, { run: answers, policy: policyFile(t, "expression: 512M\nminimum: 300M\n") });
  assert.deepEqual(bad.not, ["policy.expression: fail", "policy.minimum: fail"]);
  assert.equal(bad.exit, 7);
  const asked = await audit(root, { run: answers, policy: policyFile(t, "required: [dump.last]\n") });
  assert.deepEqual(asked.not, ["dump.last: fail"]);
});

test("a policy that is not there, or no file, is wrong use", async (t) => {
  const root = server(t);
  for (const policy of ["/nowhere/policy.yaml", temporaryDirectory(t)])
    await assert.rejects(audit(root, { run: answers, policy }), UsageError);
});

test("a dump directory on a server that is gone stops nothing, and is not looked into", async (t) => {
  const mounts = `21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
22 21 0:40 / /mnt rw shared:2 - nfs4 server:/dumps rw
`;
  const root = server(t, {
    "proc/self/mountinfo": mounts,
    "proc/1/mountinfo": mounts,
    "etc/default/kdump-tools": 'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="panic=10"\nKDUMP_COREDIR=/mnt/crash\n',
  });
  const { not, text, json } = await audit(root, { run: deadServer });
  assert.deepEqual(not, ["dump.space: unknown", "dump.privacy: unknown"], text);
  const space = json.checks.find(({ id }: { id: string }) => id === "dump.space");
  assert.equal(space.reason, "stat timed out after 5 s");
});

test("with --policy disabled only the checks of what is switched off are made", async (t) => {
  const { json, exit } = await audit(server(t), { run: answers, policy: "disabled" });
  const off = Object.keys(CATALOGUE).filter((id) => id.startsWith("off."));
  assert.deepEqual(
    json.checks.map(({ id }: { id: string }) => id),
    off,
  );
  assert.equal(exit, 7);
});
