/** Rules of published baselines that forbid kdump: data of policies/baselines.json, so that a result can name them. */
import type { OsFacts } from "../types.js";
import { type CheckId, isCheckId } from "./catalogue.js";

export interface BaselineRule {
  /** as the baseline writes it: UBTU-22-213015 */
  readonly id: string;
  readonly checks: readonly CheckId[];
}

interface Written {
  readonly rules: readonly {
    readonly id: string;
    readonly ids: readonly string[];
    readonly versions: readonly string[];
    readonly checks: readonly string[];
    readonly source: string;
  }[];
}

/** The rules for that system. `text`: our own file, whose form a test holds. */
export function baselineRules(text: string, os: OsFacts): readonly BaselineRule[] {
  const { rules }: Written = JSON.parse(text);
  const fits = (version: string) => os.versionId === version || os.versionId.startsWith(`${version}.`);
  return rules
    .filter(({ ids, versions }) => ids.includes(os.id) && versions.some(fits))
    .map(({ id, checks }) => ({ id, checks: checks.filter(isCheckId) }));
}
