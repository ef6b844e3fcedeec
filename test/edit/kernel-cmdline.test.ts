import assert from "node:assert/strict";
import { test } from "node:test";
import { splitWords } from "../../src/edit/kernel-cmdline.js";

const words = (value: string) => splitWords(value).map(({ word }) => word);

test("blanks, tabs and line ends separate words", () => {
  assert.deepEqual(words(" a  b\tc\nd "), ["a", "b", "c", "d"]);
  assert.deepEqual(words(""), []);
});

test("blanks between quotes or after a backslash do not separate", () => {
  assert.deepEqual(words("a='b c' d=\"e f\" g\\ h i"), ["a='b c'", 'd="e f"', "g\\ h", "i"]);
  assert.deepEqual(words('a="b \'c d" e'), ['a="b \'c d"', "e"]);
});

test("every word is the bytes between its start and its end", () => {
  const value = "  x='1 2'\ty ";
  for (const { word, start, end } of splitWords(value)) assert.equal(value.slice(start, end), word);
});
