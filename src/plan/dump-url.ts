import { writeSavePlace } from "../edit/save-url.js";
import { at, type Context, type DumpSettingsPlan, NO_SETTINGS, unclear } from "./dump-part.js";
import type { EffectiveTarget } from "./effective-dump-settings.js";
import type { Setting } from "./kdump.js";
import { refusal } from "./part.js";

/** Target and directory where one key holds both. */
export function savePlace(context: Context): DumpSettingsPlan {
  const { release, now, wishes } = context;
  if (wishes.target === null && wishes.directory === null) return NO_SETTINGS;
  if (now.targets.kind === "unknown") return unclear(now.targets);
  if (now.directory.kind === "unknown") return unclear(now.directory);
  const { key, builtIn } = release.directory;
  const standing = now.targets.value;
  const ways = standing.filter((one) => one.kind === "other" && one.key !== key);
  const [stands] = standing.filter((one) => !ways.includes(one));
  const target = wishes.target ?? stands ?? { kind: "local" };
  if (target.kind === "other" || (wishes.target === null && (ways.length > 0 || target.kind === "nfs"))) {
    const text = `${key} holds the target and the directory in one: give --target together with --core-dir`;
    return { ...NO_SETTINGS, reasons: [refusal("dump-settings", text)] };
  }
  const isPath = stands === undefined || stands.kind === "local" || stands.kind === "ssh";
  const otherwise = target.kind === "nfs" ? "/" : isPath ? now.directory.value : builtIn;
  const url = writeSavePlace(target, wishes.directory ?? otherwise);
  const settings: Setting[] = ways.flatMap((one) =>
    one.kind === "other" ? [{ ...at(release, one.key, null), why: `${one.key} counts no longer` }] : [],
  );
  if (url !== asItStands(stands, now.directory.value))
    settings.push({ ...at(release, key, url), why: `${key}: dumps are saved to ${url}` });
  return { ...NO_SETTINGS, settings };
}

/** null: as something that is never written here */
function asItStands(stands: EffectiveTarget | undefined, directory: string): string | null {
  if (stands?.kind === "other") return null;
  return writeSavePlace(stands ?? { kind: "local" }, directory);
}
