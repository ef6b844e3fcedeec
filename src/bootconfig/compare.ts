import type { ByteText } from "../types.js";
import { type Changes, changesBetween, example, lineOf } from "./changed-lines.js";
import {
  type BootImages,
  checkAlone,
  compareEntry,
  isRealInitrd,
  type Known,
  rootLine,
} from "./compare-entry.js";
import { compareDefault } from "./default-entry.js";
import { type Finding, Findings, shown } from "./finding.js";
import { type GrubMenu, type MenuEntry, readGrubCfg, settingOf } from "./grub-cfg.js";
import type { Statement } from "./grub-script.js";
import { compareArgs } from "./kernel-args.js";
import { baseName } from "./kernel-line.js";
import { matchEntries } from "./match-entries.js";

export type { BootImages } from "./compare-entry.js";
export type { Finding } from "./finding.js";

/**
 * May `after` take the place of `before`? Only crashkernel words may differ; [] says that nothing else does.
 * problem: the machine may not boot, or boot something else. warning: harmless, shown before the question.
 * `before` null (or blank): only what can be said of `after` alone.
 */
export function compareGrubCfg(
  before: ByteText | null,
  after: ByteText,
  context: BootImages,
): readonly Finding[] {
  const findings = new Findings();
  const now = readGrubCfg(after);
  const old = before === null || before.trim() === "" ? null : readGrubCfg(before);
  const known: Known = {
    kernels: new Set(context.kernelImages),
    initrds: new Set(context.initrdImages),
    before: new Set((old?.entries ?? []).flatMap((e) => e.kernels.map((k) => baseName(k.path)))),
  };
  wholeness(findings, now, after, old === null ? null : before);
  if (now.entries.length === 0 && !now.usesBls && (old === null || old.entries.length > 0)) {
    findings.add("problem", "no-entry", null, "The new menu has no entry at all.");
  }
  for (const entry of now.entries) checkAlone(findings, entry, known);
  if (old !== null) compareMenus(findings, old, now, known);
  return findings.list();
}

function wholeness(findings: Findings, menu: GrubMenu, after: ByteText, before: ByteText | null): void {
  const fault = menu.faults[0];
  if (fault !== undefined) {
    const more = menu.faults.length > 1 ? ` (and ${menu.faults.length - 1} more such places)` : "";
    const text = `The new configuration is cut off or broken at line ${fault.line}: ${shown(fault.text)}${more}.`;
    findings.add("problem", "truncated", fault.line, text);
  } else if (after.includes("\0")) {
    // what a file system may put in the place of bytes that never reached the disk
    findings.add(
      "problem",
      "truncated",
      null,
      "The new configuration is damaged: there are zero bytes in it.",
    );
  } else if (!after.endsWith("\n") && (before === null || before.endsWith("\n"))) {
    findings.add("problem", "truncated", null, "The new configuration is cut off: its last line has no end.");
  }
}

function compareMenus(findings: Findings, old: GrubMenu, now: GrubMenu, known: Known): void {
  const matches = matchEntries(old, now);
  for (const entry of matches.lost) lost(findings, entry, known);
  for (const entry of matches.added) {
    const boots = entry.kernel === null ? "" : `, with ${shown(entry.kernel.path)}`;
    findings.of(entry.title, "warning", "entry-new", entry.line, `is new in the menu${boots}.`);
  }
  newWithoutInitrd(findings, old, matches.added);
  const sections = new SectionLines();
  for (const pair of matches.pairs) {
    const [was, is] = compareEntry(findings, pair, known);
    sections.add(pair.after.section, pair.after.line, changesBetween(was, is));
  }
  compareDefault(findings, old, now, matches);
  compareHandOn(findings, old, now);
  compareTimeouts(findings, old, now);
  comparePassword(findings, old, now);
  compareOutside(findings, old, now, sections);
  sections.tell(findings);
}

/** A kernel's package puts the image in place first and makes the initrd then: its menu entry may come too early. */
function newWithoutInitrd(findings: Findings, old: GrubMenu, added: readonly MenuEntry[]): void {
  const needsOne = old.entries.some((e) => e.kind === "normal" && e.initrds.some(isRealInitrd));
  if (!needsOne) return;
  for (const entry of added) {
    if (entry.kind === "foreign" || entry.kernel === null || entry.initrds.some(isRealInitrd)) continue;
    const text = "is new and has no initrd, as the others have: a kernel may be being installed just now.";
    findings.of(entry.title, "problem", "initrd-missing", entry.line, text);
  }
}

function lost(findings: Findings, entry: MenuEntry, known: Known): void {
  const image = entry.kernel === null ? null : baseName(entry.kernel.path);
  if (entry.kind !== "foreign" && image !== null && !known.kernels.has(image)) {
    const text = `leaves the menu, as its kernel ${shown(image)} is no longer there.`;
    findings.of(entry.title, "warning", "entry-gone", null, text);
  } else {
    findings.of(entry.title, "problem", "entry-lost", null, "would be lost from the menu.");
  }
}

function compareHandOn(findings: Findings, old: GrubMenu, now: GrubMenu): void {
  if (old.usesBls !== now.usesBls) {
    const text = now.usesBls
      ? "The new menu comes from boot loader specification entries, the old one did not."
      : "The old menu came from boot loader specification entries, the new one does not.";
    findings.add("problem", "bls-changed", null, text);
  }
  if (old.configfile !== now.configfile) {
    const to = (menu: GrubMenu): string => (menu.configfile === null ? "nowhere" : shown(menu.configfile));
    const text = `The old file hands on to ${to(old)}, the new one to ${to(now)}.`;
    findings.add("problem", "configfile", null, text);
  }
}

