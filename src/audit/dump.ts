import { formatBytes } from "../crashkernel/size.js";
import type { MemoryUse } from "../facts/audit-facts.js";
import type { Collector, DumpTarget, Setting } from "../facts/dump-values.js";
import { type Check, type FilePlace, fail, pass, skipped, unknown } from "./check.js";
import { AS_ROOT, type AuditInput, ON_AN_IMAGE } from "./input.js";

/** Where the dump goes, whether it fits, and who can read it. */
export function dumpChecks(input: AuditInput): readonly Check[] {
  return [target(input), space(input), level(input), privacy(input), failure(input), last(input)];
}

const placeOf = <T>(setting: Setting<T>): FilePlace | null =>
  setting.kind === "known" ? { path: setting.path, line: setting.line } : null;

function doubtful<T>(setting: Setting<T>): { readonly reason: string; readonly evidence: string } | null {
  return setting.kind === "unknown" ? { reason: setting.why, evidence: setting.path } : null;
}

/** The one target that is no directory of this machine; null: it is the local directory. */
function elsewhere({ more }: AuditInput): DumpTarget | null {
  const { targets } = more.settings;
  return targets.kind === "unknown" ? null : (targets.value.find(({ kind }) => kind !== "local") ?? null);
}

const FORMS: Readonly<Record<DumpTarget["kind"], RegExp>> = {
  local: /^/,
  filesystem: /^(?:\/dev\/\S+|(?:UUID|LABEL|PARTUUID|PARTLABEL)=\S+)$/,
  raw: /^\/dev\/\S+$/,
  nfs: /^(?:[^\s:/]+|\[[0-9a-fA-F:.]+\]):\/\S*$/,
  ssh: /^[^\s@]+@[^\s@]+$/,
  ftp: /^[^\s:/]+(?::\/?\S*)?$/,
};

function target(input: AuditInput): Check {
  const id = "dump.target";
  const { settings, directory, sshKey } = input.more;
  const { targets } = settings;
  const doubt = doubtful(targets) ?? doubtful(settings.directory);
  if (doubt !== null || targets.kind === "unknown" || settings.directory.kind === "unknown")
    return unknown(id, { reason: doubt?.reason ?? "", evidence: doubt?.evidence ?? "", fix: AS_ROOT });
  const { path } = targets;
  const place = placeOf(targets) ?? placeOf(settings.directory);
  const [first, second] = targets.value;
  const wrong = (actual: string, fix: string, evidence = path) => fail(id, { actual, evidence, place, fix });
  if (first !== undefined && second !== undefined)
    return wrong(
      `${targets.value.length} targets: ${targets.value.map(named).join(", ")}`,
      `leave one of them in ${path}`,
    );
  if (first !== undefined) {
    if (!FORMS[first.kind].test(first.to))
      return wrong(`${named(first)} is no target of that kind`, `mend it in ${path}`);
    if (first.kind === "ssh" && sshKey === "absent") {
      const key = settings.sshKey.kind === "unknown" ? "the key" : settings.sshKey.value;
      return wrong(`${named(first)}, and ${key} is not there`, "make the key and take it to the server", key);
    }
    if (first.kind === "ssh" && sshKey === "unreadable")
      return unknown(id, { reason: "whether the key is there cannot be seen", evidence: path, fix: AS_ROOT });
    return pass(id, { actual: named(first), evidence: path, place });
  }
  if (directory === null)
    return wrong(`${settings.directory.value} is no absolute path`, `name the whole path in ${path}`);
  const at = directory.path;
  if (directory.state === "other")
    return wrong(`${directory.nearest} is no directory`, `make ${at} a directory`, at);
  if (directory.state === "unreadable")
    return unknown(id, { reason: `${at} cannot be looked at`, evidence: at, fix: AS_ROOT });
  if (directory.mount?.readOnly === true)
    return wrong(
      `${at} is on ${directory.mount.mountPoint}, which is mounted read-only`,
      `mount it writable, or name another directory in ${path}`,
      input.facts.image ? "/etc/fstab" : "/proc/self/mountinfo",
    );
  const notes = {
    directory: "",
    absent: " (made when it is first needed)",
    network: " on a network file system",
  };
  return pass(id, { actual: `${at}${notes[directory.state]}`, evidence: path, place });
}

