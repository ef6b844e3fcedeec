import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import fc from "fast-check";
import { parseRequest } from "../../src/crashkernel/request.js";
import { parseSize } from "../../src/crashkernel/size.js";
import { type Finding, validate } from "../../src/crashkernel/validate.js";

function bytes(text: string): bigint {
  const size = parseSize(text);
  assert.equal(size.kind, "ok", text);
  return size.kind === "ok" ? size.bytes : 0n;
}

/** "kernel arch ram": either half may be "-" for not known. */
function machine(text: string): Parameters<typeof validate>[1] {
  const [kernel = "-", arch = "-", ram = "-"] = text.split(" ");
  return {
    target: kernel === "-" ? null : { kernel, arch },
    ramBytes: ram === "-" ? null : bytes(ram),
  };
}

/** As `severity id@index`; the index is that of the character in the value(s), -1 for none. */
function brief(findings: readonly Finding[], prefix: number): readonly string[] {
  return findings.map((f) => `${f.severity} ${f.id}@${f.at === null ? -1 : f.at - prefix}`);
}

const table: readonly (readonly [value: string, machine: string, ...findings: string[]])[] = [
  ["256M", "6.1 x86_64 4G"],
  ["2G-64G:256M,64G-:512M", "6.1 x86_64 8G"],
  ["1G,high", "6.12 x86_64 64G"],
  // ranges
  ["4G-2G:256M,2G-:128M", "6.1 x86_64 3G", "error range-reversed@3"],
  ["2G-4G:256M,8G-4G:512M", "6.1 x86_64 3G", "objection range-reversed@14", "note range-open@14"],
  ["4G-4G:256M", "- - -", "error range-reversed@3"],
  ["1G-4G:128M,2G-:256M", "6.1 x86_64 3G", "warning ranges-overlap@11"],
  ["1G-:128M,4G-:256M", "6.1 x86_64 8G", "objection range-unreachable@9"],
  ["1G-:128M,4G-:256M", "6.1 x86_64 2G", "warning range-unreachable@9"],
  ["1G-2G:64M,2G-4G:64M,1G-3G:128M,4G-:256M", "6.1 x86_64 8G", "warning range-unreachable@20"],
  ["1G-2G:128M,4G-:256M", "6.1 x86_64 8G", "warning range-gap@11"],
  ["1G-2G:128M,4G-:256M", "6.1 x86_64 3G", "error matches-nothing@0", "warning range-gap@11"],
  ["2G-64G:256M", "6.1 x86_64 8G", "note range-open@3"],
  ["4G-:256M", "6.1 x86_64 2G", "error matches-nothing@0"],
  ["4G-:256M", "- - 2G", "error matches-nothing@0"],
  ["2G-:256M", "5.4 x86_64 2040000000", "error matches-nothing@0", "warning just-below-range@0"],
  ["1G-2G:96M,2G-:256M", "5.4 x86_64 2040000000", "warning just-below-range@10"],
  ["1G-2G:96M,2G-:256M", "6.1 x86_64 2040000000", "note rounded@0"],
  ["8G-16G:4G,1G-:128M", "6.1 x86_64 3G", "error entry-kills-list@7", "warning ranges-overlap@10"],
  ["1G-:2G", "6.1 x86_64 2G", "error size-not-below-memory@4"],
  ["1G-:2G", "6.1 x86_64 16G", "warning size-not-below-range@4"],
  ["1G-4G:0,4G-:256M", "6.1 x86_64 2G", "error range-zero@6"],
  ["1G-4G:0,4G-:256M", "6.1 x86_64 8G", "note range-zero@6"],
  // sizes
  ["8G", "6.1 x86_64 8G", "error size-not-below-memory@0"],
  ["8G", "6.12 x86_64 8G", "error size-not-below-memory@0"],
  ["8G", "- - 8G", "error size-not-below-memory@-13"],
  ["3G", "6.12 x86_64 4G", "objection size-large@0"],
  ["512M", "6.12 x86_64 1900M", "warning size-large@0"],
  ["0", "6.6 x86_64 4G", "error size-zero@0"],
  ["0", "6.12 x86_64 4G", "error size-zero@0"],
  ["256", "6.1 x86_64 4G", "objection size-tiny@0"],
  ["2-:256M", "6.1 x86_64 4G", "objection bound-tiny@0"],
  ["0400M", "6.1 x86_64 4G", "objection octal@0"],
  ["07M", "6.1 x86_64 4G", "objection size-tiny@0", "warning octal@0"],
  ["0x1000000e", "6.1 x86_64 4G", "warning hex-digit@0"],
  ["1G-1T:256M,1T-:1G", "3.10 x86_64 8G", "error unit-unknown@4", "error unit-unknown@12"],
  ["1G-1T:256M,1T-:1G", "el7.9 x86_64 8G"],
  ["1G-64G:160M,64G-1T:256M", "3.10 x86_64 8G", "objection unit-unknown@17", "note range-open@16"],
  ["1G-1T:256M,1T-:1G", "- - 8G", "note unit-new@4", "note unit-new@12"],
  // offsets
  ["256M@16M", "6.12 x86_64 4G", "warning offset-fixed@5"],
  ["256M@24M", "6.1 x86_64 4G", "warning offset-fixed@5", "warning offset-newer@5"],
  ["256M@24M", "6.12 x86_64 4G", "error offset-unaligned@5", "warning offset-fixed@5"],
  ["256M@513K", "6.1 aarch64 4G", "error offset-unaligned@5", "warning offset-fixed@5"],
  ["2G-:256M@24M", "- - -", "objection offset-unaligned@9", "warning offset-fixed@9"],
  ["256M@0", "6.1 x86_64 4G", "note offset-zero@5"],
  ["128M@2M", "6.1 ppc64le 4G", "error offset-on-kernel@5", "warning offset-fixed@5"],
  ["128M@32M", "6.1 ppc64le 4G", "objection offset-on-kernel@5", "warning offset-fixed@5"],
  ["128M@32M", "6.17 ppc64le 4G", "objection offset-on-kernel@5", "warning offset-fixed@5"],
  ["128M@128M", "6.1 ppc64le 4G", "warning offset-fixed@5"],
  ["128M@131073K", "6.1 ppc64le 4G", "objection offset-unaligned@5", "warning offset-fixed@5"],
  ["0-:128M@2M", "6.1 ppc64le 4G", "error offset-on-kernel@8", "warning offset-fixed@8"],
  ["256M@1025K", "6.1 s390x 4G", "objection offset-unaligned@5", "warning offset-fixed@5"],
  ["64M@1025K", "5.0 armv7l 1G", "error offset-unaligned@4", "warning offset-fixed@4"],
  ["64M@1025K", "4.19 armv7l 1G", "warning offset-fixed@4"],
  // suffixes
  ["1G,high", "3.2 x86_64 64G", "error no-place@-13", "objection high-unknown@2"],
  ["1G,high 128M,low", "3.2 x86_64 64G", "error not-as-written@20", "objection high-unknown@2"],
  ["1G,high", "5.4 aarch64 64G", "error high-unsupported@2"],
  ["1G,high", "6.1 aarch64 64G"],
  ["1G,high", "6.12 ppc64le 64G", "error high-unsupported@2"],
  ["1G,high", "el8.6 aarch64 64G", "error high-unsupported@2"],
  ["1G,high", "el8.8 aarch64 64G"],
  ["1G,high", "- - -", "note high-needs@-12"],
  ["1G,high 0,low", "6.1 x86_64 64G", "warning low-zero@20"],
  ["256M 128M,low", "6.12 x86_64 64G", "warning low-ignored@5"],
  ["256M 128M,cma", "6.1 x86_64 64G", "error cma-unknown@21"],
  ["128M,cma 256M", "6.1 x86_64 64G", "warning cma-unknown@4"],
  ["256M 128M,cma", "6.17 x86_64 64G"],
  ["256M 128M,cma", "6.18 ppc64le 64G", "warning cma-unsupported@21"],
  ["256M 128M,cma", "6.19 ppc64le 64G"],
  // kernels
  ["256M", "4.4 aarch64 4G", "error unsupported@-13"],
  ["256M", "2.6.10 x86_64 4G", "error unsupported@-13"],
  ["256M", "2.6.12 ppc64 4G", "error unsupported@-13"],
  ["256M", "3.1 s390x 4G", "error unsupported@-13"],
  ["256M", "2.6.32 x86_64 4G", "warning kernel-older@-13"],
  ["256M", "3.2 x86_64 4G"],
  ["256M", "7.2.13 x86_64 4G"],
  ["256M", "7.3 x86_64 4G", "note kernel-newer@-13"],
  ["256M", "99.9 x86_64 4G", "note kernel-newer@-13"],
  ["256M", "2.6.32-754.el6.x86_64 x86_64 4G", "warning kernel-unknown@-13"],
  ["256M", "linux x86_64 4G", "warning kernel-unknown@-13"],
  ["256M", "6.1 vax 4G", "warning kernel-unknown@-13"],
  ["256M", "5.14.0-503.el9 x86_64 4G", "note kernel-not-examined@-13"],
];

