import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dumpLevelOf, isCompressed, withDumpLevel, withFlattened } from "../../src/edit/makedumpfile-args.js";

const LEVELS: readonly (readonly [string, number | null, string])[] = [
  ["-c -d 31", 31, "-c -d 7"],
  ["-F -c -d 31", 31, "-F -c -d 7"],
  ["-c -d31", 31, "-c -d7"],
  ["-cd 31 -F", 31, "-cd 7 -F"],
  ["-ld17", 17, "-ld7"],
  ["-d 31,17 -l", 31, "-d 7 -l"],
  ["-d 1 -c -d 31", 31, "-d 1 -c -d 7"],
  ["makedumpfile -l --message-level 1 -d 31", 31, "makedumpfile -l --message-level 1 -d 7"],
  ["-c", null, "-c -d 7"],
  ["", null, "-d 7"],
  ["-d 32 -l", 32, "-d 7 -l"],
  ["/usr/sbin/makedumpfile -cd 31", 31, "/usr/sbin/makedumpfile -cd 7"],
  ["--message-level 31", null, "--message-level 31 -d 7"],
];

for (const [args, level, set] of LEVELS)
  test(`makedumpfile ${args}: level ${level}, and 7 put in`, () => {
    assert.equal(dumpLevelOf(args)?.level ?? null, level);
    assert.equal(withDumpLevel(args, 7), set);
  });

const COMPRESSED: readonly (readonly [string, boolean])[] = [
  ["-F -c -d 31", true],
  ["-d31 -l", true],
  ["-cd 31", true],
  ["-l --message-level 1 -d 31", true],
  ["-d 31,16,1 -z", true],
  ["-p", true],
  ["-F -d 31", false],
  ["--message-level 1 -d 31", false],
  ["-x /boot/clpz -d 31", false],
  ["", false],
];

for (const [args, compressed] of COMPRESSED)
  test(`makedumpfile ${args} ${compressed ? "compresses" : "does not compress"}`, () => {
    assert.equal(isCompressed(args), compressed);
  });

test("makedumpfile: a level that was put in is the one that is read, every other word stays, twice is once", () => {
  const word = fc.constantFrom(
    "-c",
    "-l",
    "-F",
    "-d 31",
    "-d17",
    "--message-level 1",
    "-x /boot/vmlinux",
    "--num-threads 2",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), fc.integer({ min: 0, max: 31 }), (words, level) => {
      const args = words.join(" ");
      const set = withDumpLevel(args, level);
      assert.equal(dumpLevelOf(set)?.level, level);
      assert.equal(withDumpLevel(set, level), set);
      const rest = (of: string) =>
        of
          .replace(/-d *[0-9]+/g, "")
          .split(/ +/)
          .filter((each) => each !== "");
      assert.deepEqual(rest(set), rest(args));
    }),
  );
});

test("makedumpfile: -F comes and goes, and the rest stays", () => {
  assert.equal(withFlattened("-l -d 31", true), "-l -d 31 -F");
  assert.equal(withFlattened("-F -l -d 31", true), "-F -l -d 31");
  assert.equal(withFlattened("-l -F -d 31", false), "-l -d 31");
  assert.equal(withFlattened("-l -d 31", false), "-l -d 31");
});
