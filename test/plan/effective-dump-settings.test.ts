import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { collectBase, collectFacts } from "../../src/facts/collect.js";
import { effectiveDumpSettings } from "../../src/plan/effective-dump-settings.js";
import { imageOf } from "../facts/tree.js";

const FILES = { "debian-12": "/etc/default/kdump-tools", "centos-7": "/etc/kdump.conf" } as const;

function settings(t: TestContext, id: keyof typeof FILES, text: string | null) {
  const profile = embeddedProfiles().find((one) => one.id === id) ?? assert.fail();
  const reader = imageOf(t, text === null ? {} : { [FILES[id]]: text });
  return effectiveDumpSettings(collectFacts(reader, collectBase(reader, {}), profile), profile);
}

test("with nothing set, or no file at all, the package's own values count, and no line is named", (t) => {
  for (const text of [null, "", "# words\n"]) {
    const tools = settings(t, "debian-12", text);
    assert.deepEqual(tools.directory, { kind: "known", value: "/var/crash", place: null });
    assert.deepEqual(tools.level, { kind: "known", value: 31, place: null });
    assert.deepEqual(tools.collector, { kind: "known", value: "-F -c -d 31", place: null });
    assert.deepEqual(tools.targets, { kind: "known", value: [{ kind: "local" }], place: null });
    assert.deepEqual(tools.failAction, { kind: "known", value: "reboot", place: null });
    assert.deepEqual(tools.keepDumps, { kind: "known", value: null, place: null });
    const ctl = settings(t, "centos-7", text);
    assert.deepEqual([ctl.directory, ctl.failAction], [tools.directory, tools.failAction]);
    assert.deepEqual(ctl.collector, {
      kind: "known",
      value: "makedumpfile -l --message-level 1 -d 31",
      place: null,
    });
  }
});

test("each value comes with its file and line", (t) => {
  const path = FILES["debian-12"];
  const tools = settings(
    t,
    "debian-12",
    'KDUMP_COREDIR=/a\nMAKEDUMP_ARGS="-l -d 1"\n\nKDUMP_FAIL_CMD="halt  -f"\nKDUMP_NUM_DUMPS=4\nSSH=a@b\nSSH_KEY=/k\nKDUMP_COREDIR=/b\n',
  );
  assert.deepEqual(tools.directory, { kind: "known", value: "/b", place: { path, line: 8 } });
  assert.deepEqual(tools.level, { kind: "known", value: 1, place: { path, line: 2 } });
  assert.deepEqual(tools.failAction, { kind: "known", value: "halt", place: { path, line: 4 } });
  assert.deepEqual(tools.keepDumps, { kind: "known", value: 4, place: { path, line: 5 } });
  assert.deepEqual(tools.targets, {
    kind: "known",
    value: [{ kind: "ssh", where: "a@b" }],
    place: { path, line: 6 },
  });
  assert.deepEqual(tools.keyFile, { kind: "known", value: "/k", place: { path, line: 7 } });

  const conf = FILES["centos-7"];
  const ctl = settings(
    t,
    "centos-7",
    "path /a # here\nxfs /dev/x\ncore_collector scp\ndefault dump_to_rootfs\n",
  );
  assert.deepEqual(ctl.directory, { kind: "known", value: "/a", place: { path: conf, line: 1 } });
  assert.deepEqual(ctl.targets, {
    kind: "known",
    value: [{ kind: "other", key: "xfs", where: "/dev/x", network: false }],
    place: { path: conf, line: 2 },
  });
  assert.deepEqual(ctl.level, { kind: "known", value: null, place: { path: conf, line: 3 } });
  assert.deepEqual(ctl.failAction, {
    kind: "known",
    value: { other: "dump_to_rootfs" },
    place: { path: conf, line: 4 },
  });
});

test("several targets at once are all named, and what a shell would have to run is unknown with its line", (t) => {
  const path = FILES["debian-12"];
  const tools = settings(
    t,
    "debian-12",
    'NFS="s:/e"\nFTP=f\nSSH=a@b\nKDUMP_COREDIR=$(pwd)\nKDUMP_NUM_DUMPS=all\n',
  );
  assert.ok(tools.targets.kind === "known");
  assert.deepEqual(
    tools.targets.value.map((one) => (one.kind === "other" ? one.key : one.kind)),
    ["ssh", "nfs", "FTP"],
  );
  assert.ok(tools.directory.kind === "unknown");
  assert.deepEqual(tools.directory.place, { path, line: 4 });
  assert.deepEqual(tools.keepDumps.kind === "known" && tools.keepDumps.value, null);
});

test("an option on a last line that nothing ends is unknown: bash's read does not see it, grep does", (t) => {
  const { directory, level } = settings(t, "centos-7", "core_collector makedumpfile -d 1\npath /x");
  assert.ok(directory.kind === "unknown");
  assert.deepEqual(directory.place, { path: FILES["centos-7"], line: 2 });
  assert.match(directory.why, /nothing ends this last line/);
  assert.equal(level.kind === "known" && level.value, 1);
});
