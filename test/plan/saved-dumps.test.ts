import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { collectBase, collectFacts } from "../../src/facts/collect.js";
import { savedDumpsIn } from "../../src/plan/saved-dumps.js";
import { imageOf } from "../facts/tree.js";

const CONF = "/etc/kdump.conf";
const TOOLS = "/etc/default/kdump-tools";

function saved(t: TestContext, file: string, text: string | null) {
  const id = file === CONF ? "centos-7" : "debian-12";
  const profile = embeddedProfiles().find((one) => one.id === id) ?? assert.fail();
  const reader = imageOf(t, text === null ? {} : { [file]: text });
  return savedDumpsIn(collectFacts(reader, collectBase(reader, {}), profile), profile);
}

test("dumps are looked for where the release's own programs put them, corner by corner", (t) => {
  const found = (text: string) => saved(t, CONF, text);
  assert.equal(found("path /srv\n").path, "/srv");
  assert.equal(found("path /a\npath /srv # not /b\n").path, "/srv");
  // kdumpctl does not take an option after blanks
  assert.equal(found("  path /srv\n").path, "/var/crash");
  // nor, in some of its programs, a last line that nothing ends: said, and not taken for certain
  const open = found("path /srv");
  assert.equal(open.path, "/var/crash");
  assert.match(open.notes.join(), /^\/etc\/kdump\.conf:1: what path is cannot be told: nothing ends this/);
});

test("where the directory is not set it is said what stands in for it", (t) => {
  assert.deepEqual(saved(t, TOOLS, null), {
    path: "/var/crash",
    source: `the default: there is no ${TOOLS}`,
    notes: [],
  });
  for (const text of ["", 'KDUMP_COREDIR=""\n'])
    assert.equal(saved(t, TOOLS, text).source, `the default: KDUMP_COREDIR is not set in ${TOOLS}`);
  assert.equal(saved(t, TOOLS, "KDUMP_COREDIR=/srv\n").source, `KDUMP_COREDIR in ${TOOLS}`);
});

test("what cannot be told, and dumps that go elsewhere, are notes", (t) => {
  const notes = (text: string) => saved(t, TOOLS, text).notes.join("\n");
  assert.match(notes("KDUMP_COREDIR=crash\n"), /is no absolute path: crash/);
  assert.match(notes("KDUMP_COREDIR=$(hostname)\n"), /kdump-tools:1: what KDUMP_COREDIR is cannot be told/);
  assert.match(notes("NFS=host:/x\n"), /sends dumps to NFS host:\/x: what was saved there is not listed/);
  assert.match(notes("SSH=$(hostname)\n"), /kdump-tools:1: what SSH is cannot be told/);
  assert.equal(notes('NFS=""\nSSH=\n'), "");
});