test("each mistake is found, at its character, and no other", () => {
  for (const [value, where, ...expected] of table) {
    const request = parseRequest(value);
    assert.equal(request.kind, "ok", `${value}: ${request.kind === "error" ? request.message : ""}`);
    if (request.kind !== "ok") continue;
    const { findings } = validate(request.words, machine(where));
    // indexes in the table count from the value; "crashkernel=" stands before each
    assert.deepEqual(
      brief(findings, 12),
      expected.map((f) => f.replace("@-13", "@-1")),
      `${value} on ${where}: ${findings.map((f) => f.message).join(" | ")}`,
    );
  }
});

test("words found on a command line are judged as the kernel reads them", () => {
  for (const [line, where, ...expected] of [
    ["crashkernel=auto", "6.1 x86_64 4G", "error auto-unknown@12"],
    ["crashkernel=auto", "el7.9 x86_64 4G", "warning auto-literal@12"],
    ["crashkernel=auto", "el7.9 x86_64 1G", "error kernel-refuses@null", "warning auto-literal@12"],
    ["crashkernel=auto", "el9.3 x86_64 4G", "error auto-unknown@12"],
    ["crashkernel=auto", "- - -", "objection auto-literal@12"],
    [
      "crashkernel=auto",
      "4.14.35-1902.300.11.el7uek.x86_64 x86_64 8G",
      "objection auto-literal@12",
      "note vendor-not-examined@null",
    ],
    ["crashkernel=256M", "4.14.0-36.el7a.ppc64le ppc64le 8G", "note vendor-not-examined@null"],
    ["crashkernel=256M\tquiet", "6.1 x86_64 4G", "error malformed@16"],
    ["crashkernel=2G-:256M\tquiet", "6.1 x86_64 4G", "objection malformed@20"],
    ["crashkernel=256MB", "3.2 x86_64 4G", "objection malformed@16"],
    ["crashkernel=256MB", "6.1 x86_64 4G", "error malformed@16"],
    ["crashkernel=256M crashkernel=", "6.1 x86_64 4G", "error malformed@29", "warning not-last@0"],
    ["crashkernel=256M x.crashkernel=64M", "6.1 x86_64 4G", "objection inside-word@17", "warning not-last@0"],
    ["crashkernel=256M crashkernel=1G,high", "6.1 x86_64 8G", "warning high-ignored@17"],
    ["crashkernel=auto crashkernel=1G,high", "el9.3 x86_64 16G", "objection auto-unknown@12"],
    ["crashkernel=256MB crashkernel=1G,high", "6.1 x86_64 16G", "objection malformed@16"],
    [
      "crashkernel=256MB crashkernel=1G,high",
      "6.8 x86_64 16G",
      "error malformed@16",
      "warning high-ignored@18",
    ],
    ["crashkernel=128M,low", "6.1 x86_64 8G", "error low-alone@0"],
    ["crashkernel=128M,cma", "6.17 x86_64 8G", "error cma-alone@0"],
    ["quiet splash", "6.1 x86_64 8G", "error no-parameter@null"],
    ["crashkernel=18446744073709551616", "6.1 x86_64 8G", "error malformed@12"],
  ] as const) {
    const { findings } = validate(line.split(" "), machine(where));
    assert.deepEqual(
      findings.map((f) => `${f.severity} ${f.id}@${f.at}`),
      expected,
      `${line} on ${where}: ${findings.map((f) => f.message).join(" | ")}`,
    );
  }
});

