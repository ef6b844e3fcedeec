import { dumpLevelOf, withDumpLevel, withFlattened } from "../edit/makedumpfile-args.js";
import { describeLevel } from "./dump-choices.js";
import { at, type Context, changed, type DumpSettingsPlan, NO_SETTINGS, unclear } from "./dump-part.js";
import { isMakedumpfile, keyOf } from "./effective-dump-settings.js";
import { objection, refusal } from "./part.js";

/**
 * How makedumpfile is called: the level is one word there, and a dump that goes through a pipe needs -F on releases
 * that do not add it themselves. Their own command, where none is set, they call as the target needs it.
 */
export function collector(context: Context): DumpSettingsPlan {
  const { facts, release, now, wishes } = context;
  const { key, flattenFor } = release.collector;
  const { level } = wishes;
  if (level === null && (wishes.target === null || flattenFor.length === 0)) return NO_SETTINGS;
  if (now.collector.kind === "unknown") return unclear(now.collector);
  if (release.collector.level)
    return level === null
      ? NO_SETTINGS
      : changed(now.level, level, () => ({
          ...at(release, key, String(level)),
          why: `${key}: dump level ${level} ${describeLevel(level)}`,
        }));
  const { value: stands, place } = now.collector;
  const piped = [...new Set(targetKeys(context))].filter((one) => flattenFor.includes(one));
  if (!isMakedumpfile(stands, release)) return otherProgram(context, stands, piped.length > 0);

  const leveled = level === null || isLevel(stands, level) ? stands : withDumpLevel(stands, level);
  const own = place === null && leveled === stands;
  const moves = wishes.target !== null && flattenFor.length > 0;
  const value = own || (piped.length === 0 && !moves) ? leveled : withFlattened(leveled, piped.length > 0);
  if (value === stands) return NO_SETTINGS;
  const whys = [
    ...(leveled === stands || level === null ? [] : [`dump level ${level} ${describeLevel(level)}`]),
    ...(value === leveled
      ? []
      : [piped.length > 0 ? `-F, which ${piped.join(" ")} needs` : "no -F is needed"]),
  ];
  const guessed = place === null && facts.kdump.builtInCollector.source === "the profile" && !facts.image;
  return {
    ...NO_SETTINGS,
    settings: [{ ...at(release, key, value), why: `${key}: ${whys.join("; ")}` }],
    warnings: guessed
      ? [`what ${key} is when it is not set could not be read here; ${stands} is taken for it`]
      : [],
  };
}

/** The keys of the targets there will be. */
function targetKeys({ release, now, wishes }: Context): readonly string[] {
  const standing = now.targets.kind === "known" ? now.targets.value : [];
  const { target } = wishes;
  if (target === null) return standing.map((one) => keyOf(one, release));
  if (target.kind !== "local") return [keyOf(target, release)];
  return standing.filter((one) => one.kind === "other" && !one.network).map((one) => keyOf(one, release));
}

function otherProgram({ release, wishes }: Context, stands: string, piped: boolean): DumpSettingsPlan {
  const { key } = release.collector;
  if (wishes.level !== null) {
    const text = `${key} is ${stands}, which has no dump level: write makedumpfile there first`;
    return { ...NO_SETTINGS, reasons: [refusal("dump-settings", text)] };
  }
  if (!piped || /^(\S*\/)?scp(\s|$)/.test(stands)) return NO_SETTINGS;
  const text = `${key} is ${stands}, which cannot write to another host: write makedumpfile there`;
  return { ...NO_SETTINGS, reasons: [objection("dump-settings", text)] };
}

function isLevel(args: string, level: number): boolean {
  return dumpLevelOf(args)?.text === String(level);
}
