import { checkEntries } from "../bootconfig/check-entries.js";
import { type Finding, Findings } from "../bootconfig/finding.js";
import { readGrubCfg } from "../bootconfig/grub-cfg.js";
import { compareArgs } from "../bootconfig/kernel-args.js";
import type { BlsProfile, Profile } from "../distro/profile.js";
import { editArguments } from "../edit/argument-list.js";
import { withOptions } from "../edit/bls-entry.js";
import { setGrubenv } from "../edit/grubenv.js";
import type { BlsFacts, BootMount, ByteText, Facts, FileState, NamedFile, Reason, Step } from "../types.js";
import { type BlsFound, type BlsState, KERNELOPTS, readBls } from "./bls-state.js";
import { freezable } from "./boot-mount.js";
import { planSources } from "./grub-sources.js";
import { type Part, refusal, toSource } from "./part.js";

/**
 * Entries, grubenv, the line kernels to come are given, and the generator's defaults, all with the same words. Each file
 * is edited here and not by grubby: docs/bls.md says why. Nothing is generated: the menu is the entries.
 */
export function planBls(
  facts: Facts,
  profile: Profile,
  bls: BlsProfile,
  found: BlsFacts,
  words: readonly string[],
): Part {
  const state = readBls(facts.grub, found, bls);
  if (state.reasons.length > 0) return { steps: [], reasons: state.reasons, warnings: [], why: [] };
  const copied = copiedEntries(facts);
  if (copied !== null) return { steps: [], reasons: [copied], warnings: [], why: [] };
  const work = new Work(found);
  // the defaults first: a generator takes them for newer than the line of kernels to come, and writes that anew
  const sources = facts.grub.defaults.state.kind === "absent" ? null : planSources(facts, profile, words);
  work.line(found.kernelCmdline, words);
  work.grubenv(found.grubenv, state, bls, words);
  for (const entry of state.found) work.entry(entry, words);
  const { steps, reasons, why } = work;
  const warnings = toCome(facts, found, bls);
  if (reasons.length === 0) {
    const findings = judge(facts, found, bls, state, words, steps);
    reasons.push(...findings.filter(isProblem).map(({ text }) => refusal("bls-result", text)));
    warnings.push(...findings.filter((one) => !isProblem(one)).map(({ text }) => text));
  }
  return {
    steps: [...(sources?.steps ?? []), ...steps],
    reasons: [...(sources?.reasons ?? []), ...reasons],
    warnings: [...(sources?.warnings ?? []), ...warnings],
    why: [...(sources?.why ?? []), ...why],
  };
}

/** Firmware that reads no such entries has copies of them in the generated file (10_linux, populate_menu). */
function copiedEntries({ grub }: Facts): Reason | null {
  const menu = grub.config?.state.kind === "file" ? readGrubCfg(grub.config.state.text) : null;
  if (menu === null || menu.usesBls || !menu.entries.some(({ kind }) => kind === "normal")) return null;
  const text = `${grub.config?.path} holds copies of the boot entries, which change only when it is generated anew`;
  return refusal("bls-copied", `${text}: use grubby --update-kernel=ALL --args=crashkernel=…`);
}

const isProblem = ({ severity }: Finding): boolean => severity === "problem";

/** Gathers the edits of files that hold arguments as they are. */
class Work {
  readonly steps: Step[] = [];
  readonly reasons: Reason[] = [];
  readonly why: string[] = [];
  readonly #found: BlsFacts;

  constructor(found: BlsFacts) {
    this.#found = found;
  }

  line(file: NamedFile | null, words: readonly string[]): void {
    for (const source of file === null ? [] : toSource(file)) {
      const edited = this.#arguments(source.path, source.text, words);
      if (edited !== null) this.#write(source.path, file?.state, edited.text, edited.why);
    }
  }