function named({ kind, to }: DumpTarget): string {
  return kind === "local" ? "the local directory" : `${kind} ${to}`;
}

/**
 * Bytes that a dump of that level keeps of the memory as it is used now (makedumpfile(8), -d: 1 zero pages, 2 and 4
 * cache, 8 user, 16 free); compression takes off more. null: the level is not known.
 */
function expectedBytes({ total, free, cache, user }: MemoryUse, { level }: Collector): number {
  if (level === null) return total;
  const left =
    total -
    ((level & 16) !== 0 ? free : 0) -
    ((level & 6) === 6 ? cache : 0) -
    ((level & 8) !== 0 ? user : 0);
  return Math.max(0, left);
}

function space(input: AuditInput): Check {
  const id = "dump.space";
  const { settings, memoryUse, directory } = input.more;
  const evidence = directory?.path ?? settings.directory.path;
  if (input.space === null) return skipped(id, { reason: ON_AN_IMAGE, evidence });
  const there = elsewhere(input);
  if (there !== null)
    return skipped(id, { reason: `the dump goes to ${named(there)}, which is not asked`, evidence });
  if (input.space.kind === "unknown")
    return unknown(id, { reason: input.space.why, evidence: input.space.evidence });
  if (settings.collector.kind === "unknown")
    return unknown(id, { reason: settings.collector.why, evidence: settings.collector.path });
  if (memoryUse === null)
    return unknown(id, { reason: "/proc/meminfo cannot be read", evidence: "/proc/meminfo" });
  const need = expectedBytes(memoryUse, settings.collector.value);
  const { freeBytes } = input.space;
  const seen = {
    expected: `${formatBytes(need)} free: what a dump of ${levelText(settings.collector.value)} keeps of the memory in use now, before compression`,
    actual: `${formatBytes(freeBytes)} free`,
    evidence: input.space.evidence,
  };
  if (freeBytes >= need) return pass(id, seen);
  return fail(id, {
    ...seen,
    fix: `make room there, keep fewer dumps, or name another directory in ${settings.directory.path}`,
  });
}

function levelText({ level }: Collector): string {
  return level === null ? "no filter" : `level ${level}`;
}

function level({ more }: AuditInput): Check {
  const id = "dump.level";
  const { collector } = more.settings;
  if (collector.kind === "unknown")
    return unknown(id, { reason: collector.why, evidence: collector.path, fix: AS_ROOT });
  const { level: bits, compressed, command } = collector.value;
  const seen = { actual: command, evidence: collector.path, place: placeOf(collector) };
  const wrong = [
    ...(bits === 31 ? [] : [bits === null ? "nothing is filtered" : `level ${bits}`]),
    ...(compressed ? [] : ["nothing is compressed"]),
  ];
  if (wrong.length === 0) return pass(id, seen);
  return fail(id, {
    ...seen,
    actual: `${command}: ${wrong.join(", ")}`,
    fix: `let makedumpfile run with -d 31 and -c or -l, in ${collector.path}`,
  });
}

/** A dump holds keys and passwords. On some releases the files in it can be read by all: the directory has to keep them out. */
function privacy(input: AuditInput): Check {
  const id = "dump.privacy";
  const { directory, settings } = input.more;
  const evidence = directory?.path ?? settings.directory.path;
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

function failure({ more }: AuditInput): Check {
  const id = "dump.failure";
  const { failAction } = more.settings;
  if (failAction.kind === "unknown")
    return unknown(id, { reason: failAction.why, evidence: failAction.path, fix: AS_ROOT });
  const seen = { actual: failAction.value, evidence: failAction.path, place: placeOf(failAction) };
  if (failAction.value === "reboot") return pass(id, seen);
  const what = {
    shell: "a shell waits for somebody",
    halt: "the machine stays down",
    poweroff: "the machine stays off",
    other: "what it does is not known",
  };
  return fail(id, {
    ...seen,
    actual: `${failAction.value}: ${what[failAction.value]}`,
    fix: `let it reboot, in ${failAction.path}`,
  });
}

function last(input: AuditInput): Check {
  const id = "dump.last";
  const { lastDump, directory, settings } = input.more;
  const evidence = directory?.path ?? settings.directory.path;
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
