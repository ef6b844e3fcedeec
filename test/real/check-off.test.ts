import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { must, overlayRoot, type RootName, runTool, withoutRoot } from "../support/roots.js";
import { audit, change, runningRoot } from "../support/running.js";
import { plant } from "../support/temporary.js";

/** The policy of baselines that forbid kdump, judged by OpenSCAP as well: what --disable --mask makes is what they ask for. */

const RULES = path.resolve("test/support/openscap/kdump-off.oval.xml");
const scap = existsSync("/usr/bin/oscap") ? false : "oscap is not installed (package openscap-scanner)";

/** Rule → does the system below that directory keep it, by OpenSCAP? */
async function openscap(root: string): Promise<Readonly<Record<string, boolean>>> {
  await must(["oscap", "oval", "validate", RULES]);
  const said = await must(["oscap", "oval", "eval", RULES], { env: { OSCAP_PROBE_ROOT: root } });
  const rows = [...said.matchAll(/^Definition oval:kdump:def:(\d): (true|false)$/gm)];
  const names = { 1: "off.service", 2: "off.configured", 3: "off.entries" } as Record<string, string>;
  return Object.fromEntries(rows.map(([, rule = "", is]) => [names[rule], is === "true"]));
}

/** The same of our own. */
async function ours(
  root: string,
): Promise<{ readonly code: number | null; readonly checks: unknown; readonly json: Document }> {
  const ran = await runTool(["--root", root, "--check", "--policy", "disabled", "--format", "json"]);
  const json: Document = JSON.parse(ran.stdout);
  const judged = json.checks.filter(({ id }) =>
    ["off.service", "off.configured", "off.entries"].includes(id),
  );
  return {
    code: ran.code,
    checks: Object.fromEntries(judged.map(({ id, status }) => [id, status === "pass"])),
    json,
  };
}

interface Document {
  readonly compliant: boolean;
  readonly policy: string;
  readonly checks: readonly {
    readonly id: string;
    readonly status: string;
    readonly references: readonly string[];
  }[];
}

const ALL = (is: boolean) => ({ "off.service": is, "off.configured": is, "off.entries": is });

for (const name of ["debian12", "ubuntu2204", "centos7"] as const satisfies readonly RootName[]) {
  test(`${name}: --disable --mask makes what forbids kdump content, and OpenSCAP says so too`, {
    skip: withoutRoot(name) || scap,
  }, async (t) => {
    const root = await overlayRoot(t, name);
    const before = await ours(root);
    assert.equal(before.code, 7);
    assert.deepEqual([before.checks, await openscap(root)], [ALL(false), ALL(false)]);
    assert.equal((await runTool(["--root", root, "--disable", "--yes"])).code, 0);
    const merelyDisabled = { ...ALL(true), "off.service": false };
    assert.deepEqual([(await ours(root)).checks, await openscap(root)], [merelyDisabled, merelyDisabled]);
    assert.equal((await runTool(["--root", root, "--disable", "--mask", "--yes"])).code, 0);
    const after = await ours(root);
    assert.deepEqual([after.checks, await openscap(root)], [ALL(true), ALL(true)]);
    assert.deepEqual([after.code, after.json.compliant, after.json.policy], [0, true, "disabled"]);
  });
}

test("ubuntu2204: the rule of its STIG is named with the checks that answer it", {
  skip: withoutRoot("ubuntu2204"),
}, async (t) => {
  const root = await overlayRoot(t, "ubuntu2204");
  const { json } = await ours(root);
  const named = json.checks.filter(({ references }) => references.length > 0);
  assert.deepEqual(
    named.map(({ id, references }) => [id, ...references]),
    [
      ["off.service", "UBTU-22-213015"],
      ["off.inactive", "UBTU-22-213015"],
    ],
  );
});

test("on the system that runs it takes the reboot as well", { skip: withoutRoot("debian12") }, async (t) => {
  const root = await runningRoot(t);
  for (const file of ["etc/default/grub.d/kdump-tools.cfg", "boot/grub/grub.cfg"])
    change(root, file, / crashkernel=256M/g, "");
  await must(["systemctl", `--root=${root}`, "mask", "kdump-tools.service"]);
  const waiting = await audit(root, { policy: "disabled" });
  assert.deepEqual(
    waiting.not,
    ["off.inactive", "off.loaded", "off.running", "off.reserved"].map((id) => `${id}: fail`),
    waiting.text,
  );
  change(root, "proc/cmdline", " crashkernel=256M", "");
  plant(root, {
    "sys/kernel/kexec_crash_size": "0\n",
    "sys/kernel/kexec_crash_loaded": "0\n",
    "run/unit": "ActiveState=inactive\nResult=success\n",
  });
  const { not, exit, text } = await audit(root, { policy: "disabled" });
  assert.deepEqual([not, exit], [[], 0], text);
});
