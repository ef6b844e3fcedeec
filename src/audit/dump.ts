import { formatBytes } from "../crashkernel/size.js";
import type { MemoryUse } from "../facts/audit-facts.js";
import { HIGHEST_DUMP_LEVEL } from "../plan/dump-choices.js";
import { isMakedumpfile, known } from "../plan/effective-dump-settings.js";
import { type Ending, endingOf } from "../plan/fail-ending.js";
import { type Check, fail, pass, skipped, unknown } from "./check.js";
import { type Doubt, doubted, elsewhere, named, placeOf, target } from "./dump-target.js";
import { AS_ROOT, type AuditInput, ON_AN_IMAGE } from "./input.js";

/** Where the dump goes, whether it fits, and who can read it. */
export function dumpChecks(input: AuditInput): readonly Check[] {
  return [target(input), space(input), level(input), privacy(input), failure(input), last(input)];
}

/** As it is called, and what that leaves out: null where it is not makedumpfile, 0 where no level is given. */
interface Collector {
  readonly command: string;
  readonly level: number | null;
}

function collectorOf({ settings, profile }: AuditInput): Collector | Doubt {
  const { collector, level } = settings;
  if (collector.kind === "unknown") return collector;
  const release = profile.kdump.settings;
  const { command: whole, level: bare } = release.collector;
  const command = whole ? collector.value : `makedumpfile ${bare ? "-d " : ""}${collector.value}`;
  if (!isMakedumpfile(collector.value, release)) return { command, level: null };
  return { command, level: known(level) ?? 0 };
}

/**
 * Bytes that a dump of that level keeps of the memory as it is used now (makedumpfile(8), -d: 1 zero pages, 2 and 4
 * cache, 8 user, 16 free); compression takes off more. A level there is none of takes off nothing.
 */
function expectedBytes({ total, free, cache, user }: MemoryUse, { level }: Collector): number {
  if (level === null || level > HIGHEST_DUMP_LEVEL) return total;
  const left =
    total -
    ((level & 16) !== 0 ? free : 0) -
    ((level & 6) === 6 ? cache : 0) -
    ((level & 8) !== 0 ? user : 0);
  return Math.max(0, left);
}

function space(input: AuditInput): Check {
  const id = "dump.space";
  const { memoryUse, directory } = input.more;
  const { file } = input.profile.kdump.settings;
  const evidence = directory?.path ?? file;
  if (input.space === null) return skipped(id, { reason: ON_AN_IMAGE, evidence });
  const there = elsewhere(input);
  if (there !== null)
    return skipped(id, { reason: `the dump goes to ${named(there)}, which is not asked`, evidence });
  if (input.space.kind === "unknown")
    return unknown(id, { reason: input.space.why, evidence: input.space.evidence });
  const collector = collectorOf(input);
  if ("why" in collector) return unknown(id, doubted(collector));
  if (memoryUse === null)
    return unknown(id, { reason: "/proc/meminfo cannot be read", evidence: "/proc/meminfo" });
  const need = expectedBytes(memoryUse, collector);
  const { freeBytes } = input.space;
  const seen = {
    expected: `${formatBytes(need)} free: what a dump of ${levelText(collector)} keeps of the memory in use now, before compression`,
    actual: `${formatBytes(freeBytes)} free`,
    evidence: input.space.evidence,
  };
  if (freeBytes >= need) return pass(id, seen);
  return fail(id, {
    ...seen,
    fix: "make room there (kdump-setup dumps lists them, --prune N removes old ones), or kdump-setup --core-dir DIR --yes",
  });
}

function levelText({ level }: Collector): string {
  return level === null ? "no filter" : `level ${level}`;
}

