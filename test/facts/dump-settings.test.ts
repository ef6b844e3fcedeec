import assert from "node:assert/strict";
import { test } from "node:test";
import { directiveSettings } from "../../src/facts/dump-directives.js";
import { collectorOf, failCommand } from "../../src/facts/dump-values.js";
import { variableSettings } from "../../src/facts/dump-variables.js";
import { newestDump } from "../../src/facts/last-dump.js";
import type { NamedFile } from "../../src/types.js";
import { imageOf } from "./tree.js";

const file = (path: string, text: string): NamedFile => ({
  path,
  state: { kind: "file", target: path, text, mode: 0o644, uid: 0, gid: 0, sha256: "" },
});
const TOOLS = "/etc/default/kdump-tools";
const CONF = "/etc/kdump.conf";

test("variables that are set say so with their line, and those that are not have kdump-config's defaults", () => {
  const settings = variableSettings(
    file(
      TOOLS,
      'USE_KDUMP=1\n# SSH=x\nSSH="kdump@vault"\nKDUMP_NUM_DUMPS=3\nKDUMP_COMPRESSION=lz4\nMAKEDUMP_ARGS="-d 17"\n',
    ),
    "dash",
  );
  assert.deepEqual(settings.targets, {
    kind: "known",
    value: [{ kind: "ssh", to: "kdump@vault" }],
    path: TOOLS,
    line: 3,
  });
  assert.deepEqual(settings.keepDumps, { kind: "known", value: 3, path: TOOLS, line: 4 });
  assert.deepEqual(settings.directory, { kind: "unset", value: "/var/crash", path: TOOLS });
  assert.deepEqual(settings.failAction, { kind: "unset", value: "reboot", path: TOOLS });
  assert.deepEqual(settings.collector, {
    kind: "known",
    value: { command: "makedumpfile -d 17", level: 17, compressed: true },
    path: TOOLS,
    line: 6,
  });
});

test("a variable that comes from a command is unknown, with its place; so is a file that cannot be read", () => {
  const { directory } = variableSettings(file(TOOLS, "A=1\nKDUMP_COREDIR=$(cat /x)\n"), "dash");
  assert.equal(directory.kind, "unknown");
  assert.deepEqual(directory.kind === "unknown" && [directory.path, directory.line], [TOOLS, 2]);
  const broken: NamedFile = { path: TOOLS, state: { kind: "unreadable", why: "EACCES" } };
  const { targets } = variableSettings(broken, "dash");
  assert.deepEqual(targets, { kind: "unknown", why: "it cannot be read (EACCES)", path: TOOLS, line: null });
});

test("directives of kdump.conf: comments, the last one wins, targets are counted", () => {
  const text = `#nfs old:/x
  path   /dump   # in the target
ext4 /dev/vg/dump
core_collector makedumpfile -F -l -d 31
default halt
default poweroff
ssh kdump@vault
sshkey /root/.ssh/key
`;
  const settings = directiveSettings(file(CONF, text));
  assert.deepEqual(settings.directory, { kind: "known", value: "/dump", path: CONF, line: 2 });
  assert.deepEqual(settings.targets, {
    kind: "known",
    value: [
      { kind: "filesystem", to: "/dev/vg/dump" },
      { kind: "ssh", to: "kdump@vault" },
    ],
    path: CONF,
    line: 3,
  });
  assert.deepEqual(settings.failAction, { kind: "known", value: "poweroff", path: CONF, line: 6 });
  assert.deepEqual(settings.sshKey, { kind: "known", value: "/root/.ssh/key", path: CONF, line: 8 });
  const none = directiveSettings({ path: CONF, state: { kind: "absent" } });
  assert.deepEqual(none.failAction, { kind: "unset", value: "reboot", path: CONF });
});

const COLLECTORS: readonly (readonly [string, number | null, boolean])[] = [
  ["makedumpfile -F -c -d 31", 31, true],
  ["makedumpfile -d31 -l", 31, true],
  ["/usr/sbin/makedumpfile -cd 31", 31, true],
  ["makedumpfile -l --message-level 1 -d 31", 31, true],
  ["makedumpfile -d 31,16,1 -z", 31, true],
  ["makedumpfile -d 32 -l", 0, true],
  ["makedumpfile", 0, false],
  ["scp", null, false],
  ["cp --sparse=always", null, false],
];

for (const [command, level, compressed] of COLLECTORS) {
  test(`${command} filters with level ${level} and ${compressed ? "compresses" : "does not compress"}`, () => {
    assert.deepEqual(collectorOf(command), { command, level, compressed });
  });
}

test("a shell in the fail command waits for somebody, whatever comes after it", () => {
  const cases = {
    "reboot -f": "reboot",
    "echo 'makedumpfile FAILED.'; /bin/bash; reboot -f": "shell",
    sulogin: "shell",
    "sync; poweroff": "poweroff",
    "/sbin/halt": "halt",
    "logger gone": "other",
  };
  for (const [command, action] of Object.entries(cases)) assert.equal(failCommand(command), action, command);
});

test("the newest dump of both layouts, by the names of the directories", (t) => {
  const reader = imageOf(t, {
    "crash/202611200101/dump.202611200101": "",
    "crash/10.0.0.7-202611210101/vmcore.202611210101": "",
    "crash/127.0.0.1-2026-11-22-10:31:59/vmcore": "",
    "crash/202611230101/dmesg.202611230101": "",
    "crash/kexec_cmd": "",
    "crash/999/dump.999": "",
    "old/127.0.0.1-2015.03.04-05:06:07/vmcore-incomplete": "",
    "empty/x": "",
  });
  assert.deepEqual(newestDump(reader, "/crash"), {
    directory: "/crash/127.0.0.1-2026-11-22-10:31:59",
    time: "2026-11-22 10:31",
    complete: true,
  });
  assert.deepEqual(newestDump(reader, "/old"), {
    directory: "/old/127.0.0.1-2015.03.04-05:06:07",
    time: "2015-03-04 05:06",
    complete: false,
  });
  assert.equal(newestDump(reader, "/empty"), null);
});