test("a line that the kernel cuts is an error, and only then", () => {
  const ids = (length: number, where: string): readonly string[] =>
    validate(["crashkernel=256M"], { ...machine(where), cmdlineLength: length }).findings.map(
      (f) => `${f.severity} ${f.id}`,
    );
  assert.deepEqual(ids(2047, "6.1 x86_64 8G"), []);
  assert.deepEqual(ids(2048, "6.1 x86_64 8G"), ["error line-too-long"]);
  assert.deepEqual(ids(2048, "- - 8G"), ["objection line-too-long"]);
  assert.deepEqual(ids(512, "5.15 riscv64 8G"), ["error line-too-long"]);
  assert.deepEqual(ids(4095, "el8.8 s390x 8G"), []);
});

test("what a kernel's parser refused is never without an error, and what it took is never called refused", () => {
  const text = readFileSync(path.join(process.cwd(), "test/crashkernel/vectors.subset.jsonl"), "utf8");
  /** errors that come after the parser: the reservation itself fails */
  const later = ["offset-unaligned", "size-not-below-memory", "no-place"];
  let refused = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const vector = JSON.parse(line) as {
      readonly cmdline: string;
      readonly kernel: string;
      readonly arch: string;
      readonly systemRam: number | string;
      readonly result: { readonly ret: number; readonly size?: number | string };
    };
    const { kernel, arch } = vector;
    const { findings } = validate(vector.cmdline.split(" "), {
      ramBytes: BigInt(vector.systemRam),
      target: { kernel, arch },
    });
    const errors = findings.filter((f) => f.severity === "error");
    const nothing = vector.result.ret !== 0 || vector.result.size === 0;
    const name = `${kernel} ${arch} ${JSON.stringify(vector.cmdline)} ${vector.systemRam}: ${JSON.stringify(findings)}`;
    if (nothing) {
      refused++;
      assert.ok(errors.length > 0, name);
    } else
      assert.deepEqual(
        errors.filter((f) => !later.includes(f.id) && f.id !== "not-as-written"),
        [],
        name,
      );
    for (const finding of findings) {
      assert.doesNotMatch(finding.message, /[\0-\x1f\x7f-\uffff]/, name);
      assert.ok(finding.at === null || (finding.at >= 0 && finding.at <= vector.cmdline.length), name);
    }
  }
  assert.ok(refused > 1000);
});

