/** Texts of distros/*.json → profiles, or ProfileError with the file and a JSON pointer. */

import { below, fail, isObject, type JsonObject, type Place } from "./decode.js";
import { profileForm } from "./form.js";
import type { Profile } from "./profile.js";
import { checkPointers, checkSources, mergeSources, NESTED } from "./sources.js";

/** What a profile that is `like` another has to say itself. */
const OWN_KEYS = ["id", "title", "match", "sources"] as const;

/** File name → text. Sorted by id. Throws ProfileError: a wrong profile is our own fault. */
export function loadProfiles(texts: Readonly<Record<string, string>>): readonly Profile[] {
  const raw = new Map(Object.entries(texts).map(([file, text]) => [file, parse(file, text)]));
  // those that others are like first: a mistake is told of the file it stands in
  const own = ([, value]: readonly [string, JsonObject]) => !Object.hasOwn(value, "like");
  const order = [...[...raw].filter(own), ...[...raw].filter((entry) => !own(entry))];
  const profiles = order.map(([file, value]) => loadOne(file, value, raw));
  checkDistinct(profiles);
  return profiles.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function parse(file: string, text: string): JsonObject {
  const at: Place = { file, pointer: "" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    fail(at, `is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return isObject(value) ? value : fail(at, "is not an object");
}

function loadOne(file: string, value: JsonObject, all: ReadonlyMap<string, JsonObject>): Profile {
  const at: Place = { file, pointer: "" };
  const whole = Object.hasOwn(value, "like") ? inherit(value, all, at) : value;
  const profile = profileForm.decode(whole, at);
  checkSources(whole, profile.sources, at);
  checkSense(profile, at);
  return profile;
}

/** One level: whole top-level keys, and the keys of boot and kdump one by one. */
function inherit(child: JsonObject, all: ReadonlyMap<string, JsonObject>, at: Place): JsonObject {
  const { like, ...own } = child;
  const here = below(at, "like");
  if (typeof like !== "string") fail(here, "is not the id of another profile");
  const parent = all.get(`${like}.json`);
  if (parent === undefined || parent === child) fail(here, `there is no other profile ${like}`);
  if (Object.hasOwn(parent, "like")) fail(here, `${like} itself is like another: one level only`);
  for (const key of OWN_KEYS) if (!Object.hasOwn(own, key)) fail(below(at, key), "is missing");
  const merged: Record<string, unknown> = { ...parent, ...own };
  for (const key of NESTED) {
    const [theirs, ours] = [parent[key], own[key]];
    if (isObject(theirs) && isObject(ours)) merged[key] = { ...theirs, ...ours };
  }
  const sources = own.sources;
  if (!isObject(sources)) fail(below(at, "sources"), "is not an object");
  checkPointers(own, sources, at);
  return { ...merged, sources: mergeSources(own, parent, at) };
}

/** What no form can say: keys that have to fit each other. */
function checkSense(profile: Profile, at: Place): void {
  const { boot, match } = profile;
  if (profile.id !== `${match.ids[0]}-${match.versions[0]}`)
    fail(below(at, "id"), `is not ${match.ids[0]}-${match.versions[0]}, the first id and release it matches`);
  if (at.file !== `${profile.id}.json`) fail(below(at, "id"), `stands in a file of another name, ${at.file}`);
  if (!boot.variables.includes(boot.appendTo))
    fail(below(below(at, "boot"), "appendTo"), "is none of /boot/variables");
  if (boot.scriptAdds !== null && !boot.variables.includes(boot.scriptAdds.before))
    fail(below(below(below(at, "boot"), "scriptAdds"), "before"), "is none of /boot/variables");
  const settings = below(below(at, "kdump"), "settings");
  if (!profile.kdump.files.includes(profile.kdump.settings.file))
    fail(below(settings, "file"), "is none of /kdump/files");
  const { builtIn, values } = profile.kdump.settings.failAction;
  if (values[builtIn] === null)
    fail(
      below(below(below(settings, "failAction"), "values"), builtIn),
      "is what is done when nothing is set, so it has to be known",
    );
}

/** No two profiles for one release: which of them is used would be chance. */
function checkDistinct(profiles: readonly Profile[]): void {
  const owner = new Map<string, string>();
  for (const profile of profiles)
    for (const id of profile.match.ids)
      for (const version of profile.match.versions) {
        const before = owner.get(`${id} ${version}`);
        if (before !== undefined)
          fail({ file: `${profile.id}.json`, pointer: "/match" }, `${before} matches ${id} ${version} too`);
        owner.set(`${id} ${version}`, profile.id);
      }
  for (const profile of profiles)
    for (const id of profile.match.rolling) {
      const other = profiles.find(
        ({ match }) => match !== profile.match && [...match.ids, ...match.rolling].includes(id),
      );
      if (other !== undefined)
        fail({ file: `${profile.id}.json`, pointer: "/match/rolling" }, `${other.id} matches ${id} too`);
    }
}
