import assert from "node:assert/strict";
import { test } from "node:test";
import { newestDump } from "../../src/facts/last-dump.js";
import { imageOf } from "./tree.js";

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
