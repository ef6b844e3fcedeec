import assert from "node:assert/strict";
import { test } from "node:test";
import { describeLevel, levelTable } from "../../src/plan/dump-choices.js";
import { must, withoutRoot } from "../support/roots.js";

const EVERY = Array.from({ length: 32 }, (_, level) => level);

test("the table of pages is that of makedumpfile's own manual, at every level", {
  skip: withoutRoot("debian12"),
}, async () => {
  const manual = await must(["zcat", ".cache/roots/debian12/usr/share/man/man8/makedumpfile.8.gz"]);
  // further down stands one for Xen
  const [table = ""] = /Here is the all combinations of the bits(.|\n)*?\n\.TP/.exec(manual) ?? [];
  const theirs = [...table.matchAll(/^ +(\d+) \|(.*)$/gm)].map(([, level, cells = ""]) => [
    Number(level),
    ...cells.split("|").map((cell) => cell.trim() === "X"),
  ]);
  const [, heading = "", ...rows] = levelTable(EVERY);
  const columns = ["zero", "cache", "cache private", "user", "free"].map((name) => ({
    from: heading.indexOf(`  ${name}`) + 2,
    length: name.length,
  }));
  const ours = rows
    .slice(0, 32)
    .map((row) => [
      Number.parseInt(row, 10),
      ...columns.map(({ from, length }) => row.slice(from, from + length).trim() === "x"),
    ]);
  assert.equal(theirs.length, 32);
  assert.deepEqual(ours, theirs);
});

test("the table fits a screen of 80 columns, in ASCII", () => {
  for (const line of levelTable(EVERY)) assert.match(line, /^[\x20-\x7e]{0,80}$/);
});

test("a level is said in words, and that 4 leaves out all cache", () => {
  const said = [0, 1, 2, 4, 6, 17, 23, 31].map((level) => `${level} ${describeLevel(level)}`);
  assert.deepEqual(said, [
    "0 leaves nothing out: the whole memory",
    "1 leaves out zero pages",
    "2 leaves out cache that is not private",
    "4 leaves out all cache",
    "6 leaves out all cache",
    "17 leaves out zero pages, free pages",
    "23 leaves out zero pages, all cache, free pages",
    "31 leaves out zero pages, all cache, memory of processes, free pages",
  ]);
});
