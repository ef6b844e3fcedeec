import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { evaluateFiles } from "../../src/edit/evaluate.js";
import { editCommandLine } from "../../src/edit/grub-defaults.js";
import { isCrashkernel, splitWords } from "../../src/edit/kernel-cmdline.js";
import type { SourceFile } from "../../src/types.js";
import { type Case, type JudgeShell, judge, missingShells, ownEtc } from "./real-shell.js";

const corpus = path.resolve("../shared/corpus");
const VARIABLES = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"] as const;
const SHELLS: readonly JudgeShell[] = ["dash", "bash"];
const SET = ["crashkernel=333M"];
const CHANGE = ["crashkernel=1G-4G:160M,4G-:256M"];

/**
 * Files a person would not edit either, by the first 12 hex digits of their SHA-256, each with that person's reason.
 */
const REVIEWED: Readonly<Record<string, string>> = {
  a1d410eccceb: "its last lines read every file of a directory, and what those set is not in this file",
  "2d810af1b6a7": "the same, on one line",
  "6bba3aa4a716":
    "the first line reads a file found by PATH, and the command line is built from what that sets",
  b30070a001d3:
    "the first two lines read files found by PATH, and the command line is built from what those set",
  "383db49abf74": "reads a second defaults file where that exists, which may set anything",
  "0d3e08a45f87":
    "reads a file of the admin's own and builds the command line with a function, in ifs that run programs",
  "74c0248dc7f4": "another version of the same",
  "261fd7044571": "blanks around =: a command that does not exist, so the generator stops at line 1",
  c64e20cf290d:
    "half of the words stand outside the quotes: a command that does not exist, so the generator stops",
  "63d29c077672": "lines end in CR LF: every value ends in a carriage return; to be converted first",
  "3c59307ea05f":
    "a function adds words depending on what is there already, and differently in dash and bash",
  "43fea68ab1f4": "another version of the same",
  "33bc0899cf89": "the command line is built in ifs that ask for the version of a package",
  "9d83717a7b5a": "the command line is the output of a program that may be missing; then the generator stops",
};

interface Subject {
  readonly name: string;
  readonly hash: string;
  readonly files: readonly SourceFile[];
}

function subjects(): readonly Subject[] {
  return readdirSync(path.join(corpus, "files"))
    .filter((name) => /^(?:default_grub|grub_d)__/.test(name))
    .sort()
    .map((name) => {
      const bytes = readFileSync(path.join(corpus, "files", name));
      const file = { path: name, text: bytes.toString("latin1") };
      // a drop-in is read after a main file, as expected.json did with preset variables
      const main = { path: "main", text: VARIABLES.map((v) => `${v}=PRE_${v}\n`).join("") };
      const files = name.startsWith("grub_d") ? [main, file] : [file];
      return { name, hash: createHash("sha256").update(bytes).digest("hex").slice(0, 12), files };
    });
}

interface Expected {
  readonly preset: Record<string, string>;
  readonly dash: { readonly set_e: Recorded };
  readonly bash_posix: { readonly set_e: Recorded };
}
interface Recorded {
  readonly completed: boolean;
  readonly values?: Record<string, string | null>;
}

const missing = missingShells();
const skip = !existsSync(corpus)
  ? `no corpus at ../shared/corpus`
  : missing.length > 0
    ? `${missing.join(" and ")} missing`
    : false;

test("every value claimed to be known is the one real shells gave for the corpus", { skip }, (t) => {
  const recorded = JSON.parse(readFileSync(path.join(corpus, "expected.json"), "utf8")) as {
    files: Record<string, Expected>;
  };
  let same = 0;
  let unknown = 0;
  for (const [name, expected] of Object.entries(recorded.files))
    for (const shell of SHELLS) {
      const text = readFileSync(path.join(corpus, "files", name), "latin1");
      const evaluation = evaluateFiles([{ path: name, text }], { shell, preset: expected.preset });
      const real = shell === "dash" ? expected.dash.set_e : expected.bash_posix.set_e;
      if (evaluation.stops !== null) continue;
      assert.ok(real.completed, `${name}: ${shell} stops in it, and we did not see that`);
      for (const [variable, value] of Object.entries(real.values ?? {})) {
        const ours = evaluation.values(variable);
        if (ours.kind === "unknown") {
          unknown++;
          continue;
        }
        const bytes = value === null ? null : Buffer.from(value, "utf8").toString("latin1");
        assert.equal(ours.kind === "unset" ? null : ours.text, bytes, `${name}: ${variable} in ${shell}`);
        same++;
      }
    }
  t.diagnostic(`values: ${same} as recorded, ${unknown} not claimed`);
  assert.ok(same > 0);
});

interface Run {
  readonly subject: Subject;
  readonly what: string;
  readonly wanted: readonly string[];
  readonly before: readonly SourceFile[];
  readonly after: readonly SourceFile[];
  readonly shell: JudgeShell;
}

