import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { parseExpression, printExpression } from "../../src/crashkernel/expression.js";
import { parseRequest } from "../../src/crashkernel/request.js";

test("takes every documented form and prints it back as it was written", () => {
  for (const text of [
    "256M",
    "256m",
    "0x10000000",
    "512M@16M",
    "512M@0x1000000",
    "2G-64G:256M,64G-:512M",
    "1G-4G:192M,4G-64G:256M,64G-:512M@64M",
    "0-:128M",
    "1G,high",
    "0,low",
    "64M,cma",
    "0400M",
    "auto",
  ]) {
    const parsed = parseExpression(text);
    assert.equal(parsed.kind, "ok", `${text}: ${parsed.kind === "error" ? parsed.message : ""}`);
    if (parsed.kind === "ok") assert.equal(printExpression(parsed.value), text);
  }
});

test("reads the sizes the way the kernel does", () => {
  const parsed = parseExpression("1G-0x40000000K:0400M,2T-:1g@16M");
  assert.equal(parsed.kind, "ok");
  assert.deepEqual(parsed.kind === "ok" && parsed.value, {
    kind: "ranges",
    ranges: [
      {
        start: { text: "1G", bytes: 1n << 30n },
        end: { text: "0x40000000K", bytes: 1n << 40n },
        size: { text: "0400M", bytes: 256n << 20n },
      },
      { start: { text: "2T", bytes: 2n << 40n }, end: null, size: { text: "1g", bytes: 1n << 30n } },
    ],
    offset: { text: "16M", bytes: 16n << 20n },
  });
});

const character = (what: string) => `${what} cannot be part of a crashkernel value`;
const refused: readonly (readonly [text: string, at: number, message: string | RegExp])[] = [
  ["", 0, /is empty; write for example 256M/],
  ['"256M"', 0, "a quotation mark is no part of a value: write 256M"],
  ["256M'", 4, "a quotation mark is no part of a value: write 256M"],
  ["$(reboot)", 0, character('"$"')],
  ["256M`id`", 4, character('"`"')],
  ["256M\n", 4, character("a line break")],
  ["256M\0", 4, character("a control character")],
  ["256M\u001b[2J", 4, character("a control character")],
  ["\t256M", 0, character("a TAB")],
  ["256M ", 4, character("a blank")],
  ["auto ", 4, character("a blank")],
  ["256M\u00a0", 4, /^U\+00A0: the character cannot be seen and is no part of a value: write 256M$/],
  ["256\u200bM", 3, /^U\+200B: .*: write 256M$/],
  ["2G\u2013:256M", 2, /^U\+2013: the dash is none that the kernel knows: write 2G-:256M$/],
  ["256\u00e9M", 3, character("the character U+00E9")],
  ["２56M", 0, /^U\+FF12: the character is none that the kernel knows: write 256M$/],
  ["256M;1G-:2G", 4, character('";"')],
  ["1.5G", 1, "the kernel reads no fractions: write 1536M"],
  ["1.3G", 1, character('"."')],
  ["off", 0, /^off is no value: to switch it off, take crashkernel= out \(kdump-setup --disable\)$/],
  ["-256M", 0, /a size is missing: "-" is no number/],
  ["+256M", 0, character('"+"')],
  ["M", 0, /a size is missing: "M" is no number/],
  ["256MB", 4, "a unit is one letter: write 256M"],
  ["256MiB", 4, "a unit is one letter: write 256M"],
  ["256MM", 4, /does not know "M" behind a number$/],
  ["08M", 1, /octal, where 8 is no digit/],
  ["0xM", 1, /does not know "x" behind a number/],
  ["18446744073709551616", 0, /a size is past 64 bits/],
  ["16E", 0, /a size is past 64 bits/],
  ["256M@", 5, /the offset behind the @ is missing: the end is no number/],
  ["256M@x", 5, /the offset behind the @ is missing: "x"/],
  ["256M@16M@32M", 8, /does not know "@" behind a number/],
  ["256M,", 5, "the last comma has nothing after it: write 256M"],
  ["256M,hi", 5, /only high, low or cma may stand/],
  ["256M,high,", 5, /last comma has nothing after it: write|only high, low or cma may stand/],
  ["256M,HIGH", 5, /only high, low or cma may stand/],
  ["512M@16M,high", 8, /does not know "," behind a number/],
  ["2G-64G", 6, /a range needs a colon/],
  ["2G-", 3, /a range needs a colon/],
  [":256M", 0, /the start of a range is missing: ":"/],
  ["2G:256M", 2, 'a "-" is missing: write 2G-:256M'],
  ["1G-64G:256M,64G:512M", 15, 'a "-" is missing: write 64G-:512M'],
  ["2G-4G:", 6, /the size of a range is missing: the end/],
  ["2G-x:256M", 3, /the end of a range is missing: "x"/],
  ["2G-4Gx:256M", 5, /"x" stands where the ":" of a range belongs/],
  ["2G-4G:256M,", 11, "the last comma has no range after it: write 2G-4G:256M"],
  ["2G-4G:256M,4G-", 14, /the end of a range is missing: the end/],
  ["2G-4G:256M,,4G-:1G", 11, /the start of a range is missing: ","/],
  ["2G-4G:256Mx", 10, /does not know "x" behind a number/],
  ["2G-:256M,high", 9, /high, low and cma go with a single size/],
  ["2G-4G:64M@16M,4G-:128M", 13, /one @offset for all ranges stands at the very end/],
  ["AUTO", 0, /lower case/],
  ["automatic", 4, /nothing may follow auto/],
  ["auto@16M", 4, /nothing may follow auto/],
  ["1".repeat(100_000), 1024, /at most 1024 characters/],
  ["1G-:256M,".repeat(200), 1024, /at most 1024 characters/],
];

