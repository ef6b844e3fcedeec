// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell text
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { setVariable } from "../../src/edit/set-variable.js";
import { type Case, judge, missingShells } from "./real-shell.js";

const set = (text: string, name: string, value: string) =>
  setVariable({ path: "/etc/default/x", text }, name, value, { shell: "dash" });
const textOf = (text: string, name: string, value: string) => {
  const result = set(text, name, value);
  if (result.kind === "refused") assert.fail(JSON.stringify(result.refusals));
  return result.kind === "edited" ? result.text : text;
};

const ROWS: readonly (readonly [
  name: string,
  before: string,
  variable: string,
  value: string,
  after: string,
])[] = [
  [
    "an unquoted value stays unquoted",
    "USE_KDUMP=0 # on?\nB=1\n",
    "USE_KDUMP",
    "1",
    "USE_KDUMP=1 # on?\nB=1\n",
  ],
  ["double quotes stay", 'A="x y"\n', "A", "z", 'A="z"\n'],
  ["single quotes stay", "A='x y'\n", "A", "z z", "A='z z'\n"],
  ["an unquoted value with blanks is quoted", "A=x\n", "A", "y z", 'A="y z"\n'],
  ["the last assignment is the one that counts", "A=1\nA=2\n", "A", "3", "A=1\nA=3\n"],
  ["an exported variable stays exported", "export A=1\n", "A", "3", "export A=3\n"],
  ["an empty value is filled", "A=\nB=1\n", "A", "3", "A=3\nB=1\n"],
  ["a value over several lines is replaced whole", 'A="x \\\n y"\nB=1\n', "A", "z", 'A="z"\nB=1\n'],
  [
    "a new line goes after the commented-out example",
    '# help\n#A="old"\nB=1\n',
    "A",
    "x",
    '# help\n#A="old"\nA=x\nB=1\n',
  ],
  ["the last of several examples", "# A=1\n# A=2\nB=1\n", "A", "x", "# A=1\n# A=2\nA=x\nB=1\n"],
  ["an example inside quotes is none", 'B="\n#A=1\n"\n', "A", "x", 'B="\n#A=1\n"\nA=x\n'],
  ["an example of a longer name is none", "#AB=1\nB=1\n", "A", "x", "#AB=1\nB=1\nA=x\n"],
  ["without an example the line goes to the end", "B=1\n", "A", "x y", 'B=1\nA="x y"\n'],
  ["a missing newline at the end stays missing", "B=1", "A", "x", "B=1\nA=x"],
  ["an example at the very end without newline", "#A=1", "A", "x", "#A=1\nA=x"],
  ["an empty file", "", "A", "x", "A=x\n"],
  [
    "what a shell would expand stands in single quotes",
    'A="x"\n',
    "A",
    "$HOME `id` \\",
    "A='$HOME `id` \\'\n",
  ],
  ["with a single quote too it is escaped", "A=x\n", "A", 'it\'s "$x"', 'A="it\'s \\"\\$x\\""\n'],
  ["an empty value", "A=x\n", "A", "", 'A=""\n'],
  ["a variable in the value is replaced", "B=1\nA=$B\n", "A", "2", "B=1\nA=2\n"],
];
for (const [name, before, variable, value, after] of ROWS)
  test(`setting a variable: ${name}`, () => {
    assert.equal(textOf(before, variable, value), after);
    assert.deepEqual(set(after, variable, value), { kind: "unchanged" });
  });

const REFUSED: readonly (readonly [name: string, text: string, value: string, why: RegExp])[] = [
  ["a line end in the value", "A=1\n", "x\ny", /line end/],
  ["a NUL byte in the value", "A=1\n", "x\0", /NUL/],
  ["a variable set in an if block", "if true; then A=1; fi\n", "x", /if block/],
  ["a variable set by a command", "A=$(id)\n", "x", /command/],
  ["a variable put together with +=", "A=1\nA+=2\n", "x", /\+=/],
  ["a file that is no shell", 'B="\n', "x", /not closed/],
  ["lines that end in CR LF", "A=1\r\n", "x", /CR LF/],
  ["a file that reads another", "B=1\n. /x\n", "x", /another file/],
];
for (const [name, text, value, why] of REFUSED)
  test(`setting a variable is refused: ${name}`, () => {
    const result = setVariable({ path: "/f", text }, "A", value, { shell: "bash" });
    assert.equal(result.kind, "refused", JSON.stringify(result));
    if (result.kind === "refused") assert.match(result.refusals[0].why, why);
  });

const missing = missingShells();
const skip = missing.length > 0 ? `${missing.join(" and ")} missing` : false;

test("whatever the value is, a shell reads back exactly it", { skip }, () => {
  const anyByte = fc.string({
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 12,
  });
  const value = fc
    .oneof(anyByte, fc.string({ unit: fc.constantFrom(..."$`\"'\\ a=#~*!{}()"), maxLength: 10 }))
    .filter((text) => !/[\n\r]/.test(text));
  const before = fc.constantFrom("A=1\n", 'A="1"\n', "A='1'\n", "B=2\n", "#A=1", "export A='x'y\n");
  const samples = fc.sample(fc.tuple(before, value), { numRuns: 300, seed: 7 });
  const cases: Case[] = samples.flatMap(([text, wanted]) =>
    (["dash", "bash"] as const).map((shell) => ({
      files: [{ path: "/f", text: textOf(text, "A", wanted) }],
      names: ["A", "B"],
      shell,
    })),
  );
  judge(cases).forEach((judged, index) => {
    const [, wanted] = samples[index >> 1] ?? [];
    assert.ok(judged.completed, cases[index]?.files[0]?.text);
    assert.equal(judged.values.get("A"), wanted, cases[index]?.files[0]?.text);
  });
});

const corpus = path.resolve("../shared/corpus/files");
test("USE_KDUMP and KDUMP_COMMANDLINE_APPEND can be set in every kdump configuration of the corpus", {
  skip: skip || (existsSync(corpus) ? false : "no corpus at ../shared/corpus"),
}, (t) => {
  const names = readdirSync(corpus).filter(
    (name) => /^kdump__.*(?:kdump-tools|sysconfig)/.test(name) && !name.includes("kdump.conf"),
  );
  assert.ok(names.length > 0);
  const cases: Case[] = [];
  for (const name of names) {
    const text = readFileSync(path.join(corpus, name), "latin1");
    if (name.endsWith("6f9173aa")) {
      // this one is encrypted: every line of it is a command that does not exist
      assert.equal(set(text, "USE_KDUMP", "1").kind, "refused");
      continue;
    }
    const once = textOf(text, "USE_KDUMP", "1");
    const twice = textOf(once, "KDUMP_COMMANDLINE_APPEND", "irqpoll panic=10");
    cases.push({
      files: [{ path: name, text: twice }],
      names: ["USE_KDUMP", "KDUMP_COMMANDLINE_APPEND"],
      shell: "bash",
    });
  }
  judge(cases).forEach(({ values }, index) => {
    assert.deepEqual([...values.values()], ["1", "irqpoll panic=10"], cases[index]?.files[0]?.path);
  });
  t.diagnostic(`${names.length} files`);
});