test("every file of the corpus is edited right or refused as a person would", {
  skip,
  timeout: 600_000,
}, (t) => {
  const runs: Run[] = [];
  const refused = new Map<string, string>();
  for (const subject of subjects())
    for (const shell of SHELLS)
      for (const appendTo of VARIABLES) {
        let now = subject.files;
        const step = (what: string, wanted: readonly string[]) => {
          const result = editCommandLine(now, { variables: VARIABLES, appendTo, words: wanted, shell });
          if (result.kind === "refused") {
            const reasons = result.refusals.map(
              ({ path: at, line, why }) => `${at.slice(0, 60)}:${line}: ${why}`,
            );
            refused.set(
              subject.hash,
              `${subject.name} (${shell}, ${what})\n      ${reasons.join("\n      ")}`,
            );
            return;
          }
          const after = now.map((file) => result.files.find((each) => each.path === file.path) ?? file);
          runs.push({ subject, what, wanted, before: now, after, shell });
          now = after;
        };
        step("set", SET);
        step("change", CHANGE);
        step("remove", []);
      }
  const names = new Map(
    [...new Set(runs.map(({ subject }) => subject))].map((subject) => [
      subject,
      [...new Set([...VARIABLES, ...evaluateFiles(subject.files, { shell: "bash" }).names()])],
    ]),
  );
  const cases: Case[] = runs.flatMap((run) =>
    [run.before, run.after].map((files) => ({
      files,
      names: names.get(run.subject) ?? [],
      shell: run.shell,
    })),
  );
  // what stood there before one edit is what an earlier one left: each text is judged once
  const different = new Map(cases.map((each) => [keyOf(each), each]));
  const answers = judge([...different.values()]);
  const byKey = new Map([...different.keys()].map((key, index) => [key, answers[index]]));
  const judged = cases.map((each) => byKey.get(keyOf(each)));
  const wrong: string[] = [];
  const bare = !ownEtc() && !existsSync("/etc/system-release");
  let unjudged = 0;
  const right = new Set<Subject>();
  runs.forEach((run, index) => {
    const before = judged[index * 2];
    const after = judged[index * 2 + 1];
    // only there: the file asks for /etc/system-release, which this machine has not and the judge could not be given
    if (bare && before?.completed === false && run.subject.files.some(({ text }) => text.includes("/etc/"))) {
      unjudged++;
      return;
    }
    const problem =
      before && after ? verdict(run, names.get(run.subject) ?? [], before, after) : "not judged";
    if (problem === null) right.add(run.subject);
    else wrong.push(`${run.subject.name} (${run.shell}, ${run.what}): ${problem}`);
  });
  const rightFiles = [...right].filter(({ hash }) => !refused.has(hash)).length;
  t.diagnostic(
    `corpus: ${rightFiles} right, ${refused.size} refused, ${wrong.length} wrong (${runs.length - unjudged} edits judged)`,
  );
  if (unjudged > 0)
    t.diagnostic(`NOT JUDGED: ${unjudged} edits, since no /etc of the judge's own can be mounted here`);
  for (const [hash, reason] of refused) t.diagnostic(`refused ${hash} ${reason}`);
  assert.deepEqual(wrong, []);
  const unreviewed = [...refused]
    .filter(([hash]) => REVIEWED[hash] === undefined)
    .map(([hash, why]) => `${hash} ${why}`);
  assert.deepEqual(unreviewed, [], "refused, and nobody has said yet that a person would refuse too");
});

function keyOf({ files, shell }: Case): string {
  return `${shell}\0${files.map(({ path: at, text }) => `${at}\0${text}`).join("\0")}`;
}

type Answer = ReturnType<typeof judge>[number];

/** null: right */
function verdict(run: Run, names: readonly string[], before: Answer, after: Answer): string | null {
  if (!before.completed || !after.completed) return "the shell stops in it";
  const words = (answer: Answer, name: string) =>
    splitWords(answer.values.get(name) ?? "").map(({ word }) => word);
  const crash = VARIABLES.flatMap((name) => words(after, name)).filter(isCrashkernel);
  if (crash.join() !== run.wanted.join()) return `carries ${crash.join(" ")}`;
  for (const name of names) {
    const others = (answer: Answer) =>
      words(answer, name).filter((word) => !isCrashkernel(word) && word !== "\r");
    const old = before.values.get(name);
    const fresh = after.values.get(name);
    const touched = (VARIABLES as readonly string[]).includes(name) || (old ?? "").includes("crashkernel=");
    if (touched ? others(before).join("\n") !== others(after).join("\n") : old !== fresh)
      return `${name}: ${JSON.stringify(old)} became ${JSON.stringify(fresh)}`;
  }
  return null;
}
