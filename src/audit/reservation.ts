import { longestLine } from "../bootconfig/line-length.js";
import { formatBytes } from "../crashkernel/size.js";
import { type Validated, validate } from "../crashkernel/validate.js";
import type { Known } from "../facts/kexec-state.js";
import { CMDLINE_FILE as CMDLINE, SIZE_FILE as SIZE } from "../kernel-files.js";
import { shortage } from "../sizing/shortage.js";
import { type Check, type FilePlace, fail, pass, skipped, unknown } from "./check.js";
import { type AuditInput, ON_AN_IMAGE } from "./input.js";

const SET_UP = "kdump-setup --crashkernel auto --yes, then reboot";
const NO_KEXEC = "this kernel has no kexec: it is not built in";

/** What is reserved, what asked for it, and whether that is valid and large enough. */
export function reservationChecks(input: AuditInput): readonly Check[] {
  return [reserved(input), running(input), single(input), valid(input), size(input)];
}

function reserved({ facts, more }: AuditInput): Check {
  const id = "crashkernel.reserved";
  if (more.kexec === null) return skipped(id, { reason: ON_AN_IMAGE, evidence: SIZE });
  if (more.kexec.fadump !== null)
    return pass(id, { actual: "firmware-assisted dump is on", evidence: "/sys/kernel/fadump_enabled" });
  const { reserved: bytes } = more.kexec;
  if (bytes.kind === "hidden") return unknown(id, { reason: `${SIZE} cannot be read`, evidence: SIZE });
  if (bytes.kind === "known" && bytes.value > 0)
    return pass(id, { actual: formatBytes(bytes.value), evidence: SIZE });
  const asked = facts.cmdline?.includes("crashkernel=") === true;
  const fix = asked
    ? "look at the kernel's log (dmesg | grep -i crashkernel) and at kdump-setup explain: no place was found, or the value does not match this memory"
    : SET_UP;
  return fail(id, { actual: bytes.kind === "absent" ? NO_KEXEC : "0 bytes", evidence: SIZE, fix });
}

function running({ facts, words }: AuditInput): Check {
  const id = "crashkernel.running";
  if (facts.image) return skipped(id, { reason: ON_AN_IMAGE, evidence: CMDLINE });
  if (words.running === null) return unknown(id, { reason: `${CMDLINE} cannot be read`, evidence: CMDLINE });
  if (words.running.length > 0) return pass(id, { actual: words.running.join(" "), evidence: CMDLINE });
  const configured = words.configured.kind === "known" && words.configured.words.length > 0;
  return fail(id, {
    actual: "no crashkernel=",
    evidence: CMDLINE,
    fix: configured ? "reboot: it is configured already" : SET_UP,
  });
}

/** The last plain one counts, the others only mislead who reads them (get_last_crashkernel, kernel/crash_core.c). */
function single({ facts, words }: AuditInput): Check {
  const id = "crashkernel.single";
  if (facts.image) return skipped(id, { reason: ON_AN_IMAGE, evidence: CMDLINE });
  if (words.running === null) return unknown(id, { reason: `${CMDLINE} cannot be read`, evidence: CMDLINE });
  if (words.running.length === 0)
    return skipped(id, { reason: "there is none (crashkernel.running)", evidence: CMDLINE });
  const kinds = words.running.map((word) => /,(high|low|cma)$/.exec(word)?.[1] ?? "plain");
  const clear = new Set(kinds).size === kinds.length && !(kinds.includes("plain") && kinds.includes("high"));
  const seen = { actual: words.running.join(" "), evidence: CMDLINE };
  return clear
    ? pass(id, seen)
    : fail(id, { ...seen, fix: "kdump-setup --crashkernel VALUE --yes makes one of them, then reboot" });
}

interface Judged {
  readonly words: readonly string[];
  readonly place: FilePlace | null;
  readonly evidence: string;
}

/** What will boot next, where that is known, else what booted. */
function judgedWords({ words }: AuditInput): Judged | null {
  if (words.configured.kind === "known" && words.configured.words.length > 0) {
    const all = words.configured.words;
    const { path = "", line = 1 } = all.at(-1) ?? {};
    return { words: all.map(({ word }) => word), place: { path, line }, evidence: path };
  }
  if (words.running === null || words.running.length === 0) return null;
  return { words: words.running, place: null, evidence: CMDLINE };
}

function judge({ facts, target, words }: AuditInput, judged: Judged): Validated {
  const ramBytes = facts.memory === null ? null : BigInt(facts.memory.bytes);
  const longest = words.menu.kind === "known" ? longestLine(words.menu.menu, judged.words) : null;
  return validate(judged.words, {
    ramBytes,
    target,
    ...(longest === null ? {} : { cmdlineLength: longest }),
  });
}

function valid(input: AuditInput): Check {
  const id = "crashkernel.valid";
  const judged = judgedWords(input);
  if (judged === null) {
    const evidence = input.facts.grub.defaults.path;
    if (input.words.configured.kind === "unknown")
      return unknown(id, { reason: input.words.configured.why, evidence });
    return skipped(id, { reason: "there is none (boot.configured)", evidence });
  }
  const { findings, evaluated } = judge(input, judged);
  const against = findings.filter(({ severity }) => severity === "error" || severity === "objection");
  const { evidence, place } = judged;
  const actual = judged.words.join(" ");
  const [first] = against;
  if (first !== undefined)
    return fail(id, {
      actual: `${actual}: ${first.message}`,
      evidence,
      place,
      fix: "kdump-setup explain VALUE shows what is wrong; kdump-setup --crashkernel auto --yes sets one that fits",
    });
  if (evaluated === null) return unjudged(id, input, evidence);
  const bytes = evaluated.ok ? evaluated.reserved : 0n;
  return pass(id, { actual: `${actual}: ${formatBytes(bytes)}`, evidence, place });
}

/** The memory or the kernel is not known. */
function unjudged(
  id: "crashkernel.valid" | "crashkernel.size",
  { facts }: AuditInput,
  evidence: string,
): Check {
  const missing =
    facts.memory === null
      ? "the memory it will have is not known: give --ram"
      : "its kernel is not known: give --kernel";
  return facts.image
    ? skipped(id, { reason: `${ON_AN_IMAGE}, and ${missing}`, evidence })
    : unknown(id, { reason: missing, evidence });
}

function size(input: AuditInput): Check {
  const id = "crashkernel.size";
  const { more, sizing } = input;
  const judged = judgedWords(input);
  const here = bytesOf(more.kexec?.reserved);
  const evidence = more.kexec === null ? (judged?.evidence ?? input.facts.grub.defaults.path) : SIZE;
  let bytes = here;
  if (more.kexec === null && judged !== null) {
    const { evaluated } = judge(input, judged);
    if (evaluated === null) return unjudged(id, input, evidence);
    bytes = evaluated.ok ? Number(evaluated.reserved) : 0;
  }
  if (more.kexec?.reserved.kind === "hidden")
    return unknown(id, { reason: `${SIZE} cannot be read`, evidence });
  if (bytes === null || bytes === 0) return skipped(id, { reason: "nothing is reserved", evidence });
  const short = shortage(bytes, sizing);
  if (short === null) return pass(id, { actual: formatBytes(bytes), evidence });
  return fail(id, {
    actual: short.message,
    evidence,
    place: judged?.place ?? null,
    fix: "kdump-setup --crashkernel auto --yes, then reboot",
  });
}

function bytesOf(known: Known<number> | undefined): number | null {
  return known?.kind === "known" ? known.value : null;
}
