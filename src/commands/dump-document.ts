import type { Profile } from "../distro/profile.js";
import { type EffectiveTarget, effectiveDumpSettings, known } from "../plan/effective-dump-settings.js";
import type { DumpTarget, DumpWishes, Facts } from "../types.js";

/** JSON's `dump`: each setting as wished, else as it stands; null where it is not known, or the release has none. */
export function dumpDocument(
  facts: Facts,
  profile: Profile,
  wishes: DumpWishes,
): Readonly<Record<string, unknown>> {
  const now = effectiveDumpSettings(facts, profile);
  const fail = known(now.failAction);
  const targets = known(now.targets)?.map(written) ?? null;
  const target = wishes.target === null ? (targets?.join(" ") ?? null) : written(wishes.target);
  return {
    target,
    directory: wishes.directory ?? known(now.directory),
    level: wishes.level ?? known(now.level),
    keyFile: target?.startsWith("ssh:") === true ? (wishes.keyFile ?? known(now.keyFile)) : null,
    failAction: wishes.failAction ?? (typeof fail === "string" ? fail : (fail?.other ?? null)),
    keepDumps: wishes.keepDumps ?? known(now.keepDumps),
    panicOn: wishes.panicOn,
  };
}

/** As --target takes it; a key of the release's own as that key, a colon and its value. */
function written(target: DumpTarget | EffectiveTarget): string {
  if (target.kind === "local") return "local";
  return `${target.kind === "other" ? target.key : target.kind}:${target.where}`;
}
