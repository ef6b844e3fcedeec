import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { UsageError } from "../../src/errors.js";
import { openReader } from "../../src/machine/reader.js";
import { must } from "../support/run.js";
import { plant, temporaryDirectory } from "../support/temporary.js";

test("an absolute link in an image leads to the image's file, not to the host's", (t) => {
  const root = temporaryDirectory(t);
  plant(root, { "etc/hostname": "image\n" });
  symlinkSync("/etc/hostname", `${root}/name`);
  assert.equal(openReader(root).readText("/name"), "image\n");
});

test("a link that climbs out of an image ends at its root", (t) => {
  const root = temporaryDirectory(t);
  plant(root, { "etc/passwd": "inside\n" });
  symlinkSync("../../../../../../../etc/passwd", `${root}/etc/out`);
  const reader = openReader(root);
  assert.equal(reader.readText("/etc/out"), "inside\n");
  assert.equal(reader.resolve("/../../etc/out"), "/etc/passwd");
});

test("a link to a directory on the way is followed inside the image", (t) => {
  const root = temporaryDirectory(t);
  plant(root, { "usr/lib/os-release": "ID=x\n" });
  symlinkSync("/usr/lib", `${root}/lib`);
  const state = openReader(root).read("/lib/os-release");
  assert.equal(state.kind === "file" ? state.target : state.kind, "/usr/lib/os-release");
});

test("links in a circle are unreadable, not endless", (t) => {
  const root = temporaryDirectory(t);
  symlinkSync("b", `${root}/a`);
  symlinkSync("a", `${root}/b`);
  const reader = openReader(root);
  assert.equal(reader.read("/a").kind, "unreadable");
  assert.equal(reader.resolve("/a/b"), null);
  assert.equal(reader.list("/a"), null);
});

test("a FIFO, a directory and a device where a file should be do not hang and are named", async (t) => {
  const root = temporaryDirectory(t);
  await must(["mkfifo", `${root}/fifo`]);
  mkdirSync(`${root}/directory`);
  const reader = openReader(root);
  assert.deepEqual(reader.read("/fifo"), { kind: "other", type: "fifo" });
  assert.deepEqual(reader.read("/directory"), { kind: "other", type: "directory" });
  assert.deepEqual(openReader("/").read("/dev/null"), { kind: "other", type: "device" });
});

test("a file past the limit is not read", (t) => {
  const root = temporaryDirectory(t);
  writeFileSync(`${root}/big`, Buffer.alloc(1000));
  assert.deepEqual(openReader(root).read("/big", 999), { kind: "other", type: "too-large" });
  assert.equal(openReader(root).read("/big", 1000).kind, "file");
});

test("of a large file the beginning can be read alone; of what is no file nothing", async (t) => {
  const root = temporaryDirectory(t);
  plant(root, { short: "abc" });
  writeFileSync(`${root}/big`, Buffer.concat([Buffer.from([0xff, 0, 0x80]), Buffer.alloc(1 << 20)]));
  symlinkSync("/big", `${root}/link`);
  await must(["mkfifo", `${root}/fifo`]);
  const reader = openReader(root);
  assert.equal(reader.readStart("/link", 4), "\xff\0\x80\0");
  assert.equal(reader.readStart("/short", 612), "abc");
  assert.equal(reader.readStart("/short", 0), "");
  assert.deepEqual(reader.readPart("/short", 1, 9), Buffer.from("bc"));
  assert.deepEqual(reader.readPart("/short", 3, 9), Buffer.from(""));
  for (const path of ["/fifo", "/", "/none", "/short/none"])
    assert.equal(reader.readStart(path, 4), null, path);
});

test("every byte comes through, text or not", (t) => {
  const root = temporaryDirectory(t);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  writeFileSync(`${root}/bytes`, bytes, { mode: 0o640 });
  const state = openReader(root).read("/bytes");
  assert.ok(state.kind === "file");
  assert.deepEqual(Buffer.from(state.text, "latin1"), bytes);
  assert.equal(state.mode, 0o640);
});

test("files of /proc are read to their end though they say they are empty", () => {
  const text = openReader("/").readText("/proc/self/status");
  assert.match(text ?? "", /^Name:/);
});

test("--root that is no directory is wrong use", (t) => {
  const root = temporaryDirectory(t);
  plant(root, { file: "" });
  assert.throws(() => openReader(`${root}/none`), UsageError);
  assert.throws(() => openReader(`${root}/file`), UsageError);
});