  grubenv(file: NamedFile, { env, found }: BlsState, bls: BlsProfile, words: readonly string[]): void {
    const used = found.find(({ variables }) => variables.includes(KERNELOPTS));
    const value = env.get(KERNELOPTS);
    if (used === undefined && bls.options !== "kernelopts") return;
    if (value === undefined || file.state.kind !== "file") {
      if (used === undefined) return;
      const text = `${used.entry.path} takes its arguments from $${KERNELOPTS}, which ${file.path} does not set`;
      this.reasons.push(refusal("grubenv", `${text}; grub2-editenv - set ${KERNELOPTS}="…" sets it`));
      return;
    }
    const edited = this.#arguments(file.path, value, words);
    if (edited === null) return;
    const block = setGrubenv(file.state.text, KERNELOPTS, edited.text);
    if (block.kind === "refused") this.reasons.push(refusal("grubenv", `${file.path}: ${block.why}`));
    else this.#write(file.path, file.state, block.text, edited.why, this.#found.grubenvMount);
  }

  entry({ entry, source, state, variables }: BlsFound, words: readonly string[]): void {
    const { options, path } = entry;
    if (entry.linux === null) return;
    if (options === null) {
      if (words.length > 0)
        this.reasons.push(
          refusal("bls-entry", `${path} has no options line that ${words.join(" ")} could go into`),
        );
      return;
    }
    const wanted = variables.includes(KERNELOPTS) ? [] : words;
    const edited = this.#arguments(path, options.value, wanted);
    if (edited !== null)
      this.#write(
        path,
        state,
        withOptions(source, options, edited.text),
        edited.why,
        this.#found.entriesMount,
      );
  }

  #arguments(
    path: string,
    text: ByteText,
    words: readonly string[],
  ): { readonly text: ByteText; readonly why: readonly string[] } | null {
    const edited = editArguments(text, words);
    if (edited.kind === "refused") this.reasons.push(refusal("bls-arguments", `${path}: ${edited.why}`));
    return edited.kind === "refused" || edited.why.length === 0 ? null : edited;
  }

  #write(
    path: string,
    before: FileState | undefined,
    text: ByteText,
    why: readonly string[],
    mount?: BootMount | null,
  ): void {
    this.steps.push({
      kind: "write-file",
      path,
      before: before ?? { kind: "absent" },
      text,
      createMode: 0o644,
      ...(mount === undefined ? {} : { settle: { freeze: freezable(mount) } }),
      why: why.join("; "),
    });
    this.why.push(...why.map((reason) => `${path}: ${reason}`));
  }
}

/** What GRUB will make of the edited files: the wanted words in every entry, and no other word another one. */
function judge(
  facts: Facts,
  found: BlsFacts,
  bls: BlsProfile,
  before: BlsState,
  words: readonly string[],
  steps: readonly Step[],
): readonly Finding[] {
  const edited = new Map(
    steps.map((step) => (step.kind === "write-file" ? [step.path, step.text] : ["", ""])),
  );
  const as = (file: NamedFile): NamedFile => {
    const text = edited.get(file.path);
    return text === undefined || file.state.kind !== "file"
      ? file
      : { ...file, state: { ...file.state, text } };
  };
  const entries = found.entries?.map(as) ?? null;
  const after = readBls(facts.grub, { ...found, entries, grubenv: as(found.grubenv) }, bls);
  const findings = new Findings();
  after.found.forEach(({ entry, args }, index) => {
    compareArgs(findings, entry.title, entry.options?.line ?? 1, before.found[index]?.args ?? [], args);
  });
  return [...checkEntries(after.menu, words), ...findings.list()];
}

/** What is left to chance for a kernel that is installed before the reboot. */
function toCome(facts: Facts, { kernelCmdline }: BlsFacts, bls: BlsProfile): string[] {
  if (bls.options !== "literal" || kernelCmdline === null || kernelCmdline.state.kind !== "absent") return [];
  const whose = facts.image ? "the machine it is installed on" : "the running kernel";
  return [
    `there is no ${kernelCmdline.path}: a kernel installed before the reboot gets the command line of ${whose}; --check shows such an entry`,
  ];
}
