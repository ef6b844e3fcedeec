import assert from "node:assert/strict";
import { test } from "node:test";
import { editCommandLine } from "../../src/edit/grub-defaults.js";

/** No time is asserted; what is not linear would not come to its end within the runner's patience. */
const run = (text: string, words: readonly string[] = ["crashkernel=256M"]) =>
  editCommandLine([{ path: "/main", text }], {
    variables: ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"],
    appendTo: "GRUB_CMDLINE_LINUX",
    words,
    shell: "bash",
  });
const N = 100_000;

function editedText(text: string, words?: readonly string[]): string {
  const result = run(text, words);
  assert.equal(result.kind, "edited", result.kind === "refused" ? JSON.stringify(result.refusals[0]) : "");
  return result.kind === "edited" ? (result.files[0]?.text ?? text) : "";
}

test("a file of 100,000 lines is edited in one of them", () => {
  const lines = Array.from({ length: N }, (_, i) =>
    i % 2 === 0 ? `VARIABLE_${i}="value ${i}" # comment` : "# it's",
  );
  const text = `${lines.join("\n")}\nGRUB_CMDLINE_LINUX="quiet"\n${lines.join("\n")}\n`;
  assert.equal(editedText(text).length, text.length + " crashkernel=256M".length);
});

test("100,000 assignments of the command line, one after the other", () => {
  const text = 'GRUB_CMDLINE_LINUX="quiet"\n'.repeat(N);
  assert.ok(editedText(text).endsWith('GRUB_CMDLINE_LINUX="quiet crashkernel=256M"\n'));
});

test("100,000 lines that each add to the command line", () => {
  const text = 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX a"\n'.repeat(N);
  assert.equal(editedText(text).length, text.length + " crashkernel=256M".length);
});

test("a line of one megabyte", () => {
  const text = `GRUB_CMDLINE_LINUX="${"word=value ".repeat(N)}crashkernel=1G"\n`;
  assert.equal(editedText(text).length, text.length + 2);
  assert.equal(editedText(text, []).length, text.length - " crashkernel=1G".length);
});

test("100,000 crashkernel words on a line", () => {
  const text = `GRUB_CMDLINE_LINUX="${"crashkernel=1G ".repeat(N)}a"\n`;
  assert.equal(editedText(text, []), 'GRUB_CMDLINE_LINUX="a"\n');
  assert.equal(editedText(text), 'GRUB_CMDLINE_LINUX="crashkernel=256M a"\n');
});

const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ["nested substitutions", `A=${"$(".repeat(N)}`],
  ["nested braces", `${"{ ".repeat(N)}`],
  ["nested expansions", `A=${"${A:-".repeat(N)}`],
  ["nested quotes in expansions", `A=${'"${A:-'.repeat(N)}`],
  ["nested ifs", "if ".repeat(N)],
  ["arithmetic that never closes", `A=${"$((".repeat(N)}`],
  ["arithmetic that turns out to be none", `A=${"$((a) ".repeat(N)}`],
  ["backticks", `A=${"`".repeat(N)}`],
  ["escaped backticks", `A=\`${"\\`".repeat(N)}\``],
  ["values that double", `A=aaaaaaaa\n${'A="$A$A"\n'.repeat(200)}GRUB_CMDLINE_LINUX=$A\n`],
  ["exports that double", `A=${"${B:-$(export A=".repeat(N)}`],
  [
    "functions that call each other",
    `${Array.from({ length: 40 }, (_, i) => `f${i}() { f${i + 1}; f${i + 1}; }\n`).join("")}f0\n`,
  ],
  ["words that stand in words", 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX crashkernel=1G"\n'.repeat(N / 5)],
  ["here-documents", "cat <<E\n".repeat(N)],
  ["commands before commands", "command ".repeat(N)],
  ["many conditions", "true && ".repeat(N)],
  ["escapes", `GRUB_CMDLINE_LINUX="${"\\\\".repeat(N)}"`],
  ["quotes", `GRUB_CMDLINE_LINUX=${"''".repeat(N)}`],
  ["comments", "#".repeat(N * 10)],
  ["a long name", "A".repeat(N * 10)],
  ["closing words", "fi\n".repeat(N)],
  ["semicolons", ";".repeat(N)],
  ["many arms", `case x in ${"x) ;; ".repeat(N)}esac\n`],
];
for (const [name, text] of HOSTILE)
  test(`hostile input comes to an end: ${name}`, () => {
    for (const words of [["crashkernel=256M"], []]) {
      const result = run(text, words);
      assert.ok(result.kind === "edited" || result.refusals.length > 0);
    }
  });
