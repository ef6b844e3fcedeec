import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { HtmlValidate } from "html-validate";
import type { FormatName } from "../../src/audit/formats/formats.js";
import { plainLine } from "../../src/audit/formats/plain.js";
import { must, run } from "../support/run.js";
import { type Audit, audit } from "../support/running.js";
import { temporaryDirectory } from "../support/temporary.js";
import { answers, HOSTILE, server } from "./server.js";

/** Each format, of a healthy and of a hostile system, read by what others wrote. */

/** Debian's own, which has Debian's packages. */
const PYTHON3 = "/usr/bin/python3";
const PYTHON = "/usr/lib/python3/dist-packages";
const without = (file: string, what: string) =>
  existsSync(file) ? false : `${what} is not installed (${file})`;

/** The published one, as that package brings it. */
const require = createRequire(import.meta.url);
const SARIF_SCHEMA = require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");

/** Everything an attacker who may write files or set the host's name could put into a report. */
function hostile(t: TestContext): string {
  // files hold bytes
  const bytes = Buffer.from(HOSTILE, "utf8").toString("latin1");
  const inQuotes = bytes.replace(/[\\"$`\n]/g, "");
  return server(t, {
    "proc/sys/kernel/hostname": bytes,
    "proc/cmdline": `root=/dev/sda1 crashkernel=256M${bytes.replace(/\n/g, "")}\n`,
    "etc/default/kdump-tools": `USE_KDUMP="${inQuotes}"\nMAKEDUMP_ARGS="${inQuotes}"\nSSH="${inQuotes}"\n`,
    [`etc/default/grub.d/${HOSTILE.replace(/\//g, "|")}.cfg`]: 'GRUB_CMDLINE_LINUX="$(crashkernel=1)"\n',
    "etc/sysctl.d/=evil]]>.conf": "kernel.kexec_load_disabled=1\n",
  });
}

for (const [name, make] of [
  ["a healthy system", (t: TestContext) => server(t)],
  ["a hostile system", hostile],
] as const) {
  const written = async (t: TestContext, format: FormatName): Promise<Audit> => {
    const found = await audit(make(t), { format, run: answers });
    if (name === "a hostile system") assert.ok(found.not.length > 5, "it is as hostile as it should be");
    return found;
  };
  const file = (t: TestContext, text: string, ending: string): string => {
    const at = path.join(temporaryDirectory(t), `audit.${ending}`);
    writeFileSync(at, text);
    return at;
  };

  test(`${name}: nothing but plain lines stands in the text`, async (t) => {
    const { text } = await written(t, "text");
    for (const line of text.split("\n")) assert.equal(line, plainLine(line));
  });

  test(`${name}: junit is XML, and junitparser reads every check with its outcome`, {
    skip: without("/usr/bin/xmllint", "xmllint") || without(`${PYTHON}/junitparser`, "junitparser"),
  }, async (t) => {
    const { text, json } = await written(t, "junit");
    const at = file(t, text, "xml");
    await must(["xmllint", "--noout", "--nonet", at]);
    const script = `import sys, json, junitparser
kinds = {"Failure": "fail", "Error": "unknown", "Skipped": "skipped"}
print(json.dumps([[c.name.split(":")[0], kinds[type(c.result[0]).__name__] if c.result else "pass"]
  for s in junitparser.JUnitXml.fromfile(sys.argv[1]) for c in s]))`;
    const read: unknown = JSON.parse(await must([PYTHON3, "-c", script, at]));
    assert.deepEqual(read, statuses(json));
    const counted = /<testsuites [^>]* tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(
      text,
    );
    const { pass, fail, unknown, skipped } = json.summary;
    assert.deepEqual(counted?.slice(1).map(Number), [
      pass + fail + unknown + skipped,
      fail,
      unknown,
      skipped,
    ]);
  });

  test(`${name}: sarif is what the schema of SARIF 2.1.0 asks for, and points at files and lines`, {
    skip: without(`${PYTHON}/jsonschema`, "jsonschema"),
  }, async (t) => {
    const { text, json } = await written(t, "sarif");
    const log = JSON.parse(text);
    await must([PYTHON3, "-m", "jsonschema", "-i", file(t, text, "sarif"), SARIF_SCHEMA]);
    const [ran] = log.runs;
    for (const [at, result] of ran.results.entries()) {
      const check = json.checks[at];
      assert.equal(result.ruleId, check.id);
      assert.equal(ran.tool.driver.rules[result.ruleIndex].id, check.id);
      assert.equal(result.level === "none", check.status !== "fail");
      if (check.place === null) continue;
      const { artifactLocation, region } = result.locations[0].physicalLocation;
      assert.equal(new URL(artifactLocation.uri, "file:///").href, `file:///${artifactLocation.uri}`);
      assert.equal(decodeURIComponent(`/${artifactLocation.uri}`), check.place.path);
      assert.equal(region.startLine, check.place.line);
    }
  });

  test(`${name}: prometheus is read by its own Python parser, one status a check`, {
    skip: without(`${PYTHON}/prometheus_client`, "prometheus_client"),
  }, async (t) => {
    const { text, json } = await written(t, "prometheus");
    const script = `import sys, json
from prometheus_client.parser import text_fd_to_metric_families as families
print(json.dumps([[f.type, s.name, s.labels, s.value] for f in families(open(sys.argv[1])) for s in f.samples]))`;
    const samples: [string, string, Record<string, string>, number][] = JSON.parse(
      await must([PYTHON3, "-c", script, file(t, text, "prom")]),
    );
    const status = samples.filter(([, metric]) => metric === "kdump_check_status");
    assert.deepEqual(
      status.map(([type, , labels, value]) => [type, labels.id, labels.status, value]),
      statuses(json).map(([id, is]) => ["gauge", id, is, 1]),
    );
    const of = (metric: string) => samples.find(([, one]) => one === metric)?.[3];
    assert.equal(of("kdump_compliant"), json.compliant ? 1 : 0);
    assert.equal(of("kdump_reserved_bytes"), 256 * 2 ** 20);
    assert.equal(of("kdump_loaded"), 1);
    assert.equal(of("kdump_checked_timestamp_seconds"), Date.parse(json.checkedAt) / 1000);
  });

  test(`${name}: promtool finds nothing to say to it`, {
    skip: without(
      "/usr/bin/promtool",
      "promtool (package prometheus, which brings a server, so no test installs it)",
    ),
  }, async (t) => {
    const { text } = await written(t, "prometheus");
    const checked = await run(["promtool", "check", "metrics"], { input: text });
    assert.deepEqual([checked.code, checked.stdout, checked.stderr], [0, "", ""]);
  });

  test(`${name}: csv is read by Python's csv, and no cell is a formula`, async (t) => {
    const { text, json } = await written(t, "csv");
    const script = `import sys, json, csv
print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline=""), strict=True))))`;
    const rows: Record<string, string>[] = JSON.parse(
      await must([PYTHON3, "-c", script, file(t, text, "csv")]),
    );
    assert.deepEqual(
      rows.map((row) => [row.id, row.status]),
      statuses(json),
    );
    for (const row of rows)
      for (const [column, value] of Object.entries(row)) {
        assert.doesNotMatch(value, /^[\s]*[=+\-@]/, column);
        assert.equal(value, plainLine(value));
      }
    assert.ok(text.endsWith("\r\n") && !text.slice(0, -2).includes("\r\r"));
  });

  test(`${name}: html is valid, loads nothing, runs nothing, and shows every check`, async (t) => {
    const { text, json } = await written(t, "html");
    const report = await new HtmlValidate({
      extends: ["html-validate:standard", "html-validate:a11y"],
    }).validateString(text);
    assert.deepEqual(
      report.results.flatMap(({ messages }) => messages.map((one) => `${one.line}: ${one.message}`)),
      [],
    );
    assert.doesNotMatch(text, /<script|<img|<link|<iframe|\son\w+=|url\(|@import|https?:|javascript:/i);
    for (const { id } of json.checks) assert.ok(text.includes(`id="${id.replace(".", "-")}"`), id);
    assert.match(text, /default-src 'none'/);
    assert.match(text, /prefers-color-scheme: dark/);
  });
}

function statuses(json: Audit["json"]): readonly (readonly [string, string])[] {
  return json.checks.map(({ id, status }: { id: string; status: string }) => [id, status] as const);
}

test("both schemes of the page have enough contrast for text (WCAG 2.1, 4.5 to 1)", async (t) => {
  const { text } = await audit(server(t), { format: "html", run: answers });
  const schemes = [...text.matchAll(/--ground: [\s\S]*?\}/g)].map(([block]) =>
    Object.fromEntries(
      [...block.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, name, colour]) => [name, colour]),
    ),
  );
  assert.equal(schemes.length, 2);
  for (const scheme of schemes)
    for (const ground of ["ground", "soft"])
      for (const name of ["text", "link", "pass", "fail", "unknown", "skipped"])
        assert.ok(contrast(scheme[name] ?? "", scheme[ground] ?? "") >= 4.5, `${name} on ${ground}`);
});

function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test("what is written in a policy's or host's name is still what it says, where the format can hold it", async (t) => {
  const { json } = await audit(hostile(t), { run: answers });
  assert.equal(json.host.hostname, HOSTILE.trim());
  assert.equal(readFileSync("test/golden/audit/healthy.csv", "utf8").includes("\u001b"), false);
});
