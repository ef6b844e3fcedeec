/** What comes out in the end: the kernel's answer beside what is written, and its share of the memory. */
import { asWritten } from "./check-words.js";
import type { Evaluated } from "./evaluate.js";
import type { Finding } from "./finding.js";
import { comparedMemory, type KernelTraits } from "./generation.js";
import type { ParsedWord } from "./layout.js";
import { formatBytes } from "./size.js";

/** The kernel's answer against the rules' and against the text. */
export function checkOutcome(
  evaluated: Evaluated,
  words: readonly ParsedWord[],
  ram: bigint,
  traits: KernelTraits | null,
  before: readonly Finding[],
  placed: boolean,
): Finding[] {
  const explained = before.some((finding) => finding.severity === "error");
  const error = (id: string, message: string, at: number | null): Finding[] => [
    { severity: "error", id, message, at },
  ];
  const decided = words.filter((word) => word.at <= (evaluated.token ?? -1)).pop()?.valueAt ?? null;
  if (!evaluated.ok) {
    if (explained) return [];
    const written = asWritten(words, ram);
    if (written !== null && written >= ram) return notBelow(written, ram, decided);
    const log = evaluated.error === null ? "says nothing" : `logs "${printable(evaluated.error)}"`;
    return error(
      "kernel-refuses",
      `the kernel ${log} and reserves nothing`,
      placed ? evaluated.stoppedAt : null,
    );
  }
  if (evaluated.reserved === 0n)
    return explained ? [] : error("reserves-nothing", "the kernel reserves nothing", decided);
  const findings: Finding[] = explained ? [] : [...checkShare(evaluated.reserved, ram, decided)];
  const written = asWritten(words, ram);
  if (written !== null && written !== evaluated.reserved) {
    const byRounding = asWritten(words, comparedMemory(ram, traits)) === evaluated.reserved;
    const message = `the kernel reserves ${formatBytes(evaluated.reserved)} where ${formatBytes(written)} are written`;
    findings.push(
      byRounding
        ? {
            severity: "note",
            id: "rounded",
            message: `${message} for ${formatBytes(ram)}: it rounds the memory up to the next multiple of 128 MiB before it compares`,
            at: decided,
          }
        : { severity: "error", id: "not-as-written", message, at: decided },
    );
  }
  return findings;
}

export function checkShare(size: bigint, ram: bigint, at: number | null): Finding[] {
  if (size >= ram) return notBelow(size, ram, at);
  if (size * 2n > ram)
    return [{ severity: "objection", id: "size-large", message: share(size, ram, "half"), at }];
  if (size * 4n > ram)
    return [{ severity: "warning", id: "size-large", message: share(size, ram, "a quarter"), at }];
  return [];
}

function notBelow(size: bigint, ram: bigint, at: number | null): Finding[] {
  const message = `${formatBytes(size)} are not less than the ${formatBytes(ram)} of this machine: nothing is reserved`;
  return [{ severity: "error", id: "size-not-below-memory", message, at }];
}

function share(size: bigint, ram: bigint, of: string): string {
  return `${formatBytes(size)} are more than ${of} of the ${formatBytes(ram)} of this machine`;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
