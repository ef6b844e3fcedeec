// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GRUB's own variables
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGrubScript } from "../../src/bootconfig/grub-script.js";
import { grubRefuses, withoutJudge } from "./judge.js";

/** script, the words of its commands */
const words: readonly (readonly [string, readonly (readonly string[])[]])[] = [
  ["linux /vmlinuz root=/dev/sda1  ro\tquiet\n", [["linux", "/vmlinuz", "root=/dev/sda1", "ro", "quiet"]]],
  ["echo 'a b' \"c d\" e\\ f\n", [["echo", "a b", "c d", "e f"]]],
  ["echo a'b'\"c\"d\n", [["echo", "abcd"]]],
  ["echo '' \"\"\n", [["echo", "", ""]]],
  ['echo \'a\\b$c\' "a\\b\\"\\$c\\\\"\n', [["echo", "a\\b$c", 'a\\b"$c\\']]],
  ['echo $root ${root}x "$root"\n', [["echo", "$root", "${root}x", "$root"]]],
  [
    "linux /x a=1 \\\n  b=2 \\\n\tc=3\necho d\n",
    [
      ["linux", "/x", "a=1", "b=2", "c=3"],
      ["echo", "d"],
    ],
  ],
  ["linux /x a=1\\\nb\n", [["linux", "/x", "a=1b"]]],
  ["echo 'a\nb' \"c\nd\"\n", [["echo", "a\nb", "c\nd"]]],
  ['echo "a\\\nb"\n', [["echo", "ab"]]],
  ["echo a#b # a comment\n# another\n#\n", [["echo", "a#b"]]],
  [
    "echo a; echo b;\n",
    [
      ["echo", "a"],
      ["echo", "b"],
    ],
  ],
  [
    "echo if then fi done function menuentry\n",
    [["echo", "if", "then", "fi", "done", "function", "menuentry"]],
  ],
  [
    "if [ a = b ]; then echo x; elif true; then echo y; else echo z; fi\n",
    [["[", "a", "=", "b", "]"], ["echo", "x"], ["true"], ["echo", "y"], ["echo", "z"]],
  ],
  [
    "for i in a b; do echo $i; done\n",
    [
      ["i", "in", "a", "b"],
      ["echo", "$i"],
    ],
  ],
  ["while a; do b; done\nuntil c; do d; done\n", [["a"], ["b"], ["c"], ["d"]]],
  ["function f {\n  echo a\n}\nf\n", [["echo", "a"], ["f"]]],
  ["menuentry 'x' --id y { halt }\n", [["halt"]]],
  ['echo $"hello there"\n', [["echo", "hello there"]]],
  [
    "linux (hd0,1)/vmlinuz a=[b] c=(d) e=f,g:h@i!*?~^%\n",
    [["linux", "(hd0,1)/vmlinuz", "a=[b]", "c=(d)", "e=f,g:h@i!*?~^%"]],
  ],
];
for (const [script, expected] of words) {
  test(`reads the words of ${JSON.stringify(script)}`, () => {
    const { statements, faults } = parseGrubScript(script);
    assert.deepEqual(faults, []);
    const commands = statements.filter((s) => s.kind === "command");
    assert.deepEqual(
      commands.map((s) => s.words.map((w) => w.text)),
      expected,
    );
  });
}

test("GRUB's own parser accepts every script these words were read from", { skip: withoutJudge }, () => {
  for (const [script] of words) assert.equal(grubRefuses(script), null, script);
});

/** what GRUB refuses, and the line we name */
const broken: readonly (readonly [string, number])[] = [
  ["menuentry x {\nhalt\n", 1],
  ["echo a\nif a; then\nb\n", 2],
  ["menuentry x {\nif a; then b\n}\n", 3],
  ["}\n", 1],
  ["fi\n", 1],
  ["echo a\nthen b\n", 2],
  ["if a; then b; else c; else d; fi\n", 1],
  ["if a; then b; fi c\n", 1],
  ["menuentry x { halt; } y\n", 1],
  ["echo 'a\n", 1],
  ['true\necho "a\n\n\n', 2],
  ["for i in a\ndo\necho\n", 1],
  ["done\n", 1],
  ["linux /x a|b\n", 1],
  ["linux /x a&b\n", 1],
  ["linux /x a<b\n", 1],
  ["linux /x a{b\n", 1],
  ["{ echo a; }\n", 1],
  ["echo $\n", 1],
  ["menuentry x\n{\na\n}\n", 2],
];
for (const [script, line] of broken) {
  test(`says that line ${line} of ${JSON.stringify(script)} is broken`, () => {
    assert.equal(parseGrubScript(script).faults[0]?.line, line);
  });
}

test("GRUB's own parser refuses every script we call broken", { skip: withoutJudge }, () => {
  for (const [script] of broken) assert.notEqual(grubRefuses(script), null, script);
});

test("names the section a statement stands in, and takes no mark inside a section for one", () => {
  const script = [
    "### BEGIN /etc/grub.d/10_linux ###",
    "echo a",
    "### END /etc/grub.d/10_linux ###",
    "echo b",
    "### BEGIN /etc/grub.d/40_custom ###",
    "### BEGIN /etc/grub.d/10_linux ###",
    "echo c",
    "### END /etc/grub.d/10_linux ###",
    " ### END /etc/grub.d/40_custom ###",
    "echo d",
    "### END /etc/grub.d/40_custom ###",
    "",
  ].join("\n");
  const { statements, sections, faults } = parseGrubScript(script);
  const commands = statements.filter((s) => s.kind === "command");
  assert.deepEqual(
    commands.map((s) => [s.words[1]?.text, s.section, s.line]),
    [
      ["a", "/etc/grub.d/10_linux", 2],
      ["b", null, 4],
      ["c", "/etc/grub.d/40_custom", 7],
      ["d", "/etc/grub.d/40_custom", 10],
    ],
  );
  assert.deepEqual(sections, ["/etc/grub.d/10_linux", "/etc/grub.d/40_custom"]);
  assert.deepEqual(faults, []);
});

test("a section without its end mark is a fault", () => {
  const { faults } = parseGrubScript("echo a\n### BEGIN /etc/grub.d/10_linux ###\necho b\n");
  assert.deepEqual(
    faults.map((f) => f.line),
    [2],
  );
});

test("counts lines through quotes and continuations, and does without carriage returns as GRUB does", () => {
  const { statements } = parseGrubScript("echo 'a\r\nb' \\\r\n c\r\necho \"\r\n\"\r\nhalt\r\n");
  assert.deepEqual(
    statements.map((s) => [s.line, ...s.words.map((w) => w.text)]),
    [
      [1, "echo", "a\nb", "c"],
      [4, "echo", "\n"],
      [6, "halt"],
    ],
  );
});
