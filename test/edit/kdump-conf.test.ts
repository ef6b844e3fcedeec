import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { type ConfChange, editKdumpConf, readKdumpConf } from "../../src/edit/kdump-conf.js";
import { must } from "../support/run.js";

const PATH = "/etc/kdump.conf";
const SHIPPED = readFileSync("test/support/dress/centos7/etc/kdump.conf", "latin1");

function edited(text: string, ...changes: readonly ConfChange[]): string {
  const done = editKdumpConf({ path: PATH, text }, changes);
  if (done.kind === "refused") return assert.fail(JSON.stringify(done.refusals));
  return done.kind === "edited" ? done.text : text;
}

/**
 * The options as the scripts of the package read them, by the same means and written anew here: a `while read` loop in
 * bash, the comment cut off by sed. One line an option: key, a tab, value.
 */
async function bashReads(text: string): Promise<readonly string[]> {
  const script = `while read option value; do
      case "$option" in \\#*|"") continue;; esac
      set -f; value=$(echo $value | sed -e 's/\\(.*\\)#.*/\\1/'); value=$(echo $value)
      printf '%s\\t%s\\n' "$option" "$value"
    done`;
  const out = await must(["bash", "-c", script], { input: Buffer.from(text, "latin1").toString("utf8") });
  return out.split("\n").filter((line) => line !== "");
}

const ours = (text: string) =>
  readKdumpConf(text)
    .filter(({ ended }) => ended)
    .map(({ key, value }) => `${key}\t${value}`);

const TABLE: readonly (readonly [string, string, readonly ConfChange[], string])[] = [
  [
    "a value is replaced in its place",
    "a 1\npath /var/crash\nb 2\n",
    [{ key: "path", value: "/x" }],
    "a 1\npath /x\nb 2\n",
  ],
  [
    "tabs and blanks before the value stay",
    "path\t \t/var/crash\n",
    [{ key: "path", value: "/x" }],
    "path\t \t/x\n",
  ],
  [
    "a comment behind the value stays",
    "path /a # mine\n",
    [{ key: "path", value: "/x" }],
    "path /x # mine\n",
  ],
  [
    "of several # the last begins the comment",
    "path /a # b # c\n",
    [{ key: "path", value: "/x" }],
    "path /x # c\n",
  ],
  [
    "a new option goes behind its example",
    "#nfs a:/b\n#ssh a@b\npath /c\n",
    [{ key: "nfs", value: "h:/e" }],
    "#nfs a:/b\nnfs h:/e\n#ssh a@b\npath /c\n",
  ],
  [
    "words about an option are no example",
    "# nfs <mount>\npath /c\n",
    [{ key: "nfs", value: "h:/e" }],
    "# nfs <mount>\npath /c\nnfs h:/e\n",
  ],
  [
    "an example of ssh is none of sshkey",
    "#sshkey /k\n",
    [{ key: "ssh", value: "a@b" }],
    "#sshkey /k\nssh a@b\n",
  ],
  [
    "without an example it goes to the end",
    "path /c\n",
    [{ key: "default", value: "halt" }],
    "path /c\ndefault halt\n",
  ],
  [
    "a last line that nothing ends gets an end first",
    "path /c",
    [{ key: "default", value: "halt" }],
    "path /c\ndefault halt\n",
  ],
  ["what read would not see gets its end", "path /c", [{ key: "path", value: "/c" }], "path /c\n"],
  ["an option without a value gets one", "path\n", [{ key: "path", value: "/c" }], "path /c\n"],
  [
    "of a key that stands twice the last is changed, the other goes",
    "default halt\npath /c\ndefault shell\n",
    [{ key: "default", value: "reboot" }],
    "path /c\ndefault reboot\n",
  ],
  [
    "an option that is not wanted goes with its line",
    "nfs a:/b\npath /c\n",
    [{ key: "nfs", value: null }],
    "path /c\n",
  ],
  [
    "commented-out examples are left alone when an option goes",
    "#nfs a:/b\nnfs a:/b\n",
    [{ key: "nfs", value: null }],
    "#nfs a:/b\n",
  ],
  [
    "several changes at the end stand in their order",
    "path /c",
    [
      { key: "ssh", value: "a@b" },
      { key: "sshkey", value: "/k" },
    ],
    "path /c\nssh a@b\nsshkey /k\n",
  ],
  ["an empty file", "", [{ key: "path", value: "/c" }], "path /c\n"],
  [
    "bytes that are no UTF-8 stay",
    "# \xe4\xff\npath /c\n",
    [{ key: "path", value: "/d" }],
    "# \xe4\xff\npath /d\n",
  ],
];