test("refuses what a careful admin would not write, with one sentence at the right character", () => {
  for (const [text, at, message] of refused) {
    const parsed = parseExpression(text);
    const name = JSON.stringify(text.slice(0, 40));
    assert.equal(parsed.kind, "error", name);
    if (parsed.kind !== "error") continue;
    if (typeof message === "string") assert.equal(parsed.message, message, name);
    else assert.match(parsed.message, message, name);
    assert.equal(parsed.at, at, `${name}: ${parsed.message}`);
    assert.doesNotMatch(parsed.message, /[\0-\x1f\x7f-\uffff]/, name);
    assert.ok(parsed.message.length < 120, name);
  }
});

test("a request is one value, or the few that belong together", () => {
  for (const [text, words] of [
    ["256M", ["crashkernel=256M"]],
    ["crashkernel=256M", ["crashkernel=256M"]],
    ["1G,high 128M,low", ["crashkernel=1G,high", "crashkernel=128M,low"]],
    ["crashkernel=1G,high crashkernel=128M,low", ["crashkernel=1G,high", "crashkernel=128M,low"]],
    ["1G,high crashkernel=0,low", ["crashkernel=1G,high", "crashkernel=0,low"]],
    ["128M,cma 256M", ["crashkernel=128M,cma", "crashkernel=256M"]],
    ["1G,high 128M,low 512M,cma", ["crashkernel=1G,high", "crashkernel=128M,low", "crashkernel=512M,cma"]],
  ] as const) {
    const parsed = parseRequest(text);
    assert.deepEqual(parsed.kind === "ok" && parsed.words, words, text);
    if (parsed.kind === "ok")
      assert.deepEqual(
        parsed.values.map((value) => `crashkernel=${printExpression(value)}`),
        words,
      );
  }
});

