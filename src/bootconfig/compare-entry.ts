import { changesBetween, lineOf } from "./changed-lines.js";
import { type Findings, shown, shownWords } from "./finding.js";
import type { KernelLine, MenuEntry } from "./grub-cfg.js";
import { settingOf } from "./grub-cfg.js";
import type { Statement } from "./grub-script.js";
import { compareArgs, hasEmptyRoot } from "./kernel-args.js";
import { baseName, isBootLine } from "./kernel-line.js";
import type { EntryPair } from "./match-entries.js";

/** File names present in the target's /boot. */
export interface BootImages {
  readonly kernelImages: readonly string[];
  readonly initrdImages: readonly string[];
}

/** Images and what the old menu knew, made once for a comparison. */
export interface Known {
  readonly kernels: ReadonlySet<string>;
  readonly initrds: ReadonlySet<string>;
  /** kernel images the old menu had */
  readonly before: ReadonlySet<string>;
}

/** a path GRUB only knows when it boots, or one inside a file system snapshot: nothing to look up in /boot */
const unknowable = (path: string): boolean => path.includes("$") || /[^/]@[^/]+\//.test(path);

/** microcode stands before the real initrd, and is none */
export const isRealInitrd = (path: string): boolean => !/ucode|microcode|early/.test(baseName(path));

/** The initrd that belongs to a kernel image, by the names grub-mkconfig's 10_linux looks for (GRUB 2.06, 2.12). */
function initrdFor(kernelPath: string, initrds: ReadonlySet<string>): string | null {
  const version = baseName(kernelPath).replace(/^[^-]*-/, "");
  const names = [
    `initrd.img-${version}`,
    `initrd-${version}.img`,
    `initrd-${version}.gz`,
    `initrd-${version}`,
    `initramfs-${version}.img`,
    `initramfs-${version}`,
    `initramfs-genkernel-${version}`,
  ];
  return names.find((name) => initrds.has(name)) ?? null;
}

/** What can be said of a new entry by itself: do its kernel and initrd exist, does it name a root? */
export function checkAlone(findings: Findings, entry: MenuEntry, known: Known): void {
  if (entry.kind === "foreign") return;
  for (const kernel of entry.kernels) {
    if (!unknowable(kernel.path) && !known.kernels.has(baseName(kernel.path))) {
      const text = `boots ${shown(kernel.path)}, which does not exist.`;
      findings.of(entry.title, "problem", "kernel-missing", kernel.line, text);
    }
    if (hasEmptyRoot(kernel.args)) {
      findings.of(entry.title, "problem", "empty-root", kernel.line, "has a root= that names no device.");
    }
  }
  const kernel = entry.kernel;
  if (kernel === null) return;
  const real = entry.initrds.filter(isRealInitrd);
  const own = unknowable(kernel.path) ? null : initrdFor(kernel.path, known.initrds);
  if (real.length === 0 && own !== null) {
    const text = `has no initrd, though ${shown(own)} exists.`;
    findings.of(entry.title, "problem", "initrd-missing", kernel.line, text);
  }
  for (const path of real) {
    const listed = /^(?:initrd|initramfs)[-.]/.test(baseName(path));
    if (known.initrds.size === 0 || !listed || unknowable(path) || known.initrds.has(baseName(path)))
      continue;
    const text = `loads ${shown(path)}, which does not exist.`;
    findings.of(entry.title, "problem", "initrd-missing", kernel.line, text);
  }
}

/** What differs between an entry and its successor, crashkernel words aside; the lines of no consequence come back. */
export function compareEntry(
  findings: Findings,
  pair: EntryPair,
  known: Known,
): readonly [string[], string[]] {
  const { before, after } = pair;
  const say = (severity: "problem" | "warning", id: string, text: string, line = after.line): void =>
    findings.of(after.title, severity, id, line, text);
  if (before.title !== after.title) say("warning", "entry-renamed", `was called "${shown(before.title)}".`);
  if (before.id !== after.id)
    say("warning", "entry-id", "has another id, by which a saved default may name it.");
  if (before.kernels.length !== after.kernels.length) {
    const text = `has ${after.kernels.length} kernel lines instead of ${before.kernels.length}.`;
    say("problem", "kernel-lines", text);
  }
  after.kernels.forEach((kernel, i) => {
    const old = before.kernels[i];
    if (old === undefined) return;
    compareKernel(findings, after, old, kernel, known);
    compareArgs(findings, after.title, kernel.line, old.args, kernel.args);
  });
  compareInitrds(pair, say);
  compareHypervisor(findings, pair);
  if (before.kind !== after.kind && before.kernels.length > 0 && after.kernels.length > 0) {
    say("problem", "entry-kind", `was a ${before.kind} entry and is now a ${after.kind} one.`);
  }

  const search = changesBetween(before.body.flatMap(rootLine), after.body.flatMap(rootLine));
  if (search.removed.length + search.added.length > 0) {
    const lines = [...search.removed.map((l) => `-${l}`), ...search.added.map((l) => `+${l}`)];
    const text = `GRUB looks for its files elsewhere (${shownWords(
      lines.map((l) => l.replaceAll("\0", " ")),
      4,
    )}).`;
    say("problem", "search-changed", text);
  }
  const saves = (e: MenuEntry): boolean =>
    e.body.some((s) => s.kind === "command" && s.words[0]?.text === "savedefault");
  if (saves(before) !== saves(after)) {
    const text = saves(after)
      ? "now becomes the default when it is booted."
      : "no longer becomes the default when it is booted.";
    say("problem", "default-saved", text);
  }
  compareOptions(pair, say);
  const was = before.body.flatMap(otherLine);
  const is = after.body.flatMap(otherLine);
  if (before.kernel?.path === after.kernel?.path) return [was, is];
  return [was.filter((line) => !isEcho(line)), is.filter((line) => !isEcho(line))];
}

