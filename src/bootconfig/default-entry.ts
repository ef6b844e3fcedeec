import { changesBetween } from "./changed-lines.js";
import { type Findings, shown, shownWords } from "./finding.js";
import type { GrubMenu, MenuPlace } from "./grub-cfg.js";
import { settingOf } from "./grub-cfg.js";
import type { Matches } from "./match-entries.js";
import { placeOf } from "./menu-place.js";

/** Would another entry boot when nobody touches a key? */
export function compareDefault(findings: Findings, old: GrubMenu, now: GrubMenu, matches: Matches): void {
  const line = now.defaults[now.defaults.length - 1]?.line ?? null;
  const values = changesBetween(
    old.defaults.map((s) => s.value),
    now.defaults.map((s) => s.value),
  );
  if (values.removed.length + values.added.length > 0) {
    const words = [...values.removed.map((v) => `-"${v}"`), ...values.added.map((v) => `+"${v}"`)];
    findings.add("problem", "default-changed", line, `The menu's default changes (${shownWords(words)}).`);
    return;
  }
  const saved = changesBetween(savedHandling(old), savedHandling(now));
  if (saved.removed.length + saved.added.length > 0) {
    const words = [...saved.removed.map((v) => `-${v}`), ...saved.added.map((v) => `+${v}`)];
    findings.add(
      "problem",
      "default-saved",
      null,
      `A saved default is handled otherwise (${shownWords(words)}).`,
    );
  }
  const value = [...now.defaults].reverse().find((s) => !s.value.includes("$"))?.value;
  if (value === undefined || now.defaults[now.defaults.length - 1]?.value.includes("$") === true) return;
  const was = placeOf(old, value);
  const is = placeOf(now, value);
  if (was === null) return;
  if (is === null) {
    const text = `The default "${shown(value)}" was "${shown(was.title)}" and names nothing in the new menu.`;
    findings.add("problem", "default-changed", line, text);
    return;
  }
  if (samePlace(was, is, matches)) return;
  // the first entry of a menu sorted by version: a kernel that was not yet in comes first
  const newest = is.entry !== null && was.entry !== null && !matches.origin.has(is.entry);
  const natural = newest && is.entry?.kind === "normal" && was.entry?.kind === "normal" && value === "0";
  const text = `The default "${shown(value)}" was "${shown(was.title)}" and becomes "${shown(is.title)}".`;
  findings.add(natural ? "warning" : "problem", "default-changed", is.entry?.line ?? line, text);
}

function samePlace(was: MenuPlace, is: MenuPlace, matches: Matches): boolean {
  if (is.entry !== null) return was.entry !== null && matches.origin.get(is.entry) === was.entry;
  return was.entry === null && (was.id === null ? was.title === is.title : was.id === is.id);
}

/** grubenv's part in the choice: what is taken from it and put into it */
function savedHandling(menu: GrubMenu): string[] {
  return menu.outside.flatMap((statement) => {
    const setting = settingOf(statement);
    if (setting !== null) {
      const counts = /^(?:saved_entry|prev_saved_entry|next_entry|fallback)$/.test(setting.name);
      return counts ? [`${setting.name}=${setting.value}`] : [];
    }
    return statement.kind === "command" && statement.words[0]?.text === "load_env" ? ["load_env"] : [];
  });
}
