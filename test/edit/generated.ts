// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell text
import fc from "fast-check";

/** Files as people write them, and as they should not: every quoting style, continuations, exports, duplicates, traps. */
const NAMES = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT", "MYOPTS", "X", "GRUB_THEME"] as const;
export const GENERATED_NAMES: readonly string[] = NAMES;

const name = fc.constantFrom(...NAMES, "GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT");
const word = fc.constantFrom(
  "quiet",
  "a=b",
  "crashkernel=1G",
  "crashkernel=auto",
  "crashkernel=1G,high",
  "crashkernel=64M,low",
  "foo.crashkernel=3G",
  "xcrashkernel=1",
  "crashkernel=1G-4G:160M,4G-:256M",
  "root=/dev/x",
  "a:~b",
  "#no",
  "\xe9",
);
const blank = fc.constantFrom(" ", " ", " ", "  ", "\t");
const expansion = fc.constantFrom(
  "$X",
  "${X}",
  "${MYOPTS}",
  "$MYOPTS",
  "${X:-quiet crashkernel=2G}",
  "${X-b}",
  "${X:+c }",
  "${X+$MYOPTS }",
  "${X%quiet}",
  "${X#a=b}",
  "${#X}",
  "$GRUB_CMDLINE_LINUX",
  "${GRUB_CMDLINE_LINUX_DEFAULT}",
  "${X:=crashkernel=7M}",
  "$",
  "$(echo hi)",
  "`echo ho`",
  "${X%%q*}",
  "$1",
  "${X:?}",
  "$((1+1))",
);
const seldom = <T>(often: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 6) =>
  fc.oneof({ weight, arbitrary: often }, { weight: 1, arbitrary: rare });
const list = (of: fc.Arbitrary<string>, max = 5) =>
  fc.array(of, { maxLength: max }).map((parts) => parts.join(""));

const inDouble = list(
  seldom(
    fc.oneof(word, blank),
    fc.oneof(expansion, fc.constantFrom("\\\n", '\\"', "\\$", "\\\\", "\\x", "'", "'b c'", "\\`")),
  ),
  7,
);
const inSingle = list(seldom(fc.oneof(word, blank), fc.constantFrom("$X", "\\", '"', "\n", '"b c"')), 7);
const bare = list(
  seldom(word, fc.oneof(expansion, fc.constantFrom("\\ ", "\\\n", "\\\\", "~", "=", ":~"))),
  2,
);
const segment = fc.oneof(
  { weight: 6, arbitrary: inDouble.map((text) => `"${text}"`) },
  { weight: 2, arbitrary: inSingle.map((text) => `'${text}'`) },
  { weight: 2, arbitrary: bare },
);
const value = seldom(
  segment,
  fc.tuple(segment, segment).map((pair) => pair.join("")),
);
const assignment = fc
  .tuple(name, seldom(fc.constant("="), fc.constant("+="), 12), value)
  .map((parts) => parts.join(""));
const tail = seldom(fc.constant(""), fc.constantFrom(" # why", "  ", " #crashkernel=1G", " ;", "\r"), 4);

const statement = fc.oneof(
  { weight: 24, arbitrary: fc.tuple(assignment, tail).map((parts) => parts.join("")) },
  { weight: 2, arbitrary: fc.tuple(assignment, assignment).map((pair) => pair.join("; ")) },
  { weight: 2, arbitrary: assignment.map((text) => `export ${text}`) },
  { weight: 1, arbitrary: assignment.map((text) => `  ${text}`) },
  { weight: 3, arbitrary: assignment.map((text) => `#${text}`) },
  { weight: 2, arbitrary: fc.constantFrom("", "", "# comment \\", "# it's \"a $(comment") },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          "if [ -f /nope ]; then @\nfi",
          "if true; then @; else :; fi",
          "[ -f /nope ] && @",
          "[ -f /nope ] || @",
          "true && @",
          "true || @",
          "false || @",
          "! true || @",
          "( @ )",
          "{ @; }",
          "f() { @; }",
          "for i in 1 2; do @; done",
          "case x in x) @;; esac",
          "while false; do @; done",
          ": $(@)",
          "@ && true",
          "echo x | { @; }",
          "f() { @; }; f",
          "@ 2>/dev/null",
          "@ :",
          "@ true",
        ),
        assignment,
      )
      .map(([frame, text]) => frame.replace("@", () => text)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "unset X",
      ": ${X:=quiet}",
      ": ${MYOPTS:=crashkernel=9M}",
      "true",
      ":",
      "false",
      "nosuchcommand",
      "eval X=1",
      "set -e",
      "set -u",
      "cat <<E\n$X crashkernel=1G\nE",
      "cat <<'E' >/dev/null\n'\nE",
      "echo 'x' >&2",
      "X = 1",
      "exit 0",
      "return 0",
      "[ -f /nope ]",
      "test x",
      "export X",
      "export MYOPTS X",
      "readonly GRUB_THEME",
      "printf x",
      "command true",
      "X=$(false)",
      "X=$(exit 3) || true",
      "! false",
      "! true",
      "true & ",
      "X=(a b)",
      "[[ -n $X ]]",
      "$X",
      "if false; then false; fi",
      "X=$(false; echo y)",
    ),
  },
);

const generatedFile = fc
  .tuple(
    fc.array(statement, { minLength: 1, maxLength: 7 }),
    seldom(fc.constant("\n"), fc.constantFrom("", "\r\n"), 8),
  )
  .map(([lines, end]) => lines.join("\n") + end);

/** A main file, now and then with drop-ins. */
export const generatedFiles = fc
  .tuple(
    generatedFile,
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(generatedFile, { maxLength: 2 }) },
    ),
  )
  .map(([main, others]) =>
    [main, ...others].map((text, index) => ({ path: index === 0 ? "/main" : `/d/${index}.cfg`, text })),
  );

/** A file in which nothing is in doubt: one quoted assignment each, comments, other variables. */
export const plainFile = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        "# comment",
        "",
        "GRUB_TIMEOUT=5",
        "export GRUB_TERMINAL=console # x",
        '#GRUB_CMDLINE_LINUX="crashkernel=1G"',
      ),
      { maxLength: 4 },
    ),
    fc.constantFrom('"', "'"),
    fc.array(fc.oneof(fc.constantFrom("quiet", "a=b", "c=d:e"), blank), { maxLength: 8 }),
    fc.constantFrom("\n", "", "\nA=1\n"),
  )
  .map(
    ([lines, quote, words, end]) =>
      [...lines, `GRUB_CMDLINE_LINUX=${quote}${words.join("")}${quote}`].join("\n") + end,
  );
