import type { DumpSettingsProfile } from "../distro/profile.js";
import type { DumpWishes, Facts, Reason } from "../types.js";
import type { Effective, EffectiveDumpSettings } from "./effective-dump-settings.js";
import type { Setting } from "./kdump.js";
import { refusal } from "./part.js";
import type { Place } from "./settings-file.js";

/** What one wish about the dump comes to. */
export interface DumpSettingsPlan {
  /** to be written with the other settings of the same file */
  readonly settings: readonly Setting[];
  readonly reasons: readonly Reason[];
  readonly warnings: readonly string[];
}

export const NO_SETTINGS: DumpSettingsPlan = { settings: [], reasons: [], warnings: [] };

export interface Context {
  readonly facts: Facts;
  readonly release: DumpSettingsProfile;
  readonly title: string;
  readonly now: EffectiveDumpSettings;
  readonly wishes: DumpWishes;
}

export function at(release: DumpSettingsProfile, key: string, value: string | null): Omit<Setting, "why"> {
  return { file: release.file, key, value };
}

/** Nothing where it is so already; a reason where what stands there cannot be told. */
export function changed<T>(now: Effective<T>, wish: T, setting: () => Setting): DumpSettingsPlan {
  if (now.kind === "unknown") return unclear(now);
  return now.value === wish ? NO_SETTINGS : { ...NO_SETTINGS, settings: [setting()] };
}

export function unclear({ place, why }: { readonly place: Place; readonly why: string }): DumpSettingsPlan {
  const where = place.line === 0 ? "" : `${place.path}:${place.line}: `;
  return {
    ...NO_SETTINGS,
    reasons: [refusal("dump-settings", `${where}what stands there cannot be told: ${why}`)],
  };
}
