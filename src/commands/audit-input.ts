import { JOURNAL_DIRECTORY, readJournal } from "../apply/journal.js";
import { type Authorship, authorship } from "../audit/authorship.js";
import type { AuditInput, CrashkernelWords } from "../audit/input.js";
import { readWords } from "../audit/words.js";
import { evaluateCmdline } from "../crashkernel/evaluate.js";
import type { Profile } from "../distro/profile.js";
import { RefusedError } from "../errors.js";
import { collectAuditFacts } from "../facts/audit-facts.js";
import { targetKernel } from "../facts/boots.js";
import { collectCapture } from "../facts/capture-parts.js";
import type { Reader } from "../machine/machine.js";
import { effectiveDumpSettings, known } from "../plan/effective-dump-settings.js";
import { blockerReason, noMachineOfItsOwn } from "../plan/preflight.js";
import { isSysv } from "../plan/sysv.js";
import type { Facts } from "../types.js";
import { askSpace, askUnit } from "./check-probe.js";
import { hostOf } from "./outcome.js";
import { sizeFor } from "./size.js";
import type { Target } from "./target.js";

/** Everything the checks judge, gathered without a change. Throws RefusedError where there is no machine to look at. */
export async function gatherAudit({ machine, profile, look }: Target): Promise<AuditInput> {
  const facts = look();
  const elsewhere = noMachineOfItsOwn(facts.blockers);
  if (!facts.image && elsewhere.length > 0) {
    const reasons = elsewhere.map(blockerReason);
    throw new RefusedError(reasons.map(({ text }) => text).join("\n"), { reasons });
  }
  const settings = effectiveDumpSettings(facts, profile);
  const more = collectAuditFacts(machine, facts, profile, {
    directory: known(settings.directory),
    keyFile: known(settings.keyFile),
  });
  const words = readWords(facts, profile);
  const [unit, space] = await Promise.all([
    isSysv(facts.kdump.unit.name) ? null : askUnit(machine, facts.kdump.unit.name),
    askSpace(machine, more.directory, profile.kdump.settings.file),
  ]);
  return {
    facts,
    profile,
    more,
    settings,
    words,
    author: journalOf(machine, facts, words)?.author ?? null,
    target: targetKernel(facts),
    unit,
    space,
    sizing: collectCapture(machine, facts, profile, facts.memory?.bytes ?? null),
    recommendedBytes: recommended(machine, facts, profile),
  };
}

/** What the journal knows of the value that stands there; null: this user may not look into it. */
export function journalOf(
  reader: Reader,
  facts: Facts,
  { configured }: Pick<CrashkernelWords, "configured">,
): Authorship | null {
  if (reader.stat(JOURNAL_DIRECTORY) !== null && reader.list(JOURNAL_DIRECTORY) === null) return null;
  return authorship(readJournal(reader).records, facts, configured);
}

/** `host` of a document about one system. */
export function auditedHost({ facts, profile, more }: AuditInput): Readonly<Record<string, unknown>> {
  return { ...hostOf(facts, profile.id), hostname: more.hostname, machineId: more.machineId };
}

/** What a set-up run would reserve here now; null where the memory is not known, or nothing is recommended. */
function recommended(reader: Reader, facts: Facts, profile: Profile): number | null {
  const target = targetKernel(facts);
  if (facts.memory === null || target === null) return null;
  if (profile.crashkernel.recommended[facts.arch] === undefined) return null;
  const ramBytes = BigInt(facts.memory.bytes);
  const sized = sizeFor("auto", reader, facts, profile, ramBytes);
  if (sized.refused !== null) return null;
  const evaluated = evaluateCmdline(`crashkernel=${sized.expression}`, ramBytes, target);
  return evaluated.ok && evaluated.reserved > 0n ? Number(evaluated.reserved) : null;
}
