import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoundDumps, SavedDump } from "../../src/facts/dumps.js";
import { type CaptureSetup, type CrashTest, judgeTest, type Proof } from "../../src/facts/proof.js";

const SETUP: CaptureSetup = {
  kernel: "6.1.0-56-amd64",
  build: "#1 SMP Debian 6.1.192-2",
  reservedBytes: 268435456,
  initrd: {
    path: "/var/lib/kdump/initrd.img-6.1.0-56-amd64",
    bytes: 30,
    changedAt: "2026-11-01T00:00:00.000Z",
  },
};

const TEST: CrashTest = {
  schema: "kdump-setup-crash-test/1",
  startedAt: "2026-11-24T19:59:20.000Z",
  user: "root",
  version: "0.1.0",
  bootId: "before",
  setup: SETUP,
  directory: "/var/crash",
  dumps: ["202610101010"],
  found: null,
};

function dump(changes: Partial<SavedDump>): SavedDump {
  return {
    format: "kdump-compressed",
    flattened: true,
    packed: null,
    compression: "zlib",
    level: 31,
    release: SETUP.kernel,
    machine: "x86_64",
    crashedAt: "2026-11-24T19:59:28Z",
    complete: true,
    name: "202611241959",
    directory: "/var/crash/202611241959",
    layout: "stamp",
    host: null,
    path: "/var/crash/202611241959/dump.202611241959",
    bytes: 1,
    files: [],
    totalBytes: 1,
    state: "saved",
    log: null,
    panic: null,
    obstacles: [],
    debugKernel: null,
    ...changes,
  };
}

const judge = (dumps: readonly SavedDump[], changes: { setup?: CaptureSetup; bootId?: string } = {}): Proof =>
  judgeTest(TEST, { bootId: "after", setup: SETUP, found: { kind: "dumps", dumps }, ...changes });

const OLD = dump({ name: "202610101010", crashedAt: "2026-10-10T10:10:00Z" });

const CASES: readonly (readonly [string, readonly SavedDump[], Proof["state"]])[] = [
  ["a new dump of that minute", [dump({}), OLD], "proved"],
  ["a new dump that does not say when", [dump({ crashedAt: null, release: null }), OLD], "proved"],
  ["only the dump that was there before", [OLD], "no-dump"],
  ["one with the name of an old one, of that minute", [dump({ name: "202610101010" })], "no-dump"],
  ["a crash a day later", [dump({ crashedAt: "2026-11-25T19:59:28Z" })], "no-dump"],
  ["a crash before it that was copied here later", [dump({ crashedAt: "2026-11-24T18:59:28Z" })], "no-dump"],
  ["another machine's dump", [dump({ host: "10.0.0.7" })], "no-dump"],
  ["a dump of another kernel", [dump({ release: "6.1.0-1-amd64" })], "no-dump"],
  ["an incomplete dump", [dump({ state: "incomplete" })], "incomplete"],
  ["only a log", [dump({ state: "no-dump", release: null, crashedAt: null })], "no-dump"],
  ["one that may not be read", [dump({ state: "unreadable", release: null, crashedAt: null })], "unknown"],
];

for (const [name, dumps, state] of CASES)
  test(`after a crash on purpose: ${name} is "${state}"`, () => {
    assert.equal(judge(dumps).state, state);
  });

test("of two crashes soon after one another the first is the one on purpose", () => {
  const second = dump({
    name: "202611242003",
    directory: "/var/crash/202611242003",
    crashedAt: "2026-11-24T20:03:00Z",
  });
  const proof = judge([second, dump({})]);
  assert.equal(proof.state === "proved" ? proof.dump : null, "/var/crash/202611241959");
});

test("in the boot it was started in it is still to come, whatever lies there", () => {
  assert.equal(judge([dump({})], { bootId: "before" }).state, "pending");
});

test("a directory that is gone has no dump, one that cannot be read says nothing", () => {
  const found = (kind: FoundDumps) => judgeTest(TEST, { bootId: "after", setup: SETUP, found: kind });
  assert.equal(found({ kind: "absent" }).state, "no-dump");
  assert.deepEqual(found({ kind: "unreadable", why: "EACCES" }), { state: "unknown", why: "EACCES" });
});

test("what was found once stays known without the dump", () => {
  const kept = { ...TEST, found: { dump: "/var/crash/202611241959", crashedAt: null } };
  const proof = judgeTest(kept, { bootId: "after", setup: SETUP, found: { kind: "absent" } });
  assert.deepEqual(proof, { state: "proved", ...kept.found, changed: [] });
});

const CHANGES: readonly (readonly [Partial<CaptureSetup>, string])[] = [
  [{ kernel: "6.1.0-57-amd64" }, "the kernel is 6.1.0-57-amd64 now"],
  [{ build: "#1 SMP Debian 6.1.193-1" }, "the kernel is 6.1.0-56-amd64 now"],
  [{ reservedBytes: 0 }, "the reservation has another size"],
  [{ initrd: null }, "the capture kernel's initrd was made anew"],
];
for (const [change, said] of CHANGES)
  test(`the proof ends when ${said} (${Object.keys(change).join()})`, () => {
    const proof = judge([dump({})], { setup: { ...SETUP, ...change } });
    assert.deepEqual(proof.state === "proved" ? proof.changed : null, [said]);
  });
