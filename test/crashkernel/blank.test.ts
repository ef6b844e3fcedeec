import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOfTyped } from "../../src/crashkernel/blank.js";
import { parseRequest } from "../../src/crashkernel/request.js";

const C = "crashkernel=";

const table: readonly (readonly [typed: string, line: string, at: number | null, says: RegExp | null])[] = [
  ["256M", `${C}256M`, null, null],
  [`${C}256M`, `${C}256M`, null, null],
  ["1G,high 128M,low", `${C}1G,high ${C}128M,low`, null, null],
  [`${C}1G,high 128M,low`, `${C}1G,high ${C}128M,low`, null, null],
  ["1G,high  128M,low ", `${C}1G,high  ${C}128M,low`, null, null],
  ["256M ", `${C}256M`, null, null],
  // a piece of a command line
  [`ro ${C}256M quiet`, `ro ${C}256M quiet`, null, null],
  [
    "0M-2G:128M, 2G-6G:256M",
    `${C}0M-2G:128M, 2G-6G:256M`,
    23,
    /a blank ends the value: the kernel never sees 2G-6G:256M; write 0M-2G:128M,2G-6G:256M$/,
  ],
  [`${C}0M-2G:128M, 2G-6G:256M`, `${C}0M-2G:128M, 2G-6G:256M`, 23, /write 0M-2G:128M,2G-6G:256M$/],
  ["1G, high", `${C}1G, high`, 15, /never sees high; write 1G,high$/],
  ["2G- :256M", `${C}2G- :256M`, 15, /never sees :256M; write 2G-:256M$/],
  ["crashkernel 256M", "crashkernel 256M", 11, /a "=" is missing: write crashkernel=256M$/],
  ["crashkernel = 256M", "crashkernel = 256M", 11, /a "=" is missing: write crashkernel=256M$/],
  [`${C} 256M`, `${C} 256M`, 12, /never sees 256M; write 256M$/],
  [" 256M", `${C} 256M`, 12, /never sees 256M; write 256M$/],
  ["256M quiet", `${C}256M quiet`, 16, /the kernel never sees quiet$/],
  ["1G,high 12.8M,low", `${C}1G,high 12.8M,low`, 19, /the kernel never sees 12\.8M,low$/],
];

test("a word gets its name where it is a value by itself; elsewhere a blank ends the value", () => {
  for (const [typed, line, at, says] of table) {
    const found = lineOfTyped(typed);
    assert.equal(found.line, line, typed);
    assert.equal(found.cut?.at ?? null, at, `${typed}: ${found.cut?.message}`);
    if (says !== null) assert.match(found.cut?.message ?? "", says);
    if (at !== null) assert.equal(found.line.charAt(at), " ", typed);
  }
});

test("--crashkernel says of a blank in a value what to write", () => {
  for (const [text, at, says] of [
    ["0M-2G:128M, 2G-6G:256M", 11, /never sees 2G-6G:256M; write 0M-2G:128M,2G-6G:256M$/],
    ["1G, high", 3, /write 1G,high$/],
    ["crashkernel 256M", 11, /write crashkernel=256M$/],
  ] as const) {
    const parsed = parseRequest(text);
    assert.equal(parsed.kind === "error" && parsed.at, at, text);
    if (parsed.kind === "error") assert.match(parsed.message, says);
  }
});
