import type { BootProfile, Profile } from "../distro/profile.js";
import { type CommandLineEdited, editCommandLine } from "../edit/grub-defaults.js";
import type { Facts, FileState, GrubFacts, NamedFile, Reason, SourceFile, Step } from "../types.js";
import { NOTHING, type Part, refusal, toSource, unreadable } from "./part.js";
import { RESERVES_NOTHING, writtenWords } from "./words.js";

/** The edits of the shell files a generator takes the kernel's arguments from; `refused`: there are none to look at. */
export function planSources(
  facts: Facts,
  profile: Profile,
  words: readonly string[],
): Part & { readonly refused: boolean } {
  const { boot } = profile;
  const files = grubSources(facts.grub);
  const broken = files.map(unreadable).filter((why) => why !== null);
  if (broken.length > 0) return refused(broken);

  const edited = editSources(files.flatMap(toSource), facts.grub, boot, words);
  if (edited.kind === "refused") {
    return refused(edited.refusals.map((r) => `${r.path}:${r.line}:${r.column}: ${r.why}`));
  }

  const steps: Step[] = edited.files.map((file) => ({
    kind: "write-file",
    path: file.path,
    before: stateOf(files, file.path),
    text: file.text,
    createMode: 0o644,
    why: file.why.join("; "),
  }));
  const why = edited.files.flatMap((file) => file.why.map((reason) => `${file.path}: ${reason}`));
  why.push(...edited.files.flatMap((file) => belongsToPackage(facts.grub, file.path)));
  const warnings = [...edited.warnings];
  const reasons: Reason[] = [];
  reportDecoys(edited, reasons, warnings);

  warnings.push(...besideScript(facts.grub, words));
  return { steps, reasons, warnings, why, refused: false };
}

/**
 * Where a script adds words of its own, ours have to stand behind them: out of the variables in front of its place, and
 * into the one behind it.
 */
function editSources(
  sources: readonly SourceFile[],
  grub: GrubFacts,
  boot: BootProfile,
  wished: readonly string[],
): CommandLineEdited {
  const { variables, appendTo, shell, scriptAdds } = boot;
  const words = writtenWords(grub, wished);
  const at = scriptAdds === null ? -1 : variables.indexOf(scriptAdds.before);
  const [first, ...rest] = variables.slice(0, at);
  if (scriptAdds === null || grub.scriptWords.length === 0 || first === undefined)
    return editCommandLine(sources, { variables, appendTo, words, shell });
  const cleared = editCommandLine(sources, {
    variables: [first, ...rest],
    appendTo: first,
    words: [],
    shell,
  });
  if (cleared.kind === "refused") return cleared;
  const now = sources.map((file) => cleared.files.find(({ path }) => path === file.path) ?? file);
  const behind = [scriptAdds.before, ...variables.slice(at + 1)] as const;
  const set = editCommandLine(now, { variables: behind, appendTo: scriptAdds.before, words, shell });
  if (set.kind === "refused") return set;
  const whyCleared = (path: string) => cleared.files.find((file) => file.path === path)?.why ?? [];
  const untouched = cleared.files.filter(({ path }) => !set.files.some((file) => file.path === path));
  return {
    ...set,
    files: [
      ...untouched,
      ...set.files.map((file) => ({ ...file, why: [...whyCleared(file.path), ...file.why] })),
    ],
    decoys: [...cleared.decoys, ...set.decoys],
    warnings: [...cleared.warnings, ...set.warnings],
  };
}

/** What becomes of it with the next version of its package (dpkg(1), --force-confdef and --force-confold). */
function belongsToPackage({ conffiles }: GrubFacts, path: string): readonly string[] {
  return conffiles
    .filter((file) => file.path === path)
    .map(
      (file) =>
        `${path}: belongs to ${file.package}: an upgrade with another version asks, and keeps this one unless told --force-confnew`,
    );
}

/** Only an edit of the package's own script would take its words away. */
function besideScript({ scriptWords }: GrubFacts, wished: readonly string[]): readonly string[] {
  const [first] = scriptWords;
  if (first === undefined) return [];
  const text = `${first.path}:${first.line} adds ${scriptWords.map(({ word }) => word).join(" ")} to every normal entry by itself`;
  return [
    wished.length === 0
      ? `${text}: ${RESERVES_NOTHING} behind it reserves nothing, because the kernel takes the last one`
      : `${text}: ours stands behind it, and the kernel takes the last one`,
  ];
}

function grubSources(grub: GrubFacts): readonly NamedFile[] {
  return [grub.defaults, ...grub.dropIns];
}

function stateOf(files: readonly NamedFile[], path: string): FileState {
  return files.find((file) => file.path === path)?.state ?? { kind: "absent" };
}

function refused(why: readonly string[]): Part & { readonly refused: boolean } {
  return { ...NOTHING, reasons: why.map((one) => refusal("grub-defaults", one)), refused: true };
}

/** Words the kernel takes for the parameter though they are none: it searches for the bare text. */
function reportDecoys(
  edited: Extract<CommandLineEdited, { kind: "edited" }>,
  reasons: Reason[],
  warnings: string[],
): void {
  for (const { path, line, word, wins } of edited.decoys) {
    const what = `${path}:${line}: the kernel takes ${word} for a crashkernel= parameter`;
    if (wins)
      reasons.push(refusal("decoy", `${what}, and it comes last, so it is what counts: take it out first`));
    else warnings.push(`${what}; it comes before ours, so ours counts`);
  }
}