function level(input: AuditInput): Check {
  const id = "dump.level";
  const { collector, compressed } = input.settings;
  const { file } = input.profile.kdump.settings;
  const called = collectorOf(input);
  if ("why" in called) return unknown(id, { ...doubted(called), fix: AS_ROOT });
  if (compressed.kind === "unknown") return unknown(id, { ...doubted(compressed), fix: AS_ROOT });
  const { level: bits, command } = called;
  const seen = { actual: command, evidence: file, place: placeOf(collector) };
  const wrong = [
    ...(bits === HIGHEST_DUMP_LEVEL ? [] : [bits === null ? "nothing is filtered" : `level ${bits}`]),
    ...(compressed.value ? [] : ["nothing is compressed"]),
  ];
  if (wrong.length === 0) return pass(id, seen);
  const { key } = input.profile.kdump.settings.collector;
  const fixes = [
    ...(bits === HIGHEST_DUMP_LEVEL ? [] : [`kdump-setup --dump-level ${HIGHEST_DUMP_LEVEL} --yes`]),
    ...(compressed.value ? [] : [`add -c or -l to ${key} in ${file}`]),
  ];
  const other = collector.kind === "known" && !isMakedumpfile(collector.value, input.profile.kdump.settings);
  return fail(id, {
    ...seen,
    actual: `${command}: ${wrong.join(", ")}`,
    fix: other ? `let ${key} in ${file} call makedumpfile with -d 31 and -l` : fixes.join("; "),
  });
}

/** A dump holds keys and passwords. On some releases the files in it can be read by all: the directory has to keep them out. */
function privacy(input: AuditInput): Check {
  const id = "dump.privacy";
  const { directory } = input.more;
  const evidence = directory?.path ?? input.profile.kdump.settings.file;
  const there = elsewhere(input);
  if (there !== null) return skipped(id, { reason: `the dump goes to ${named(there)}`, evidence });
  if (directory === null || directory.state === "other")
    return skipped(id, { reason: "there is no directory (dump.target)", evidence });
  if (directory.state === "absent") return skipped(id, { reason: `${evidence} is not there yet`, evidence });
  if (directory.state === "network") {
    const reason = "it is on a network file system, which is not looked into: the server may be gone";
    return unknown(id, { reason, evidence });
  }
  const { mode, uid } = directory;
  if (mode === null || uid === null)
    return unknown(id, { reason: `${evidence} cannot be looked at`, evidence, fix: AS_ROOT });
  const seen = { actual: `mode ${mode.toString(8).padStart(4, "0")}, owner ${uid}`, evidence };
  if ((mode & 0o077) === 0 && uid === 0) return pass(id, seen);
  return fail(id, { ...seen, fix: `chown root ${evidence} && chmod 0700 ${evidence}` });
}

const ENDINGS: Readonly<Record<Exclude<Ending, "reboot" | "shell">, string>> = {
  halt: "the machine stays down",
  poweroff: "the machine stays off",
  line: "it is run as one command, no shell reads it, and the machine does not reboot",
  other: "what it does is not known",
};

function failure({ settings, profile }: AuditInput): Check {
  const id = "dump.failure";
  const release = profile.kdump.settings;
  const { failAction } = settings;
  if (failAction.kind === "unknown") return unknown(id, { ...doubted(failAction), fix: AS_ROOT });
  const ending = endingOf(failAction.value, release);
  const seen = { evidence: release.file, place: placeOf(failAction) };
  if (ending === "reboot") return pass(id, { ...seen, actual: ending });
  // where there is no way to write one, it gets no terminal
  const shell =
    release.failAction.values.shell === null
      ? "a shell has no terminal there and ends at once, and the machine does not reboot"
      : "a shell waits for somebody";
  const stands = typeof failAction.value === "string" ? failAction.value : failAction.value.other;
  return fail(id, {
    ...seen,
    actual: `${stands}: ${ending === "shell" ? shell : ENDINGS[ending]}`,
    fix: "kdump-setup --fail-action reboot --yes",
  });
}

function last(input: AuditInput): Check {
  const id = "dump.last";
  const { lastDump, directory } = input.more;
  const evidence = directory?.path ?? input.profile.kdump.settings.file;
  if (lastDump !== null) {
    const seen = {
      actual: `${lastDump.complete ? "complete" : "incomplete"}, ${lastDump.time}`,
      evidence: lastDump.directory,
    };
    if (lastDump.complete) return pass(id, seen);
    return fail(id, {
      ...seen,
      fix: "see why it broke off: space (dump.space), memory (crashkernel.size), or a reset in between",
    });
  }
  if (directory?.state === "unreadable")
    return unknown(id, { reason: `${evidence} cannot be looked at`, evidence, fix: AS_ROOT });
  const there = elsewhere(input);
  const reason =
    there === null && directory?.state !== "network"
      ? "no dump was saved here yet"
      : "the dumps are on another machine";
  return skipped(id, { reason: `${reason}, so nothing shows that one would be`, evidence });
}
