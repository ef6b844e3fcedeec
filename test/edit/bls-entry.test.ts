import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readBlsEntry, withOptions } from "../../src/edit/bls-entry.js";

const PATH = "/boot/loader/entries/a.conf";
const ENTRY =
  "title Linux (5.14)\nversion 5.14\nlinux /vmlinuz-5.14\ninitrd /i.img $tuned_initrd\noptions root=/dev/sda1 ro\nid x\n";

const read = (text: string) => readBlsEntry({ path: PATH, text });

test("an entry is read as GRUB reads it", () => {
  const { entry, refusals } = read(`# a comment\n  ${ENTRY}`);
  assert.deepEqual(refusals, []);
  assert.deepEqual(
    [entry.title, entry.linux, entry.initrds, entry.options?.value, entry.options?.line],
    ["Linux (5.14)", "/vmlinuz-5.14", ["/i.img $tuned_initrd"], "root=/dev/sda1 ro", 6],
  );
});

test("several blanks before a value are no part of it", () =>
  assert.equal(read("linux      /v\noptions    ro  quiet \n").entry.options?.value, "ro  quiet "));

test("an entry without a title is called by its file's name", () =>
  assert.equal(read("linux /v\n").entry.title, "a.conf"));

const DOUBTS: readonly (readonly [string, string, RegExp])[] = [
  ["a second options line", "linux /v\noptions a\noptions b\n", /second options line/],
  ["options behind an empty line", "linux /v\n\noptions a\n", /no further than line 2/],
  ["options behind a key without a value", "linux /v\nquiet\noptions a\n", /no further than line 2/],
  ["a tab behind options", "linux /v\noptions\troot=/dev/sda1 ro\n", /a space, no tab/],
  ["line ends of another system", "linux /v\r\noptions a\r\n", /CR LF/],
];
for (const [name, text, why] of DOUBTS)
  test(`${name} is not edited, with the reason`, () => {
    const { refusals } = read(text);
    assert.ok(
      refusals.some((one) => why.test(one.why)),
      JSON.stringify(refusals),
    );
  });

test("whatever else stands in the file, only the value changes", () => {
  const noise = fc.array(
    fc.constantFrom("# x", "version 1", "initrd /i", "grub_arg --unrestricted", "x  y"),
    { maxLength: 5 },
  );
  const value = fc.constantFrom("ro", "a  b ", "$kernelopts", "root=UUID=1 quiet");
  fc.assert(
    fc.property(noise, noise, value, value, fc.constantFrom("", "\n"), (before, after, old, now, end) => {
      const make = (options: string) => [...before, `options ${options}`, ...after].join("\n") + end;
      const { entry, refusals } = read(make(old));
      assert.deepEqual(refusals, []);
      if (entry.options === null) return assert.fail("there are options");
      assert.equal(withOptions({ path: PATH, text: make(old) }, entry.options, now), make(now));
    }),
  );
});
