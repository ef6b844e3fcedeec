import type { Profile } from "../distro/profile.js";
import type { Facts, Intent } from "../types.js";
import { at, type DumpSettingsPlan, NO_SETTINGS, unclear } from "./dump-part.js";
import { settingsFile } from "./settings-file.js";

/** What has to stand in the settings so that the vendor's own updater leaves what we set as it is. */
export function planUpdater(facts: Facts, profile: Profile, intent: Intent): DumpSettingsPlan {
  const { updater, settings } = profile.kdump;
  if (updater === null || !facts.kdump.updater || intent.kind === "settings") return NO_SETTINGS;
  const recommended = `crashkernel=${profile.crashkernel.recommended[facts.arch] ?? ""}`;
  if (intent.kind === "reserve" && updater.putsRecommended && intent.words.join(" ") === recommended)
    return NO_SETTINGS;
  const wish = intent.kind === "disable" ? (updater.off ?? updater.keep) : updater.keep;
  const value = wish.value.replace("{words}", () => intent.words.join(" "));
  const now = settingsFile(facts, profile)(wish.key);
  if (now.kind === "unknown") return unclear(now);
  if (now.kind === "known" && now.text === value) return NO_SETTINGS;
  const why =
    intent.kind === "disable"
      ? `${updater.by} puts no crashkernel= back`
      : `${updater.by} keeps this value, and puts none of its own in its place`;
  return { ...NO_SETTINGS, settings: [{ ...at(settings, wish.key, value), why: `${wish.key}: ${why}` }] };
}
