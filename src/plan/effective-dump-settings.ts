import type { DumpSettingsProfile, Profile } from "../distro/profile.js";
import { dumpLevelOf, isCompressed } from "../edit/makedumpfile-args.js";
import { readSavePlace } from "../edit/save-url.js";
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
  /** null: the release has no target that needs one */
  readonly keyFile: Effective<string | null>;
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
    directory: effective(
      get(settings.directory.key),
      (text) => (settings.url ? (readSavePlace(text)?.directory ?? text) : text),
      settings.directory.builtIn,
    ),
    targets: targetsOf(get, settings),
    keyFile:
      settings.ssh === null
        ? { kind: "known", value: null, place: null }
        : effective<string | null>(
            get(settings.ssh.keyFile),
            keyFileIn(settings),
            settings.ssh.builtInKeyFile,
          ),
    collector,
    level:
      collector.kind === "unknown" ? collector : { ...collector, value: levelOf(collector.value, settings) },
    compressed: compressedIn(get, collector, settings),
    failAction: effective(get(settings.failAction.key), actionIn(settings), settings.failAction.builtIn),
    keepDumps:
      settings.keepDumps === null
        ? { kind: "known", value: null, place: null }
        : effective(get(settings.keepDumps.key), settings.keepDumps.older ? newestAndOlder : countOf, null),
  };
}

/** The variable or option that names a target; "" where none does. */
export function keyOf(target: EffectiveTarget, settings: DumpSettingsProfile): string {
  if (target.kind === "other") return target.key;
  return target.kind === "local" ? "" : (settings[target.kind]?.key ?? "");
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

/** Where the settings file takes a list of keys, of paths below root's own directory of them, the first one is told. */
function keyFileIn({ url }: DumpSettingsProfile): (text: string) => string {
  return (text) => {
    const [first = text] = url ? text.trim().split(/\s+/) : [];
    return url && !first.startsWith("/") ? `/root/.ssh/${first}` : first;
  };
}

function levelOf(collector: string, settings: DumpSettingsProfile): number | null {
  if (settings.collector.level) return /^\s*\d{1,9}\s*$/.test(collector) ? Number(collector) : null;
  return isMakedumpfile(collector, settings) ? (dumpLevelOf(collector)?.level ?? null) : null;
}

function compressedIn(
  get: (key: string) => KeyValue,
  collector: Effective<string>,
  settings: DumpSettingsProfile,
): Effective<boolean> {
  if (collector.kind === "unknown") return collector;
  const { packedBy, level } = settings.collector;
  const own = !level && isMakedumpfile(collector.value, settings) && isCompressed(collector.value);
  if (own || packedBy === null) return { ...collector, value: own };
  const packs = (text: string) => packedBy.programs.includes(text);
  return effective(get(packedBy.key), packs, packedBy.builtIn !== null && packs(packedBy.builtIn));
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

/** The newest and so many older ones; 0 and what is no number keep all (kdump-save of kdump 2.1.9). */
function newestAndOlder(text: string): number | null {
  const older = /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : 0;
  return older === 0 ? null : Math.max(older, 0) + 1;
}

function targetsOf(
  get: (key: string) => KeyValue,
  settings: DumpSettingsProfile,
): Effective<readonly EffectiveTarget[]> {
  const { directory, ssh, nfs, otherTargets } = settings;
  const others = [
    ...otherTargets.network.map((key) => ({ key, network: true })),
    ...otherTargets.devices.map((key) => ({ key, network: false })),
  ];
  const found: EffectiveTarget[] = [];
  let place: Place | null = null;
  const look = (key: string, make: (where: string) => EffectiveTarget): KeyValue => {
    const value = get(key);
    if (value.kind !== "known") return value;
    const made = [...value.earlier, value]
      .map(({ text }) => make(text))
      .filter(({ kind }) => kind !== "local");
    if (made.length === 0) return value;
    found.push(...made);
    place ??= value.earlier[0]?.place ?? value.place;
    return value;
  };
  const named = settings.url
    ? [look(directory.key, (text) => inUrl(text, directory.key))]
    : [
        ...(ssh === null ? [] : [look(ssh.key, (where) => ({ kind: "ssh", where }))]),
        ...(nfs === null ? [] : [look(nfs.key, (where) => ({ kind: "nfs", where }))]),
      ];
  const values = [
    ...named,
    ...others.map(({ key, network }) => look(key, (where) => ({ kind: "other", key, where, network }))),
  ];
  const unclear = values.find((value) => value.kind === "unknown");
  if (unclear?.kind === "unknown") return unclear;
  return { kind: "known", value: found.length > 0 ? found : [{ kind: "local" }], place };
}

function inUrl(text: string, key: string): EffectiveTarget {
  const target = readSavePlace(text)?.target ?? { kind: "local" };
  if (target.kind !== "other") return target;
  return { kind: "other", key, where: target.where, network: true };
}
