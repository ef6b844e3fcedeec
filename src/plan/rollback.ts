import type { JournalRecord, JournalStep, SavedFile } from "../apply/journal.js";
import type { Profile } from "../distro/profile.js";
import type { ByteText, Command, Facts, FileState, Plan, Reason, Step, UnitFacts } from "../types.js";
import { regenerateStep } from "./grub.js";
import { bootedFrom, newestLast, restoredBls, untouchedEntries } from "./rollback-bls.js";

export interface RollbackInput {
  readonly record: JournalRecord;
  readonly facts: Facts;
  readonly profile: Profile;
  /** what stands now at each path of the record's file steps */
  readonly current: (path: string) => FileState;
  /** the copy kept in the journal; null for a file that was absent */
  readonly saved: (file: SavedFile) => ByteText | null;
  readonly regenerate: boolean;
  /** what somebody else's edit of a file leaves when our own part is cut out; null where that is no part of it */
  readonly cut: (path: string, text: ByteText) => ByteText | null;
  /** a unit as it is now */
  readonly unit: (name: string) => UnitFacts;
}

/** A file that somebody else changed after the run: `ours` is what the run left there. */
export interface Conflict {
  readonly path: string;
  readonly ours: ByteText | null;
  readonly now: FileState;
}

export type PlannedRollback =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "conflict"; readonly conflicts: readonly Conflict[] }
  | { readonly kind: "refused"; readonly reasons: readonly Reason[] };

/**
 * Takes a run back: its files become what they were, and the configuration is generated from them again. The old
 * configuration's bytes are not put back: they could name a kernel that is gone. Looks at what stands on the disk, so
 * a run that was killed half-way is taken back as well.
 */
export function planRollback(input: RollbackInput): PlannedRollback {
  const { record, facts } = input;
  const steps: Step[] = [];
  const conflicts: Conflict[] = [];
  const reasons: Reason[] = [];
  const later: Step[] = [];
  const warnings: string[] = [];
  let generates = false;
  for (const entry of [...record.steps].reverse()) {
    switch (entry.kind) {
      case "file":
        restoreFile(input, entry, steps, conflicts);
        break;
      case "config":
        generates ||= !sameContent(facts.grub.config?.state, entry.before);
        break;
      case "unit":
        restoreUnit(input.unit(entry.unit), entry, later);
        break;
      case "runtime":
        if (!facts.image && entry.undo !== null) restoreRunning(facts, entry, entry.undo, later);
        break;
      default:
        entry satisfies never;
    }
  }
  // a run that left the generator out: whoever ran it since put that run's words into the menu
  const told = record.steps.some((entry) => entry.kind === "config");
  const generated = facts.grub.bls === null;
  generates ||= generated && !told && steps.some((step) => isSource(input, step));
  if (generates && input.regenerate) {
    const { step, reason } = regenerateStep(
      facts,
      input.profile,
      null,
      "generated from the restored sources",
    );
    if (step !== null) later.unshift(step);
    if (reason !== null) reasons.push(reason);
  }
  if (generates && !input.regenerate)
    warnings.push("the boot configuration is left as it is (--no-regenerate)");
  if (conflicts.length > 0) return { kind: "conflict", conflicts };
  if (reasons.length > 0) return { kind: "refused", reasons };
  if (record.packages.length > 0) {
    const remove = input.profile.kdump.install.remove.flatMap((w) =>
      w === "{packages}" ? record.packages : [w],
    );
    warnings.push(
      `the packages that run installed stay (${record.packages.join(" ")}): ${remove.join(" ")} takes them out`,
    );
  }
  if (steps.length > 0) warnings.push(...untouchedEntries(input));
  const all = [...newestLast(input, steps), ...later];
  const boots = (step: Step) =>
    step.kind === "regenerate" || (step.kind === "write-file" && step.settle !== undefined);
  const reboot = all.some(boots) ? "needed" : "not-needed";
  return { kind: "plan", plan: { steps: all, reboot, warnings, why: [`takes back ${record.id}`] } };
}

/** Does the generator read that file? */
function isSource({ profile }: RollbackInput, step: Step): boolean {
  if (step.kind !== "write-file" && step.kind !== "remove-file") return false;
  const { defaults, dropIns } = profile.boot;
  return step.path === defaults || (dropIns !== null && step.path.startsWith(`${dropIns.dir}/`));
}

function restoreFile(
  input: RollbackInput,
  entry: Extract<JournalStep, { kind: "file" }>,
  steps: Step[],
  conflicts: Conflict[],
): void {
  const now = input.current(entry.path);
  const restored = restoredBls(input, entry, now);
  if (restored.kind === "nothing" || sameContent(now, entry.before)) return;
  const why = `as it was before ${input.record.id}`;
  if (restored.kind !== "text" && (restored.kind === "conflict" || !sameContent(now, entry.after))) {
    const left = now.kind === "file" ? input.cut(entry.path, now.text) : null;
    if (left !== null) {
      steps.push(
        left === "" && entry.before.kind === "absent"
          ? { kind: "remove-file", path: entry.path, before: now, why }
          : {
              kind: "write-file",
              path: entry.path,
              before: now,
              text: left,
              createMode: 0o600,
              why: "our part of it",
            },
      );
      return;
    }
    conflicts.push({ path: entry.path, ours: input.saved(entry.after), now });
    return;
  }
  const text = restored.kind === "text" ? restored.text : input.saved(entry.before);
  if (text === null) steps.push({ kind: "remove-file", path: entry.path, before: now, why });
  else {
    const createMode = entry.before.kind === "file" ? entry.before.mode : 0o644;
    steps.push({
      kind: "write-file",
      path: entry.path,
      before: now,
      text,
      createMode,
      ...bootedFrom(input, entry.path),
      why,
    });
  }
}

/** What the running kernel holds: a loaded capture kernel, or values of its own that were never on the disk. */
function restoreRunning(
  facts: Facts,
  entry: Extract<JournalStep, { kind: "runtime" }>,
  undo: Command,
  steps: Step[],
): void {
  if (entry.unloadedToo !== true && facts.reservation.loaded !== true) return;
  steps.push({
    kind: "runtime",
    command: undo,
    undo: entry.command,
    ...(entry.unloadedToo === true ? { unloadedToo: true as const } : {}),
    why: entry.unloadedToo === true ? "the values it had before" : "with the restored settings",
  });
}

function restoreUnit(unit: UnitFacts, entry: Extract<JournalStep, { kind: "unit" }>, steps: Step[]): void {
  // one entry a step: with two (unmask, enable) the earlier one's links are what was there, and it comes last here
  const key = JSON.stringify(entry.linksBefore);
  const previous = steps.findIndex((step) => step.kind === "unit-links" && step.unit === entry.unit);
  if (previous >= 0) steps.splice(previous, 1);
  if (JSON.stringify(unit.links) === key) return;
  steps.push({
    kind: "unit-links",
    unit: entry.unit,
    before: unit.links,
    links: entry.linksBefore,
    why: "as it was",
  });
}

function sameContent(now: FileState | undefined, saved: SavedFile): boolean {
  if (now === undefined || now.kind === "absent") return saved.kind === "absent";
  return now.kind === "file" && saved.kind === "file" && now.sha256 === saved.sha256;
}