test("a request that no kernel gives a meaning is refused where it goes wrong", () => {
  for (const [text, at, message] of [
    ["", 0, /empty/],
    [" ", 0, /one blank/],
    [" 256M", 0, /one blank/],
    ["256M ", 5, /one blank/],
    ["1G,high  128M,low", 8, /one blank/],
    ["1G,high\t128M,low", 7, /a TAB/],
    ["1G,high\n128M,low", 7, /a line break/],
    ["crashkernel=", 12, /empty/],
    ["crashkernel=crashkernel=256M", 23, /"=" cannot be part/],
    ["xcrashkernel=256M", 12, /"=" cannot be part/],
    ["auto", 0, /auto is no value/],
    ["crashkernel=auto", 0, /auto is no value/],
    ["1G,high auto", 8, /auto is no value/],
    ["256M 512M", 5, /of two plain values the kernel takes the last one only/],
    ["1G,high 2G,high", 8, /of two values with ,high/],
    ["256M 1G,high", 5, /ignores the one with ,high/],
    ["1G,high 2G-:256M", 8, /ignores the one with ,high/],
    ["128M,low", 0, /,low alone reserves nothing/],
    ["128M,cma", 0, /,cma alone reserves nothing/],
    ["128M,low 64M,cma", 0, /,low alone reserves nothing/],
    ["1G,high 12.8M,low", 10, /"\."/],
    ["256M quiet", 5, /"q" is no number/],
    ["256M -- init=/bin/sh", 5, /"-" is no number/],
    [`${"1".repeat(100_000)}`, 1024, /at most 1024/],
  ] as const) {
    const parsed = parseRequest(text);
    const name = JSON.stringify(text.slice(0, 40));
    assert.equal(parsed.kind, "error", name);
    if (parsed.kind !== "error") continue;
    assert.match(parsed.message, message, name);
    assert.equal(parsed.at, at, `${name}: ${parsed.message}`);
  }
});

const amount = fc
  .tuple(
    fc.constantFrom("", "0", "0x"),
    fc.integer({ min: 0, max: 0o7777 }),
    fc.constantFrom("", ..."KMGTkmgt"),
  )
  .map(
    ([prefix, value, unit]) => prefix + value.toString(prefix === "0" ? 8 : prefix === "0x" ? 16 : 10) + unit,
  );
const offset = fc.oneof(
  fc.constant(""),
  amount.map((text) => `@${text}`),
);
const range = fc
  .tuple(amount, fc.oneof(fc.constant(""), amount), amount)
  .map(([start, end, size]) => `${start}-${end}:${size}`);
const expression = fc.oneof(
  fc.constant("auto"),
  fc.tuple(amount, offset).map((parts) => parts.join("")),
  fc.tuple(amount, fc.constantFrom(",high", ",low", ",cma")).map((parts) => parts.join("")),
  fc
    .tuple(fc.array(range, { minLength: 1, maxLength: 12 }), offset)
    .map(([list, end]) => list.join(",") + end),
);

test("print after parse is the identity", () => {
  fc.assert(
    fc.property(expression, (text) => {
      const parsed = parseExpression(text);
      assert.equal(parsed.kind, "ok", text);
      return parsed.kind === "ok" && printExpression(parsed.value) === text;
    }),
    { numRuns: 2000 },
  );
});

const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(..."0128xMGk:-,@ \t\n\0\"'$`", "high", "low", "auto", "crashkernel="),
    maxLength: 40,
  }),
  fc
    .tuple(expression, fc.nat(200), fc.string({ unit: "binary", maxLength: 3 }))
    .map(([text, at, insert]) => text.slice(0, at) + insert + text.slice(at)),
);

test("any string at all ends in a value of harmless characters or in a typed error inside the text", () => {
  fc.assert(
    fc.property(anything, (text) => {
      const parsed = parseExpression(text);
      if (parsed.kind === "ok") {
        assert.match(text, /^[0-9A-Za-z:,@-]{1,1024}$/);
        assert.equal(printExpression(parsed.value), text);
      } else assert.ok(parsed.at >= 0 && parsed.at <= text.length && parsed.message !== "");
      const request = parseRequest(text);
      if (request.kind === "ok")
        for (const word of request.words) assert.match(word, /^crashkernel=[0-9A-Za-z:,@-]{1,1024}$/);
      else assert.ok(request.at >= 0 && request.at <= text.length && request.message !== "");
    }),
    { numRuns: 5000 },
  );
});