function compareTimeouts(findings: Findings, old: GrubMenu, now: GrubMenu): void {
  const was = old.timeouts.map((s) => s.value);
  const is = now.timeouts.map((s) => s.value);
  const changes = changesBetween(was, is);
  if (changes.removed.length + changes.added.length === 0) return;
  const line = now.timeouts[0]?.line ?? null;
  // a negative timeout waits for a key for ever
  if (is.some((v) => v.startsWith("-")) && !was.some((v) => v.startsWith("-"))) {
    findings.add(
      "problem",
      "timeout-forever",
      line,
      "The menu would wait for a key for ever: the timeout becomes negative.",
    );
  } else {
    const show = (values: readonly string[]): string => shown([...new Set(values)].join(", ")) || "none";
    findings.add(
      "warning",
      "timeout",
      line,
      `The menu's timeout changes from ${show(was)} to ${show(is)} seconds.`,
    );
  }
}

function comparePassword(findings: Findings, old: GrubMenu, now: GrubMenu): void {
  const users = (menu: GrubMenu) => menu.settings.filter((s) => s.name === "superusers" && s.value !== "");
  const locked = now.entries.find((e) => e.kind === "normal" && !e.options.includes("--unrestricted"));
  if (users(old).length > 0 || users(now).length === 0 || locked === undefined) return;
  const text = `A password for the menu is new, and "${shown(locked.title)}" would ask for it before it boots.`;
  findings.add("problem", "password", users(now)[0]?.line ?? null, text);
}

/** Changed lines of no consequence, one finding a section: which, how many, and an example. */
class SectionLines {
  readonly #of = new Map<string | null, { count: number; line: number | null; example: string }>();

  add(section: string | null, line: number | null, changes: Changes): void {
    const count = changes.removed.length + changes.added.length;
    if (count === 0) return;
    const known = this.#of.get(section);
    if (known === undefined) this.#of.set(section, { count, line, example: example(changes) });
    else known.count += count;
  }

  tell(findings: Findings): void {
    for (const [section, { count, line, example: shownExample }] of this.#of) {
      const where = section === null ? "Outside of any section" : `In the section ${shown(section)}`;
      const lines = count === 1 ? "1 other line changes" : `${count} other lines change`;
      findings.add("warning", "lines-changed", line, `${where} ${lines}, for example ${shownExample}.`);
    }
  }
}

/** Everything that stands in no menu entry and was not told otherwise. */
function compareOutside(findings: Findings, old: GrubMenu, now: GrubMenu, sections: SectionLines): void {
  const was = bySection(old);
  const is = bySection(now);
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const before = was.get(name) ?? [];
    const after = is.get(name) ?? [];
    // BLS entries take root device and arguments from here
    const leads = name === null || baseName(name).includes("linux");
    if (leads) {
      const search = changesBetween(before.flatMap(rootLine), after.flatMap(rootLine));
      if (search.removed.length + search.added.length > 0) {
        const text = `GRUB looks for its files elsewhere (${example(search)}).`;
        findings.add("problem", "search-changed", after[0]?.line ?? null, text);
      }
    }
    const options = (list: readonly Statement[]) => list.find((s) => settingOf(s)?.name === "kernelopts");
    const [oldOptions, newOptions] = [options(before), options(after)];
    if (oldOptions !== undefined && newOptions !== undefined) {
      const words = (s: Statement): string[] =>
        (settingOf(s)?.value ?? "").split(/\s+/).filter((w) => w !== "");
      compareArgs(findings, "kernelopts", newOptions.line, words(oldOptions), words(newOptions));
    }
    const skipOptions = oldOptions !== undefined && newOptions !== undefined;
    const rest = (list: readonly Statement[]): string[] =>
      list
        .filter((s) => !toldApart(s) && !(leads && rootLine(s).length > 0))
        .filter((s) => !(skipOptions && settingOf(s)?.name === "kernelopts"))
        .map(lineOf);
    sections.add(name, after[0]?.line ?? null, changesBetween(rest(before), rest(after)));
  }
  const present = new Set(now.sections);
  for (const name of old.sections) {
    if (!present.has(name)) {
      findings.add("warning", "section-gone", null, `The section ${shown(name)} is gone.`);
    }
  }
  const order = (menu: GrubMenu, other: GrubMenu): string => {
    const there = new Set(other.sections);
    return menu.sections.filter((name) => there.has(name)).join("\n");
  };
  if (order(old, now) !== order(now, old)) {
    findings.add("warning", "section-order", null, "The sections stand in another order.");
  }
}

/** default and timeout have findings of their own; a menuentry's head is compared with its entry */
const toldApart = (statement: Statement): boolean => {
  const name = settingOf(statement)?.name;
  return (
    name === "default" ||
    name === "timeout" ||
    (statement.kind === "open" && statement.words[0]?.text === "menuentry")
  );
};

function bySection(menu: GrubMenu): Map<string | null, Statement[]> {
  const map = new Map<string | null, Statement[]>();
  for (const statement of menu.outside) {
    const list = map.get(statement.section);
    if (list === undefined) map.set(statement.section, [statement]);
    else list.push(statement);
  }
  return map;
}
