/** How far each profile was shown, told by what there is to show it on. */

import { existsSync } from "node:fs";
import type { Profile } from "../../src/distro/profile.js";
import { RELEASES } from "./releases.js";
import { DEBIANS } from "./roots.js";

export type Shown = "real" | "recorded" | "documents";

/** scripts/roots.sh makes a root of its own packages; or another one is dressed as it; or neither. */
export function shownHow({ id }: Pick<Profile, "id">): Shown {
  const root = id.replace(/[-.]/g, "");
  if (DEBIANS.some((name) => name === root)) return "real";
  return existsSync(`test/support/dress/${root}`) || RELEASES[id] !== undefined ? "recorded" : "documents";
}

/** README's table, a line a profile. */
export function shownTable(profiles: readonly Profile[]): string {
  const mark = (profile: Profile, how: Shown) => (shownHow(profile) === how ? " yes " : " ");
  const rows = profiles.map(
    (one) => `| ${one.title} |${mark(one, "real")}|${mark(one, "recorded")}|${mark(one, "documents")}|`,
  );
  return [
    "| release | run for real | with recorded facts | from documents only |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
