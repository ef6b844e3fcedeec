import assert from "node:assert/strict";
import { test } from "node:test";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { type Ending, endingOf } from "../../src/plan/fail-ending.js";

const CASES: readonly (readonly [string, string, Ending])[] = [
  ["debian-12", "reboot", "reboot"],
  ["debian-12", "/sbin/reboot -f", "reboot"],
  ["debian-12", "systemctl reboot -ff", "reboot"],
  ["debian-12", "systemctl --force poweroff", "poweroff"],
  ["debian-12", "/sbin/halt", "halt"],
  ["debian-12", "/bin/bash", "shell"],
  ["debian-12", "sulogin", "shell"],
  ["debian-12", "sh -c reboot", "shell"],
  ["debian-12", "logger reboot", "other"],
  ["debian-12", "reboot-later", "other"],
  ["debian-12", "env reboot -f", "other"],
  ["debian-12", "timeout 5 reboot -f", "other"],
  // the example in the file's own comment: one echo with many words
  ["debian-12", "echo 'makedumpfile FAILED.'; /bin/bash; reboot -f", "line"],
  ["debian-12", "sync; poweroff", "line"],
  ["centos-7", "dump_to_rootfs", "reboot"],
  ["centos-7", "/sbin/reboot", "other"],
  ["centos-7", "bash", "other"],
];

for (const [id, text, ending] of CASES)
  test(`${id}: when the dump cannot be saved, "${text}" ends as ${ending}`, () => {
    const profile = embeddedProfiles().find((one) => one.id === id) ?? assert.fail();
    assert.equal(endingOf({ other: text }, profile.kdump.settings), ending);
  });