for (const [name, before, changes, after] of TABLE)
  test(`kdump.conf: ${name}`, () => assert.equal(edited(before, ...changes), after));

test("kdump.conf: an edit of the shipped file changes that line only", () => {
  const text = edited(SHIPPED, { key: "core_collector", value: "makedumpfile -l --message-level 1 -d 17" });
  const [before, after] = [SHIPPED.split("\n"), text.split("\n")];
  const differing = before.flatMap((line, at) => (line === after[at] ? [] : [at]));
  assert.equal(before.length, after.length);
  assert.deepEqual(
    differing.map((at) => after[at]),
    ["core_collector makedumpfile -l --message-level 1 -d 17"],
  );
});

for (const [name, text, line, why] of [
  ["CR LF", "path /a\r\n", 1, /carriage return/],
  ["a backslash at a line's end, in a comment as well", "# a \\\npath /a\n", 1, /joins/],
  ["blanks before an option", "nfs a:/b\n  path /a\n", 2, /no blanks/],
] as const)
  test(`kdump.conf: ${name} is refused with its line when something has to change, and left alone when not`, () => {
    const wish = [{ key: "default", value: "halt" }];
    const done = editKdumpConf({ path: PATH, text }, wish);
    assert.ok(done.kind === "refused");
    assert.equal(done.refusals[0]?.line, line);
    assert.match(done.refusals[0]?.why ?? "", why);
    assert.deepEqual(editKdumpConf({ path: PATH, text }, []), { kind: "unchanged" });
  });

test("kdump.conf: two backslashes at a line's end join nothing", () => {
  assert.equal(edited("# a \\\\\n", { key: "path", value: "/a" }), "# a \\\\\npath /a\n");
});

const word = fc.stringMatching(/^[a-z0-9/:@._-]{1,8}$/);
const key = fc.constantFrom("path", "nfs", "ssh", "sshkey", "default", "core_collector", "extra_modules");
const line = fc.oneof(
  fc
    .tuple(key, fc.constantFrom(" ", "\t", "  "), fc.array(word, { minLength: 1, maxLength: 3 }))
    .map(([name, gap, words]) => `${name}${gap}${words.join(" ")}`),
  fc.tuple(key, word, word).map(([name, value, note]) => `${name} ${value} # ${note}`),
  key.map((name) => `#${name} example`),
  fc.constantFrom("", "# words", "#", "path"),
);
const file = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.boolean())
  .map(([lines, end]) => lines.join("\n") + (end && lines.length > 0 ? "\n" : ""));
const change: fc.Arbitrary<ConfChange> = fc.record({ key, value: fc.option(word) });
const changes = fc.uniqueArray(change, { maxLength: 4, selector: (one) => one.key });

test("kdump.conf: nothing to do is nothing done, and twice is once", () => {
  fc.assert(
    fc.property(file, changes, (text, wished) => {
      assert.deepEqual(editKdumpConf({ path: PATH, text }, []), { kind: "unchanged" });
      const once = edited(text, ...wished);
      assert.equal(edited(once, ...wished), once);
    }),
  );
});

test("kdump.conf: what no change names keeps its line, in its order", () => {
  fc.assert(
    fc.property(file, change, (text, one) => {
      const others = (of: string) =>
        of.split("\n").filter((each) => each !== "" && !new RegExp(`^${one.key}([ \t]|$)`).test(each));
      assert.deepEqual(others(edited(text, one)), others(text));
    }),
  );
});

test("kdump.conf: bash reads the options we read, before and after an edit, with the wished value and once", async () => {
  const samples = fc.sample(fc.tuple(file, change), { numRuns: 60, seed: 7 });
  for (const [text, one] of [[SHIPPED, { key: "nfs", value: "h:/e" }] as const, ...samples]) {
    assert.deepEqual(ours(text), await bashReads(text), JSON.stringify(text));
    const after = edited(text, one);
    const read = await bashReads(after);
    assert.deepEqual(ours(after), read, JSON.stringify(after));
    const mine = read.filter((each) => each.startsWith(`${one.key}\t`));
    assert.deepEqual(
      mine,
      one.value === null ? [] : [`${one.key}\t${one.value}`],
      JSON.stringify([text, one]),
    );
  }
});
