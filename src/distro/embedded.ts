import texts from "virtual:distros";
import { loadProfiles } from "./load.js";
import type { Profile } from "./profile.js";

let loaded: readonly Profile[] | null = null;

/** The profiles of this package. Throws ProfileError. */
export function embeddedProfiles(): readonly Profile[] {
  loaded ??= loadProfiles(texts);
  return loaded;
}
