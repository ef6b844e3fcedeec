import type { Profile } from "../distro/profile.js";
import type { Facts } from "../types.js";
import { effectiveDumpSettings } from "./effective-dump-settings.js";
import { settingsFile } from "./settings-file.js";

/** Where dumps are saved on this system, and who says so. */
export interface DumpDirectory {
  readonly path: string;
  readonly source: string;
  /** what is not certain about it: a setting that cannot be read, dumps that go elsewhere */
  readonly notes: readonly string[];
}

/** By the one reading that the set-up and the audit go by. Where it cannot be told it is the package's own directory. */
export function savedDumpsIn(facts: Facts, profile: Profile): DumpDirectory {
  const { dumps, settings } = profile.kdump;
  const { file } = settings;
  const { key, builtIn } = settings.directory;
  const { directory, targets } = effectiveDumpSettings(facts, profile);
  const otherwise = (why: string, notes: readonly string[]): DumpDirectory => ({
    path: builtIn,
    source: why === "" ? "the default" : `the default: ${why}`,
    notes,
  });
  if (directory.kind === "unknown" && directory.place.line === 0)
    return otherwise("", [`${directory.why}: whether dumps go elsewhere is not known`]);
  const get = settingsFile(facts, profile);
  const elsewhere = dumps.elsewhere.flatMap((name) => {
    const value = get(name);
    if (value.kind === "unset") return [];
    return value.kind === "known"
      ? [`${file} sends dumps to ${name} ${value.text}: what was saved there is not listed`]
      : [`${file}:${value.place.line}: what ${name} is cannot be told: ${value.why}`];
  });
  if (directory.kind === "unknown") {
    const why = `${file}:${directory.place.line}: what ${key} is cannot be told: ${directory.why}`;
    return otherwise("", [why, ...elsewhere]);
  }
  // one URL says both: a directory on another host is none to look into here
  const away =
    settings.url && targets.kind === "known" ? targets.value.find(({ kind }) => kind !== "local") : null;
  if (away != null && away.kind !== "local") {
    const there = away.kind === "other" ? away.where : `${away.kind} ${away.where}`;
    const note = `${file} sends dumps to ${there}: what was saved there is not listed`;
    return otherwise("", [note, ...elsewhere]);
  }
  const absent = facts.kdump.files.every((one) => one.path !== file || one.state.kind === "absent");
  if (directory.place === null)
    return otherwise(absent ? `there is no ${file}` : `${key} is not set in ${file}`, elsewhere);
  if (!directory.value.startsWith("/"))
    return otherwise("", [`${key} in ${file} is no absolute path: ${directory.value}`, ...elsewhere]);
  return { path: directory.value, source: `${key} in ${file}`, notes: elsewhere };
}
