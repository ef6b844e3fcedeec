import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editArguments } from "../../src/edit/argument-list.js";
import { isCrashkernel, splitWords } from "../../src/edit/kernel-cmdline.js";

function edited(text: string, words: readonly string[]): string {
  const done = editArguments(text, words);
  return done.kind === "edited" ? done.text : assert.fail(done.why);
}

const TABLE: readonly (readonly [string, string, readonly string[], string])[] = [
  [
    "a value is replaced in its place",
    "ro crashkernel=auto quiet",
    ["crashkernel=1G"],
    "ro crashkernel=1G quiet",
  ],
  [
    "a value that is right stays",
    "ro  crashkernel=1G quiet \n",
    ["crashkernel=1G"],
    "ro  crashkernel=1G quiet \n",
  ],
  [
    "a new one goes to the end",
    "root=/dev/sda1 ro\n",
    ["crashkernel=1G"],
    "root=/dev/sda1 ro crashkernel=1G\n",
  ],
  ["a new one goes before what is init's", "ro -- single", ["crashkernel=1G"], "ro crashkernel=1G -- single"],
  [
    "a new one goes behind variables",
    "$kernelopts $tuned_params",
    ["crashkernel=1G"],
    "$kernelopts $tuned_params crashkernel=1G",
  ],
  ["an empty line gets the word alone", "", ["crashkernel=1G"], "crashkernel=1G"],
  [
    "several become one, where the kernel's one stood",
    "crashkernel=1M a crashkernel=2M b",
    ["crashkernel=1G"],
    "a crashkernel=1G b",
  ],
  [
    "the right one of several stays",
    "crashkernel=1G a crashkernel=2M",
    ["crashkernel=1G"],
    "crashkernel=1G a",
  ],
  [
    "a pair takes the place of one",
    "a crashkernel=1M b",
    ["crashkernel=1G,high", "crashkernel=128M,low"],
    "a crashkernel=1G,high crashkernel=128M,low b",
  ],
  ["all are taken out, with one blank each", "crashkernel=1M crashkernel=2M a  crashkernel=3M", [], "a "],
  ["the only word is taken out", "crashkernel=1M", [], ""],
  [
    "words of other names stay",
    "xcrashkernel=1 crashkernel a",
    ["crashkernel=1G"],
    "xcrashkernel=1 crashkernel a crashkernel=1G",
  ],
  [
    "a quoted word is one word",
    'a "b crashkernel=1 c"',
    ["crashkernel=1G"],
    'a "b crashkernel=1 c" crashkernel=1G',
  ],
];
for (const [name, text, words, wanted] of TABLE) test(name, () => assert.equal(edited(text, words), wanted));

test("a quote that is never closed is refused", () =>
  assert.equal(editArguments('a "b', ["crashkernel=1G"]).kind, "refused"));

const word = fc.constantFrom(
  "ro",
  "quiet",
  "a=b",
  "--",
  "crashkernel=1M",
  "crashkernel=2G,high",
  "$kernelopts",
  '"x y"',
  "é",
);
const blank = fc.constantFrom(" ", "  ", "\t", "\n");
const line = fc.array(fc.tuple(word, blank), { maxLength: 8 }).map((all) => all.flat().join(""));
const wish = fc.constantFrom([], ["crashkernel=256M"], ["crashkernel=1G,high", "crashkernel=128M,low"]);

test("only crashkernel words change, they are the wanted ones, and a second time changes nothing", () => {
  fc.assert(
    fc.property(line, wish, (text, words) => {
      const done = edited(text, words);
      const all = splitWords(done).map((one) => one.word);
      const others = (from: string) =>
        splitWords(from).flatMap((one) => (isCrashkernel(one.word) ? [] : [one.word]));
      assert.deepEqual(all.filter(isCrashkernel), words);
      assert.deepEqual(others(done), others(text));
      assert.equal(edited(done, words), done);
    }),
  );
});
