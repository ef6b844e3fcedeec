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

test("a file that cannot be used makes every setting unknown, and none of its lines is named", (t) => {
  const profile = embeddedProfiles().find((one) => one.id === "debian-12") ?? assert.fail();
  const path = FILES["debian-12"];
  const reader = imageOf(t, { [path]: { dir: true } });
  const now = effectiveDumpSettings(collectFacts(reader, collectBase(reader, {}), profile), profile);
  for (const setting of Object.values(now)) {
    assert.ok(setting.kind === "unknown");
    assert.deepEqual(setting.place, { path, line: 0 });
    assert.match(setting.why, /no regular file/);
  }
});

test("what cannot be told is named by its key", (t) => {
  const tools = settings(t, "debian-12", "A=1\nKDUMP_COREDIR=$(cat /x)\nFTP=$(cat /y)\n");
  assert.deepEqual(tools.directory.kind === "unknown" && tools.directory.key, "KDUMP_COREDIR");
  assert.deepEqual(tools.targets.kind === "unknown" && tools.targets.key, "FTP");
});

test("a target that stands twice is two targets, as kdumpctl counts; of other options the last one is what counts", (t) => {
  const path = FILES["centos-7"];
  const text =
    "#nfs old:/x\next4 /dev/vg/a\next4 /dev/vg/b\nssh kdump@vault\ndefault halt\ndefault poweroff\nsshkey /root/.ssh/key\n";
  const ctl = settings(t, "centos-7", text);
  assert.deepEqual(ctl.targets, {
    kind: "known",
    value: [
      { kind: "ssh", where: "kdump@vault" },
      { kind: "other", key: "ext4", where: "/dev/vg/a", network: false },
      { kind: "other", key: "ext4", where: "/dev/vg/b", network: false },
    ],
    place: { path, line: 4 },
  });
  assert.deepEqual(ctl.failAction, { kind: "known", value: "poweroff", place: { path, line: 6 } });
  assert.deepEqual(ctl.keyFile, { kind: "known", value: "/root/.ssh/key", place: { path, line: 7 } });
});

const PACKED: readonly (readonly [keyof typeof FILES, string, boolean])[] = [
  ["debian-12", "", true],
  ["debian-12", 'MAKEDUMP_ARGS="-d 17"\n', false],
  ["debian-12", 'MAKEDUMP_ARGS="-d 17"\nKDUMP_COMPRESSION=lz4\n', true],
  // kdump-config says that it does not know it, and packs nothing
  ["debian-12", 'MAKEDUMP_ARGS="-d 17"\nKDUMP_COMPRESSION=zip\n', false],
  ["centos-7", "", true],
  ["centos-7", "core_collector /usr/sbin/makedumpfile -cd 31\n", true],
  ["centos-7", "core_collector makedumpfile\n", false],
  ["centos-7", "core_collector scp\n", false],
  ["centos-7", "core_collector cp -c\n", false],
];

for (const [id, text, packed] of PACKED)
  test(`${id}: ${JSON.stringify(text)} makes a dump that is ${packed ? "compressed" : "not compressed"}`, (t) => {
    const { compressed } = settings(t, id, text);
    assert.deepEqual(compressed.kind === "known" && compressed.value, packed);
  });
