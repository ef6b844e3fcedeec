/** Which profile fits the system looked at. */

import type { BaseFacts } from "../types.js";
import type { Profile } from "./profile.js";

export type Choice =
  | {
      readonly kind: "chosen";
      readonly profile: Profile;
      /** the profile was written for this very release */
      readonly exact: boolean;
      readonly warnings: readonly string[];
    }
  | { readonly kind: "refused"; readonly reason: string };

/** In what the system's disk differs from what a profile says; [] when it agrees. See facts/agrees.ts. */
export type DiskCheck = (profile: Profile) => readonly string[];

/**
 * The profile of this release; else, of the same family, the one of the nearest release, if `disk` finds nothing
 * against it. Without `disk` only a profile of this very release is chosen. `override` is the id `--distro` named: it
 * stands in for what os-release says, not for what is on disk.
 */
export function chooseProfile(
  profiles: readonly Profile[],
  base: Pick<BaseFacts, "os">,
  override?: string,
  disk?: DiskCheck,
): Choice {
  if (override !== undefined) return overridden(profiles, base, override, disk);
  const exact = profiles.find((profile) => matches(profile, base));
  if (exact !== undefined) return { kind: "chosen", profile: exact, exact: true, warnings: [] };
  const nearest = nearestRelative(profiles, base);
  if (nearest === null)
    return { kind: "refused", reason: `there is no profile for ${osName(base)}${known(profiles)}` };
  return ifDiskAgrees(nearest, disk, {
    warning: `there is no profile for ${osName(base)}: using ${nearest.id}, the nearest, because what is on disk agrees with it`,
    refusal: `there is no profile for ${osName(base)}, and the nearest, ${nearest.id}, does not fit`,
  });
}

function overridden(
  profiles: readonly Profile[],
  base: Pick<BaseFacts, "os">,
  id: string,
  disk: DiskCheck | undefined,
): Choice {
  const profile = profiles.find((one) => one.id === id);
  if (profile === undefined)
    return { kind: "refused", reason: `--distro ${id} is no profile${known(profiles)}` };
  if (matches(profile, base)) return { kind: "chosen", profile, exact: true, warnings: [] };
  return ifDiskAgrees(profile, disk, {
    warning: `using ${id} as --distro says, though this is ${osName(base)}`,
    refusal: `this is ${osName(base)}, and --distro ${id} does not fit it`,
  });
}

function ifDiskAgrees(
  profile: Profile,
  disk: DiskCheck | undefined,
  say: { readonly warning: string; readonly refusal: string },
): Choice {
  const against = disk === undefined ? ["its disk was not looked at"] : disk(profile);
  return against.length === 0
    ? { kind: "chosen", profile, exact: false, warnings: [say.warning] }
    : { kind: "refused", reason: `${say.refusal}: ${against.join("; ")}` };
}

/** VERSION_ID is text: "7" matches "7" and "7.9", never "70"; "22.04" matches "22.04" and "22.04.3". */
function matches(profile: Profile, { os }: Pick<BaseFacts, "os">): boolean {
  const { ids, versions, rolling } = profile.match;
  return (
    rolling.includes(os.id) ||
    (ids.includes(os.id) &&
      versions.some((version) => os.versionId === version || os.versionId.startsWith(`${version}.`)))
  );
}

/** Other releases of the same distribution first; else of the first family the system says it is like. */
function nearestRelative(profiles: readonly Profile[], { os }: Pick<BaseFacts, "os">): Profile | null {
  const circles = [
    profiles.filter((profile) => profile.match.ids.includes(os.id)),
    ...[os.id, ...os.idLike].map((id) => profiles.filter((profile) => profile.family.includes(id))),
  ];
  const circle = os.id === "" ? undefined : circles.find((one) => one.length > 0);
  return circle === undefined ? null : nearest(circle, os.versionId);
}

/** By distance of the releases; of two as far the older; without a number to go by the newest. */
function nearest(profiles: readonly Profile[], versionId: string): Profile | null {
  const wanted = ordinal(versionId) ?? Number.MAX_SAFE_INTEGER;
  const numbered = profiles.flatMap((profile) =>
    profile.match.versions.map((version) => ({ profile, version: ordinal(version) ?? 0 })),
  );
  numbered.sort(
    (a, b) => Math.abs(a.version - wanted) - Math.abs(b.version - wanted) || a.version - b.version,
  );
  return numbered[0]?.profile ?? null;
}

/** "22.04" → 22004: major times a thousand plus minor, so that 9.10 is after 9.9. Null when it is no number. */
function ordinal(version: string): number | null {
  const found = /^(\d{1,6})(?:\.(\d{1,3}))?(?:\.|$)/.exec(version);
  return found === null ? null : Number(found[1]) * 1000 + Number(found[2] ?? 0);
}

function osName({ os }: Pick<BaseFacts, "os">): string {
  if (os.id === "") return "a system that does not say what it is (no os-release)";
  const name = `${os.id} ${os.versionId}`.trim();
  return os.prettyName === "" ? name : `${os.prettyName} (${name})`;
}

function known(profiles: readonly Profile[]): string {
  return `; known are ${profiles.map((profile) => profile.id).join(", ")}`;
}
