import { CRASHKERNEL, isCrashkernel } from "./crashkernel-word.js";
import { type Finding, Findings, shown, shownWords } from "./finding.js";
import type { GrubMenu, KernelLine, MenuEntry } from "./grub-cfg.js";
import { baseName } from "./kernel-line.js";

export type { Finding } from "./finding.js";

/**
 * The kind of request a word makes, by the end of what the kernel reads: up to the next space.
 * Plain, high, low and cma requests are searched apart, and of each the last counts (kernel/crash_reserve.c
 * get_last_crashkernel, 6.17; kernel/crash_core.c before).
 */
const classOf = (word: string): string => {
  const at = word.lastIndexOf(CRASHKERNEL);
  const token = word.slice(at).split(" ", 1)[0] ?? "";
  return /,(?:high|low|cma)$/.exec(token)?.[0] ?? "";
};

const quoted = (words: readonly string[]): string =>
  words.length === 0 ? "no crashkernel=" : shownWords(words);

/**
 * Does every normal boot entry carry exactly `words` (e.g. ["crashkernel=256M"]; [] for none at all), in that
 * order, as its crashkernel words, and would the kernel take nothing else? Entries nobody makes from the
 * distribution's variables, and Xen's, are told as warnings.
 */
export function checkEntries(menu: GrubMenu, words: readonly string[]): Finding[] {
  const findings = new Findings();
  const natives = menu.entries.filter((e) => e.kind === "normal" && e.kernels.some((k) => !k.xen));
  if (natives.length === 0) {
    const why = menu.usesBls
      ? "the menu comes from boot loader specification entries, which this file does not hold"
      : menu.configfile !== null
        ? `this file only hands on to ${shown(menu.configfile)}`
        : "none was found";
    findings.add("problem", "no-entry", null, `No normal boot entry could be checked: ${why}.`);
  }
  const unclear = new Map<string, number>();
  for (const setting of menu.settings) {
    if (setting.value.includes(CRASHKERNEL)) unclear.set(setting.name, setting.line);
  }
  for (const entry of menu.entries) {
    for (const kernel of entry.kernels) checkKernel(findings, entry, kernel, words, unclear);
    checkHypervisor(findings, entry, words);
  }
  for (const kernel of menu.loose) {
    if (same(kernel.args.filter(isCrashkernel), words)) continue;
    const text = `Line ${kernel.line} loads a kernel outside of any menu entry, with ${quoted(kernel.args.filter(isCrashkernel))}.`;
    findings.add("warning", "loose-kernel", kernel.line, text);
  }
  return findings.list();
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((word, i) => word === b[i]);

function checkKernel(
  findings: Findings,
  entry: MenuEntry,
  kernel: KernelLine,
  words: readonly string[],
  unclear: ReadonlyMap<string, number>,
): void {
  const mine = kernel.args.filter(isCrashkernel);
  // recovery entries get one variable less than the normal ones: there none is right too
  const right = same(mine, words) || (entry.kind === "recovery" && mine.length === 0);
  if (kernel.xen) {
    // "Ignoring crashkernel for a Xen PV domain" (arch/x86/kernel/setup.c, 4.19)
    if (!right) {
      const text = `carries ${quoted(mine)}, not ${quoted(words)}; Linux ignores it when Xen starts it.`;
      findings.of(entry.title, "warning", "xen-module", kernel.line, text);
    }
    return;
  }
  if (entry.kind === "foreign") {
    if (/^memtest/.test(baseName(kernel.path))) return;
    if (!right) {
      const text = `carries ${quoted(mine)}, not ${quoted(words)}; the distribution's GRUB variables do not make this entry.`;
      findings.of(entry.title, "warning", "foreign-entry", kernel.line, text);
    }
    return;
  }
  if (!right) {
    const text = `carries ${quoted(mine)} instead of ${quoted(words)}.`;
    findings.of(entry.title, "problem", "reservation", kernel.line, text);
  }
  lookalikes(findings, entry, kernel, words);
  tooLong(findings, entry, kernel, words);
  for (const name of kernel.variables) {
    const line = unclear.get(name);
    if (line === undefined) continue;
    const text = `takes arguments from the variable ${shown(name)}, which holds a crashkernel= (line ${line}).`;
    findings.of(entry.title, "problem", "variable", kernel.line, text);
  }
}

/** The kernel searches for the bare text "crashkernel=", so `foo.crashkernel=` counts too when it stands last. */
function lookalikes(
  findings: Findings,
  entry: MenuEntry,
  kernel: KernelLine,
  words: readonly string[],
): void {
  const wanted = new Set(words);
  const lastOf = new Map<string, number>();
  kernel.args.forEach((arg, i) => {
    if (wanted.has(arg)) lastOf.set(classOf(arg), i);
  });
  kernel.args.forEach((arg, i) => {
    if (!arg.includes(CRASHKERNEL) || wanted.has(arg) || isCrashkernel(arg)) return;
    const kind = classOf(arg);
    const ours = lastOf.get(kind);
    // a plain request beats a high one wherever it stands; a high one counts only where there is no plain one
    const reserves = kind === "" || (kind === ",high" && !lastOf.has(""));
    const wins = ours === undefined ? reserves : i > ours;
    const id = wins ? "lookalike-wins" : "lookalike";
    const effect = wins
      ? "is not the parameter, but the kernel finds it and it wins."
      : "is not the parameter, though the kernel finds it; here it does not win.";
    findings.of(entry.title, wins ? "problem" : "warning", id, kernel.line, `${shown(arg)} ${effect}`);
  });
}

/**
 * Bytes of a command line that a kernel keeps: COMMAND_LINE_SIZE less the final zero (arch/x86, arm64, powerpc:
 * include/asm/setup.h, 2.6.31 to 6.17). GRUB puts "BOOT_IMAGE=" and the image's path first (loader/i386/linux.c, 2.06).
 */
const COMMAND_LINE_BYTES = 2047;

function tooLong(findings: Findings, entry: MenuEntry, kernel: KernelLine, words: readonly string[]): void {
  let end = "BOOT_IMAGE=".length + kernel.path.length;
  const cut = kernel.args.some((arg) => {
    end += 1 + arg.length;
    return end > COMMAND_LINE_BYTES && words.includes(arg);
  });
  if (!cut) return;
  const text = `has so many arguments that the kernel cuts crashkernel= off, after ${COMMAND_LINE_BYTES} bytes.`;
  findings.of(entry.title, "problem", "too-long", kernel.line, text);
}

function checkHypervisor(findings: Findings, entry: MenuEntry, words: readonly string[]): void {
  const line = entry.hypervisor;
  if (line === null || entry.kind !== "normal") return;
  const has = line.args.some(isCrashkernel);
  if (words.length > 0 && !has) {
    const text =
      "boots Xen, which reserves nothing: there crashkernel= belongs on the hypervisor's own line (GRUB_CMDLINE_XEN).";
    findings.of(entry.title, "warning", "xen-reservation", line.line, text);
  } else if (words.length === 0 && has) {
    const text = `boots Xen, which reserves memory by ${shownWords(line.args.filter(isCrashkernel))}.`;
    findings.of(entry.title, "warning", "xen-reservation", line.line, text);
  }
}
