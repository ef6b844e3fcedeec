import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluateFiles } from "../../src/edit/evaluate.js";
import { editCommandLine } from "../../src/edit/grub-defaults.js";
import { isCrashkernel, splitWords } from "../../src/edit/kernel-cmdline.js";
import type { NonEmpty, SourceFile } from "../../src/types.js";
import { GENERATED_NAMES, generatedFiles, plainFile } from "./generated.js";
import { type Case, type JudgeShell, judge, missingShells } from "./real-shell.js";

const VARIABLES: NonEmpty<string> = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"];
const WISHES = [["crashkernel=333M"], ["crashkernel=1G,high", "crashkernel=128M,low"], []] as const;
const SHELLS: readonly JudgeShell[] = ["dash", "bash"];
/** KDUMP_SETUP_SEED=… and KDUMP_SETUP_FILES=… look elsewhere and longer */
const seed = Number(process.env.KDUMP_SETUP_SEED ?? 20240601);
const count = Number(process.env.KDUMP_SETUP_FILES ?? 300);
const missing = missingShells();
const skip = missing.length > 0 ? `${missing.join(" and ")} missing` : false;

const words = (value: string | null | undefined) => splitWords(value ?? "").map(({ word }) => word);
// a CR alone, from a line's end, is white space to the kernel (skip_spaces of lib/string_helpers.c)
const others = (value: string | null | undefined) =>
  words(value).filter((word) => !isCrashkernel(word) && word !== "\r");

test("what we say a generated file sets is what the shells say, before and after each edit", {
  skip,
  timeout: 600_000,
}, (t) => {
  const samples = fc.sample(generatedFiles, { numRuns: count, seed });
  const cases: Case[] = [];
  const checks: ((answers: ReturnType<typeof judge>) => void)[] = [];
  let edits = 0;
  let claims = 0;
  const claim = (files: readonly SourceFile[], shell: JudgeShell) => {
    const evaluation = evaluateFiles(files, { shell });
    const index = cases.push({ files, names: GENERATED_NAMES, shell }) - 1;
    checks.push((answers) => {
      if (evaluation.stops !== null) return;
      claims++;
      const shown = `${shell} seed ${seed}\n${files.map(({ text }) => text).join("\n-----\n")}\n`;
      assert.ok(answers[index]?.completed, `stops: ${shown}`);
      for (const name of GENERATED_NAMES) {
        const value = evaluation.values(name);
        if (value.kind === "unknown") continue;
        assert.equal(
          value.kind === "unset" ? null : value.text,
          answers[index]?.values.get(name),
          `${name}: ${shown}`,
        );
      }
    });
    return index;
  };
  for (const files of samples)
    for (const shell of SHELLS) {
      const before = claim(files, shell);
      for (const wish of WISHES) {
        const result = editCommandLine(files, {
          variables: VARIABLES,
          appendTo: VARIABLES[0],
          words: wish,
          shell,
        });
        if (result.kind === "refused") continue;
        edits++;
        const edited = files.map((file) => result.files.find(({ path }) => path === file.path) ?? file);
        const after = claim(edited, shell);
        const again = editCommandLine(edited, {
          variables: VARIABLES,
          appendTo: VARIABLES[0],
          words: wish,
          shell,
        });
        assert.deepEqual(
          again.kind === "edited" ? again.files : again,
          [],
          `twice is not once: ${JSON.stringify(edited)}`,
        );
        checks.push((answers) => {
          const known = evaluateFiles(files, { shell });
          const old = answers[before]?.values;
          const fresh = answers[after]?.values;
          const shown = `${shell} ${wish.join(" ")} seed ${seed}\n${files.map(({ text }) => text).join("\n-----\n")}\nbecame\n${edited.map(({ text }) => text).join("\n-----\n")}\n`;
          const carried = VARIABLES.flatMap((name) => words(fresh?.get(name)).filter(isCrashkernel));
          assert.deepEqual([...carried].sort(), [...wish].sort(), shown);
          for (const name of GENERATED_NAMES) {
            if (known.values(name).kind === "unknown") continue;
            const touched = VARIABLES.includes(name) || words(old?.get(name)).some(isCrashkernel);
            if (touched) assert.deepEqual(others(fresh?.get(name)), others(old?.get(name)), shown);
            else assert.equal(fresh?.get(name), old?.get(name), shown);
          }
        });
      }
    }
  const answers = judge(cases);
  for (const check of checks) check(answers);
  t.diagnostic(`${samples.length} files, ${claims} readings and ${edits} edits judged, seed ${seed}`);
  // were most files refused, nothing would have been shown
  assert.ok(edits > samples.length);
});

test("an edit to the state that is there already changes no file, and setting then removing gives the bytes back", () => {
  fc.assert(
    fc.property(plainFile, fc.constantFrom(...WISHES), (text, wish) => {
      const run = (now: string, wanted: readonly string[]) => {
        const edit = { variables: VARIABLES, appendTo: VARIABLES[0], words: wanted, shell: "dash" } as const;
        const result = editCommandLine([{ path: "/main", text: now }], edit);
        assert.equal(result.kind, "edited");
        return result.kind === "edited" ? (result.files[0]?.text ?? now) : "";
      };
      const once = run(text, wish);
      assert.equal(run(once, wish), once);
      assert.equal(run(once, []), text);
    }),
    { numRuns: 500 },
  );
});

test("any bytes at all end in an edit or a refusal", () => {
  const bytes = fc.array(
    fc.oneof(
      fc.constantFrom(
        ..."$`\"'(){}\\\n\r\t =;&|<>#![]~*?aX0\0\xff",
        "if ",
        "fi",
        "then ",
        "do ",
        "done",
        "case ",
        "esac",
        "GRUB_CMDLINE_LINUX=",
        "crashkernel=1G",
        "${",
        "$(",
        "$((",
        "<<E\n",
      ),
      fc.constant("x"),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(bytes, fc.constantFrom(...SHELLS), (parts, shell) => {
      const files = [{ path: "/main", text: parts.join("") }];
      const result = editCommandLine(files, {
        variables: VARIABLES,
        appendTo: VARIABLES[0],
        words: ["crashkernel=1M"],
        shell,
      });
      assert.ok(result.kind === "edited" || result.refusals.length > 0);
    }),
    { numRuns: 3000 },
  );
});