test("of a line of 100,000 crashkernel= words the kernel keeps the beginning, and that is said", () => {
  const words = [...Array.from({ length: 100_000 }, () => "crashkernel=64M"), "crashkernel=256M"];
  const target = { kernel: "6.1.0", arch: "x86_64" };
  const { findings, evaluated } = validate(words, { ramBytes: 8n << 30n, target });
  assert.equal(evaluated?.ok === true && evaluated.reserved, 64n << 20n);
  assert.equal(findings.filter(({ id }) => id === "not-as-written").length, 1);
  assert.equal(findings.filter(({ id }) => id === "not-last").length, 100_000);
});

test("any words at all end in findings", () => {
  const word = fc.string({
    unit: fc.constantFrom(..."0189xMGTk:-,@\t\0é", "crashkernel=", "high", ",low", ",cma", "auto"),
  });
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          word,
          word.map((text) => `crashkernel=${text}`),
        ),
        { maxLength: 4 },
      ),
      fc.constantFrom(
        "3.2 x86_64 2G",
        "el7.9 x86_64 2G",
        "6.1 aarch64 8G",
        "7.2 x86_64 8G",
        "- - 1G",
        "6.12 s390x -",
        "x y 1G",
      ),
      (words, where) => {
        const { findings } = validate(words, machine(where));
        const length = words.join(" ").length;
        return findings.every((f) => f.message !== "" && (f.at === null || (f.at >= 0 && f.at <= length)));
      },
    ),
    { numRuns: 2000 },
  );
});
