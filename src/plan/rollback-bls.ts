import type { JournalStep } from "../apply/journal.js";
import { blsMenu } from "../bootconfig/bls-menu.js";
import { checkEntries } from "../bootconfig/check-entries.js";
import { readGrubEnv, setGrubenv } from "../edit/grubenv.js";
import type { FileState, Step } from "../types.js";
import { KERNELOPTS, readBls } from "./bls-state.js";
import { freezable } from "./boot-mount.js";
import type { RollbackInput } from "./rollback.js";

type SavedStep = Extract<JournalStep, { kind: "file" }>;

export type Restored =
  /** like any other file */
  | { readonly kind: "whole" }
  | { readonly kind: "nothing" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "conflict" };

/**
 * What differs from other files: the entry of a kernel that was removed since stays away, and of grubenv only our
 * variable is taken back, for GRUB and the system write others of it at every boot.
 */
export function restoredBls(input: RollbackInput, entry: SavedStep, now: FileState): Restored {
  const { bls } = input.profile.boot;
  if (bls === false) return { kind: "whole" };
  if (entry.path.startsWith(`${bls.entries}/`))
    return now.kind === "absent" && entry.before.kind === "file" ? { kind: "nothing" } : { kind: "whole" };
  if (entry.path !== bls.grubenv) return { kind: "whole" };
  const value = (text: string | null) => readGrubEnv(text ?? "")?.get(KERNELOPTS);
  const before = value(input.saved(entry.before));
  if (now.kind !== "file" || before === undefined) return { kind: "whole" };
  const standing = value(now.text);
  if (standing === before) return { kind: "nothing" };
  if (standing !== value(input.saved(entry.after))) return { kind: "conflict" };
  const edited = setGrubenv(now.text, KERNELOPTS, before);
  return edited.kind === "edited" ? { kind: "text", text: edited.text } : { kind: "conflict" };
}

/** GRUB reads entries and grubenv itself; a change of them takes effect at the next boot. */
export function bootedFrom(
  input: RollbackInput,
  path: string,
): Pick<Extract<Step, { kind: "write-file" }>, "settle"> {
  const { bls } = input.profile.boot;
  const found = input.facts.grub.bls;
  if (bls === false || found === null) return {};
  if (path === bls.grubenv) return { settle: { freeze: freezable(found.grubenvMount) } };
  return path.startsWith(`${bls.entries}/`) ? { settle: { freeze: freezable(found.entriesMount) } } : {};
}

/**
 * The line of kernels to come last: a generator that finds the defaults newer writes it anew from them
 * (10_linux, update_bls_cmdline).
 */
export function newestLast({ facts }: RollbackInput, steps: readonly Step[]): readonly Step[] {
  const line = facts.grub.bls?.kernelCmdline?.path;
  const isLine = (step: Step) => step.kind === "write-file" && step.path === line;
  return [...steps.filter((step) => !isLine(step)), ...steps.filter(isLine)];
}

/** Entries that run did not write and that carry its words: of a kernel that came later, or they had them before. */
export function untouchedEntries({ facts, profile, record }: RollbackInput): readonly string[] {
  const { bls } = profile.boot;
  if (bls === false || facts.grub.bls === null || record.words.length === 0) return [];
  const written = new Set(record.steps.map((step) => (step.kind === "file" ? step.path : "")));
  const literal = readBls(facts.grub, facts.grub.bls, bls).found.filter(
    ({ entry, variables }) => !written.has(entry.path) && !variables.includes(KERNELOPTS),
  );
  return literal
    .filter((line) => checkEntries(blsMenu([line]), record.words).length === 0)
    .map(
      ({ entry }) => `${entry.path} was not written by that run and stays, with ${record.words.join(" ")}`,
    );
}
