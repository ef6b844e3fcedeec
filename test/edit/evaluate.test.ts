// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell text
import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateFiles } from "../../src/edit/evaluate.js";
import { type Case, type JudgeShell, judge, missingShells } from "./real-shell.js";

/** Text, and what V holds after it: a value, null when it is not set, undefined when we do not claim to know. */
const ROWS: readonly (readonly [text: string, value: string | null | undefined, shell?: JudgeShell])[] = [
  ["V=a", "a"],
  ["V=", ""],
  ["V=a#b #c", "a#b"],
  ["V='a\"b'\"c'd\"e\\ f", "a\"bc'de f"],
  ['V="a\\$b\\`c\\"d\\\\e\\f"', 'a$b`c"d\\e\\f'],
  ['V="a\\\nb"', "ab"],
  ["V=a\\\nb", "ab"],
  ["V='a\\\nb'", "a\\\nb"],
  ["V=\\\na", "a"],
  ["X=1;V=$X$X", "11"],
  ["X=1 V=$X", "1"],
  ["V=${X}", ""],
  ["V=${X-a}", "a"],
  ["X= V=${X-a}${X:-b}", "b"],
  ["X=1; V=${X:-a}${X:+b}${Y:+c}${X+d}", "1bd"],
  ['V="${X:=a}$X"', "aa"],
  ["X=abc; V=${X%c}${X#a}${X%%x}${X##abc}${#X}", "abbcabc3"],
  ["V='${X:-a}'", "${X:-a}"],
  ["V=${X:-\"a b\" 'c'}", "a b c"],
  ["V=\"${X:-a 'b'}\"", "a 'b'"],
  ["V=a; unset V", null],
  ["X=1", null],
  ["V=a; export V", "a"],
  ["export V=a X='b c'", "a"],
  ['export "V=a b"', "a b"],
  ["V=a\nV=$V' b'", "a b"],
  ["{ V=a; }", "a"],
  ["( V=a )", null],
  ["V=a | cat", null],
  ["V=a & wait || :", null],
  ["true && V=a", "a"],
  ["false || V=a", "a"],
  ["true || V=a", null],
  ["f() { V=a; }", null],
  ["if true; then X=1; fi; V=a", "a"],
  ["cat <<E || :\nV=b\nE\nV=a", "a"],
  ["cat <<'E' || :\n'\nE\nV=a", "a"],
  ["cat <<-E || :\n\tb\n\tE\nV=a", "a"],
  ["V=a # it's", "a"],
  ["# it's \\\nV=a", "a"],
  ["V=$", "$"],
  ['V="$"', "$"],
  ["V=a;;", undefined],
  ["V=a\\", "a\\"],
  ["V=a~b", "a~b"],
  ["V=~", undefined],
  ["V=a:~", undefined],
  ["V=\\\n~", undefined],
  ["V='~'", "~"],
  ["X=a; V=$X\\\nb", undefined],
  ["V=$(echo a)", undefined],
  ["V=$((1+1))", undefined],
  ["V=$(case x in x) echo a;; esac)", undefined],
  ["X=$(echo ')' # )\n); V=a", "a"],
  ["X=`echo \\`echo a\\``; V=a", "a"],
  ["V=a; V+=b", "ab", "bash"],
  ["V=(a b)", undefined, "bash"],
  ["V=1; [[ $V == 1 ]] && X=1 || :", "1", "bash"],
  ["V=$'a\\tb'", undefined, "bash"],
  ["X=$'a\\'; V=b", undefined],
  ["X=$'a\\'b'; V=b", "b", "bash"],
  ["X=$'a'; V=b", "b"],
  ["if [ -f /x ]; then V=a; fi", undefined],
  ["V=\xe9\xff", "\xe9\xff"],
];

const missing = missingShells();
const skip = missing.length > 0 ? `${missing.join(" and ")} missing` : false;

test("what a variable holds is what the shells say, or is not claimed", { skip }, () => {
  const cases: Case[] = [];
  const wanted: (string | null | undefined)[] = [];
  for (const [text, value, only] of ROWS)
    for (const shell of only === undefined ? (["dash", "bash"] as const) : [only]) {
      const evaluation = evaluateFiles([{ path: "/f", text }], { shell });
      const ours = evaluation.stops === null ? evaluation.values("V") : { kind: "unknown" };
      const shown = "text" in ours ? ours.text : ours.kind === "unset" ? null : undefined;
      assert.equal(shown, value, `${shell}: ${text} ${JSON.stringify(evaluation.stops)}`);
      cases.push({ files: [{ path: "/f", text }], names: ["V"], shell });
      wanted.push(value);
    }
  judge(cases).forEach(({ completed, values }, index) => {
    if (wanted[index] === undefined) return;
    assert.ok(completed, JSON.stringify(cases[index]));
    assert.equal(values.get("V"), wanted[index], JSON.stringify(cases[index]));
  });
});

const STOPS: readonly (readonly [text: string, line: number | null])[] = [
  ["A=1\nfalse\n", 2],
  ["A=1\nquiet\n", 2],
  ["A=1\n! true\nB=1\n", null],
  ["A=1\n[ -f /nope ] && B=1\n", 2],
  ["A=1\n[ -f /nope ] && B=1\nC=1\n", null],
  ["A=1\nfalse || true\n", null],
  ["A=1\nif false; then :; fi\n", null],
  ["A=$(false)\n", 1],
  ["A=$(false; echo x)\n", 1],
  ["A=$(false) || true\n", null],
  ["A=1\n(exit 3)\nB=1\n", 2],
  ["A = 1\n", 1],
  ["A=1\n\r\n", 2],
  ["A=1\nif true; then\n", 3],
  ["A=${B:?}\n", 1],
  ["set -u\nA=$B\n", 2],
  ["readonly A=1\nA=2\n", 2],
  ["\xef\xbb\xbfA=1\n", 1],
  ["f() { false; }\nf\n", 1],
];

test("where a shell under set -e stops is seen, and it is where the shells stop", { skip }, () => {
  const cases: Case[] = [];
  for (const [text, line] of STOPS)
    for (const shell of ["dash", "bash"] as const) {
      assert.equal(
        evaluateFiles([{ path: "/f", text }], { shell }).stops?.line ?? null,
        line,
        `${shell}: ${text}`,
      );
      cases.push({ files: [{ path: "/f", text }], names: [], shell });
    }
  judge(cases).forEach(({ completed }, index) => {
    assert.equal(completed, STOPS[index >> 1]?.[1] === null, JSON.stringify(cases[index]));
  });
});

test("a preset variable is known, and one from outside is not guessed", () => {
  const files = [{ path: "/f", text: 'V="$V b"\nW="$HOME"\n' }];
  const evaluation = evaluateFiles(files, { shell: "dash", preset: { V: "a" } });
  assert.deepEqual(evaluation.values("V"), { kind: "known", text: "a b" });
  assert.equal(evaluation.values("W").kind, "unknown");
  assert.deepEqual([...evaluation.names()], ["V", "W"]);
});
