import assert from "node:assert/strict";
import test from "node:test";
import { bootCommandLine, evaluateCmdline } from "../../src/crashkernel/evaluate.js";
import { kernelTraits } from "../../src/crashkernel/generation.js";
import { CommandLine } from "../../src/crashkernel/kernel-parser.js";
import { validate } from "../../src/crashkernel/validate.js";

/** Characters looked at by `work`, counted at the string methods everything here goes through. */
function charactersRead(work: () => void): number {
  const proto = String.prototype;
  const { charAt, charCodeAt, indexOf, slice, startsWith, endsWith } = proto;
  let read = 0;
  try {
    proto.charAt = function (at) {
      read++;
      return charAt.call(this, at);
    };
    proto.charCodeAt = function (at) {
      read++;
      return charCodeAt.call(this, at);
    };
    proto.indexOf = function (what, from) {
      const found = indexOf.call(this, what, from);
      read += (found < 0 ? this.length : found) - (from ?? 0) + what.length;
      return found;
    };
    proto.slice = function (from, to) {
      const part = slice.call(this, from, to);
      read += part.length;
      return part;
    };
    proto.startsWith = function (what, at) {
      read += what.length;
      return startsWith.call(this, what, at);
    };
    proto.endsWith = function (what, at) {
      read += what.length;
      return endsWith.call(this, what, at);
    };
    work();
  } finally {
    Object.assign(proto, { charAt, charCodeAt, indexOf, slice, startsWith, endsWith });
  }
  return read;
}

test("twice the line is twice the work, whatever it is full of", () => {
  const traits = ["3.2", "el8.8", "6.1", "7.2"].map((kernel) => kernelTraits({ kernel, arch: "x86_64" }));
  for (const piece of [
    "crashkernel=",
    "crashkernel= ",
    "crashkernel=1G,high ",
    "crashkernel=1G-2G:1M,",
    "9",
    "9G-",
    "1-2:1,",
    "4G-8G:1M@",
    "fadump=",
    "@",
    " ",
    ":",
    ",high",
  ])
    for (const one of traits) {
      assert.notEqual(one, null);
      if (one === null) continue;
      const cost = (times: number): number =>
        charactersRead(() => {
          const line = new CommandLine(`crashkernel=auto crashkernel=${piece.repeat(times)}`, one);
          for (const suffix of [null, ",high", ",low", ",cma"] as const) line.find(suffix, 1n << 34n);
        });
      const [small, large] = [cost(500), cost(1000)];
      assert.ok(large <= 2.1 * small + 200, `${piece} on ${one.label}: ${small} then ${large} characters`);
    }
});

test("no line is read further than the kernel reads it", () => {
  for (const [arch, size] of [
    ["x86_64", 2048],
    ["arm", 1024],
    ["s390x", 4096],
  ] as const) {
    const line = `${"x".repeat(size - 1 - "crashkernel=25".length - 1)} crashkernel=256M`;
    const answer = evaluateCmdline(line, 8n << 30n, { kernel: "6.1", arch });
    assert.equal(answer.ok && answer.reserved, 25n, `${arch}: cut in the middle of the number`);
    assert.equal(bootCommandLine(line, size).length, size - 1);
  }
  const nul = evaluateCmdline("crashkernel=256M\0 crashkernel=1M", 8n << 30n, {
    kernel: "6.1",
    arch: "x86_64",
  });
  assert.equal(nul.ok && nul.reserved, 256n << 20n);
});

test("a hundred thousand digits end in a number or a refusal", () => {
  const digits = "9".repeat(100_000);
  for (const kernel of ["3.2", "6.1", "7.2"]) {
    const target = { kernel, arch: "x86_64" };
    assert.equal(typeof evaluateCmdline(`crashkernel=${digits}`, 8n << 30n, target).ok, "boolean");
    assert.ok(validate([`crashkernel=${digits}`], { ramBytes: 8n << 30n, target }).findings.length > 0);
  }
});
