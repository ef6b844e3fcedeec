import type { DumpSettingsProfile, Profile } from "../distro/profile.js";
import { dumpLevelOf, isCompressed } from "../edit/makedumpfile-args.js";
import type { DumpTarget, Facts, FailAction } from "../types.js";
import { type KeyValue, type Place, settingsFile } from "./settings-file.js";

/** A setting as it counts: `place` null means that the package's own value counts, no file says it. */
export type Effective<T> =
  | { readonly kind: "known"; readonly value: T; readonly place: Place | null }
  | { readonly kind: "unknown"; readonly key: string; readonly place: Place; readonly why: string };

/** null where it cannot be told. */
export function known<T>(setting: Effective<T>): T | null {
  return setting.kind === "known" ? setting.value : null;
}

/** A way the dump goes. */
export type EffectiveTarget =
  | DumpTarget
  /** another key of the release: FTP, or a device of its own */
  | { readonly kind: "other"; readonly key: string; readonly where: string; readonly network: boolean };

export interface EffectiveDumpSettings {
  readonly directory: Effective<string>;
  /** more than one where the file names several, or one key twice */
  readonly targets: Effective<readonly EffectiveTarget[]>;
  readonly keyFile: Effective<string>;
  /** how makedumpfile is called: its arguments, or the whole command */
  readonly collector: Effective<string>;
  /** null: no level stands there, or it is not makedumpfile that writes the dump */
  readonly level: Effective<number | null>;
  /** by makedumpfile, or by the program its output goes through */
  readonly compressed: Effective<boolean>;
  /** one of the four, or what stands there when it is none of them */
  readonly failAction: Effective<FailAction | { readonly other: string }>;
  /** null: all are kept, or the release has no such setting */
  readonly keepDumps: Effective<number | null>;
}

/** The dump's settings as this release will read them, with file and line. Pure: from facts and profile alone. */
export function effectiveDumpSettings(facts: Facts, profile: Profile): EffectiveDumpSettings {
  const { settings } = profile.kdump;
  const get = settingsFile(facts, profile);
  const collector = effective(
    get(settings.collector.key),
    (text) => text,
    facts.kdump.builtInCollector.value,
  );
  return {
    directory: effective(get(settings.directory.key), (text) => text, settings.directory.builtIn),
    targets: targetsOf(get, settings),
    keyFile: effective(get(settings.ssh.keyFile), (text) => text, settings.ssh.builtInKeyFile),
    collector,
    level:
      collector.kind === "unknown" ? collector : { ...collector, value: levelOf(collector.value, settings) },
    compressed: compressedIn(get, collector, settings),
    failAction: effective(get(settings.failAction.key), actionIn(settings), settings.failAction.builtIn),
    keepDumps:
      settings.keepDumps === null
        ? { kind: "known", value: null, place: null }
        : effective(get(settings.keepDumps.key), countOf, null),
  };
}

/** The variable or option that names a target; "" where none does. */
export function keyOf(target: EffectiveTarget, settings: DumpSettingsProfile): string {
  if (target.kind === "other") return target.key;
  return target.kind === "local" ? "" : settings[target.kind].key;
}

/** Is it makedumpfile that the file's command or arguments are for? */
export function isMakedumpfile(collector: string, settings: DumpSettingsProfile): boolean {
  return !settings.collector.command || /^(\S*\/)?makedumpfile(\s|$)/.test(collector);
}

function effective<T>(value: KeyValue, read: (text: string) => T, builtIn: T): Effective<T> {
  switch (value.kind) {
    case "known":
      return { kind: "known", value: read(value.text), place: value.place };
    case "unset":
      return { kind: "known", value: builtIn, place: null };
    case "unknown":
      return value;
    default:
      return value satisfies never;
  }
}

function levelOf(collector: string, settings: DumpSettingsProfile): number | null {
  return isMakedumpfile(collector, settings) ? (dumpLevelOf(collector)?.level ?? null) : null;
}

function compressedIn(
  get: (key: string) => KeyValue,
  collector: Effective<string>,
  settings: DumpSettingsProfile,
): Effective<boolean> {
  if (collector.kind === "unknown") return collector;
  const own = isMakedumpfile(collector.value, settings) && isCompressed(collector.value);
  const { packedBy } = settings.collector;
  if (own || packedBy === null) return { ...collector, value: own };
  return effective(get(packedBy.key), (text) => packedBy.programs.includes(text), false);
}

function actionIn(settings: DumpSettingsProfile): (text: string) => FailAction | { readonly other: string } {
  const known = Object.entries(settings.failAction.values);
  return (text) => {
    const bare = text.trim().replace(/\s+/g, " ");
    const found = known.find(([, written]) => written === bare)?.[0];
    return isAction(found) ? found : { other: text };
  };
}

function isAction(name: string | undefined): name is FailAction {
  return name === "reboot" || name === "halt" || name === "poweroff" || name === "shell";
}

/** What [ N -gt 0 ] takes for a number; anything else keeps all. */
function countOf(text: string): number | null {
  return /^\s*0*[1-9]\d{0,8}\s*$/.test(text) ? Number(text) : null;
}

function targetsOf(
  get: (key: string) => KeyValue,
  settings: DumpSettingsProfile,
): Effective<readonly EffectiveTarget[]> {
  const { ssh, nfs, otherTargets } = settings;
  const others = [
    ...otherTargets.network.map((key) => ({ key, network: true })),
    ...otherTargets.devices.map((key) => ({ key, network: false })),
  ];
  const found: EffectiveTarget[] = [];
  let place: Place | null = null;
  const look = (key: string, make: (where: string) => EffectiveTarget): KeyValue => {
    const value = get(key);
    if (value.kind !== "known") return value;
    found.push(...[...value.earlier, value].map(({ text }) => make(text)));
    place ??= value.earlier[0]?.place ?? value.place;
    return value;
  };
  const values = [
    look(ssh.key, (where) => ({ kind: "ssh", where })),
    look(nfs.key, (where) => ({ kind: "nfs", where })),
    ...others.map(({ key, network }) => look(key, (where) => ({ kind: "other", key, where, network }))),
  ];
  const unclear = values.find((value) => value.kind === "unknown");
  if (unclear?.kind === "unknown") return unclear;
  return { kind: "known", value: found.length > 0 ? found : [{ kind: "local" }], place };
}