type Say = (severity: "problem" | "warning", id: string, text: string, line?: number) => void;

function compareKernel(
  findings: Findings,
  entry: MenuEntry,
  old: KernelLine,
  now: KernelLine,
  known: Known,
): void {
  const was = baseName(old.path);
  const is = baseName(now.path);
  if (old.path !== now.path) {
    // an entry that names no version goes to the newest kernel: fine when that is new, or the old one is gone
    const natural = was !== is && (!known.kernels.has(was) || !known.before.has(is));
    const text = `boots ${shown(now.path)} instead of ${shown(old.path)}.`;
    findings.of(entry.title, natural ? "warning" : "problem", "kernel-changed", now.line, text);
  }
  if (old.command !== now.command) {
    const text = `loads its kernel with "${shown(now.command)}" instead of "${shown(old.command)}".`;
    findings.of(entry.title, "warning", "kernel-command", now.line, text);
  }
}

function compareInitrds({ before, after }: EntryPair, say: Say): void {
  const old = before.initrds.filter(isRealInitrd);
  const now = after.initrds.filter(isRealInitrd);
  if (old.length > 0 && now.length === 0) {
    say("problem", "initrd-missing", `loses its initrd ${shownWords(old, 3)}.`);
    return;
  }
  // with another kernel comes another initrd
  if (before.kernel?.path !== after.kernel?.path) return;
  const changes = changesBetween(before.initrds, after.initrds);
  const words = [...changes.removed.map((p) => `-${p}`), ...changes.added.map((p) => `+${p}`)];
  if (words.length > 0)
    say("warning", "initrd-changed", `loads other initial ramdisks (${shownWords(words)}).`);
}

function compareHypervisor(findings: Findings, { before, after }: EntryPair): void {
  if (before.hypervisor === null && after.hypervisor === null) return;
  if (before.hypervisor === null || after.hypervisor === null) {
    const text = after.hypervisor === null ? "no longer starts Xen." : "now starts Xen.";
    findings.of(after.title, "problem", "hypervisor", after.line, text);
    return;
  }
  if (before.hypervisor.path !== after.hypervisor.path) {
    const text = `starts ${shown(after.hypervisor.path)} instead of ${shown(before.hypervisor.path)}.`;
    findings.of(after.title, "warning", "hypervisor", after.hypervisor.line, text);
  }
  compareArgs(findings, after.title, after.hypervisor.line, before.hypervisor.args, after.hypervisor.args);
}

/** With `superusers` set, an entry asks for a password unless it is --unrestricted: nobody is there to type it. */
function compareOptions({ before, after }: EntryPair, say: Say): void {
  const changes = changesBetween(before.options, after.options);
  if (changes.removed.length + changes.added.length === 0) return;
  const locks =
    changes.removed.includes("--unrestricted") ||
    changes.added.some((option) => option.startsWith("--users"));
  const words = [...changes.removed.map((o) => `-${o}`), ...changes.added.map((o) => `+${o}`)];
  if (locks) say("problem", "password", `may ask for a password before it boots (${shownWords(words)}).`);
  else say("warning", "entry-options", `menu options change (${shownWords(words)}).`);
}

/** A statement that decides where GRUB looks for kernel and initrd; hints only make a search faster. */
export function rootLine(statement: Statement): string[] {
  if (statement.kind !== "command") return [];
  const name = statement.words[0]?.text ?? "";
  const setting = settingOf(statement);
  if (setting !== null) {
    return /^(?:root|prefix|boot|cmdpath)$/.test(setting.name)
      ? [`set\0${setting.name}=${setting.value}`]
      : [];
  }
  if (!/^(?:search|search\..*|cryptomount|loopback|configfile|source)$/.test(name)) return [];
  return [
    statement.words
      .map((w) => w.text)
      .filter((text) => !text.startsWith("--hint"))
      .join("\0"),
  ];
}

const otherLine = (statement: Statement): string[] =>
  statement.kind === "comment" || isBootLine(statement) || rootLine(statement).length > 0
    ? []
    : [lineOf(statement)];

/** "Loading Linux 6.1 ...": says again which kernel it is */
const isEcho = (line: string): boolean => line.startsWith("echo\0");
