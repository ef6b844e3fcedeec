import type { DumpSettingsProfile, Profile } from "../distro/profile.js";
import type { DumpTarget, DumpWishes, Facts, Intent, Reason } from "../types.js";
import { FAIL_ACTIONS } from "./dump-choices.js";
import { collector } from "./dump-collector.js";
import { at, type Context, changed, type DumpSettingsPlan, NO_SETTINGS, unclear } from "./dump-part.js";
import { aboutRotation, doubtsAbout } from "./dump-target.js";
import { savePlace } from "./dump-url.js";
import {
  type EffectiveDumpSettings,
  type EffectiveTarget,
  effectiveDumpSettings,
  keyOf,
  known,
} from "./effective-dump-settings.js";
import type { Setting } from "./kdump.js";
import { refusal } from "./part.js";
import { packagesToInstall } from "./unit.js";

/** What has to be written so that the dump's settings are as wished. What is so already is left as it stands. */
export function planDumpSettings(facts: Facts, profile: Profile, intent: Intent): DumpSettingsPlan {
  if (intent.dump === null) return NO_SETTINGS;
  const { wishes } = intent.dump;
  const { settings: release } = profile.kdump;
  const inFile = Object.entries(wishes).some(([name, wish]) => name !== "panicOn" && wish !== null);
  const file = facts.kdump.files.find(({ path }) => path === release.file);
  if (inFile && file?.state.kind === "absent") {
    // planned anew when the package is there
    const comes = intent.kind === "reserve" && intent.install && intent.service;
    if (comes && packagesToInstall(facts).length > 0) return NO_SETTINGS;
    const text = `${release.file} is not there: without ${profile.kdump.packages[0]} there is nothing to set; --crashkernel auto installs it`;
    return { ...NO_SETTINGS, reasons: [refusal("dump-settings", text)] };
  }
  const now = effectiveDumpSettings(facts, profile);
  const context: Context = { facts, release, now, wishes, title: profile.title };
  const where = release.url ? [savePlace] : [directory, target];
  const parts = [...where, keyFile, collector, failAction, keepDumps].map((part) => part(context));
  const doubts = doubtsOf(facts, profile, now, intent.dump);
  return {
    settings: parts.flatMap((part) => part.settings),
    reasons: [...parts.flatMap((part) => part.reasons), ...doubts.reasons],
    warnings: [...parts.flatMap((part) => part.warnings), ...doubts.warnings],
  };
}

/** Where a dump will go once the wishes are fulfilled, by what is known of the files: what has to be looked at. */
export function destination(facts: Facts, profile: Profile, wishes: DumpWishes) {
  const now = effectiveDumpSettings(facts, profile);
  const standing = now.targets.kind === "known" ? now.targets.value : [];
  return {
    directory: wishes.directory ?? known(now.directory) ?? profile.kdump.settings.directory.builtIn,
    target: wishes.target ?? standing.find(isPlain) ?? ({ kind: "local" } as const),
    keyFile: wishes.keyFile ?? known(now.keyFile) ?? profile.kdump.settings.ssh?.builtInKeyFile ?? "",
  };
}

function isPlain(target: EffectiveTarget): target is DumpTarget {
  return target.kind !== "other";
}

function directory({ release, now, wishes }: Context): DumpSettingsPlan {
  const wish = wishes.directory;
  if (wish === null) return NO_SETTINGS;
  return changed(now.directory, wish, () => ({
    ...at(release, release.directory.key, wish),
    why: `${release.directory.key}: dumps are written to ${wish}`,
  }));
}

/** Exactly the one target: every other key that names one is emptied. */
function target(context: Context): DumpSettingsPlan {
  const { facts, release, now, wishes, title } = context;
  const wish = wishes.target;
  if (wish === null) return NO_SETTINGS;
  const way = wish.kind === "local" ? null : release[wish.kind];
  if (wish.kind !== "local" && way === null) {
    const ways = [
      "local",
      ...(release.nfs === null ? [] : ["nfs"]),
      ...(release.ssh === null ? [] : ["ssh"]),
    ];
    const text = `--target ${wish.kind} is not supported on ${title}; it can be ${ways.join(", ")}`;
    return { ...NO_SETTINGS, reasons: [refusal("dump-settings", text)] };
  }
  if (now.targets.kind === "unknown") return unclear(now.targets);
  const mount = mountArgument(facts, release);
  if (mount !== null) return { ...NO_SETTINGS, reasons: [refusal("dump-settings", mount)] };
  const others = now.targets.value.filter((one) => one.kind !== wish.kind && one.kind !== "local");
  const device = others.find((one) => one.kind === "other" && !one.network);
  const leaves = others.filter((one) => wish.kind !== "local" || one.kind !== "other" || one.network);
  const settings: Setting[] = [...new Set(leaves.map((one) => keyOf(one, release)))].map((key) => ({
    ...at(release, key, null),
    why: `${key} counts no longer: the dump goes ${said(wish)}`,
  }));
  // once: a second line of the same key has to go, whatever it names
  const same = now.targets.value.filter((one) => one.kind === wish.kind);
  const [only] = same.length === 1 ? same : [];
  const stands =
    only !== undefined && only.kind !== "local" && wish.kind !== "local" && only.where === wish.where;
  if (wish.kind !== "local" && way !== null && !stands)
    settings.push({
      ...at(release, way.key, wish.where),
      why: `${way.key}: the dump goes ${said(wish)}`,
    });
  const warnings =
    wish.kind === "local" && device?.kind === "other"
      ? [`the dump goes to ${device.where} (${device.key}), a device of this machine, and stays so`]
      : [];
  return { ...NO_SETTINGS, settings, warnings };
}

/** dracut_args --mount names a target as well, in words that are no option of kdump.conf. */
function mountArgument(facts: Facts, { file, form }: DumpSettingsProfile): string | null {
  const state = facts.kdump.files.find(({ path }) => path === file)?.state;
  if (form !== "kdump-conf" || state?.kind !== "file") return null;
  const line = state.text.split("\n").findIndex((text) => /^dracut_args\s.*--mount/.test(text));
  return line < 0
    ? null
    : `${file}:${line + 1}: dracut_args --mount names a dump target already: take it out first`;
}

function keyFile({ release, now, wishes }: Context): DumpSettingsPlan {
  const wish = wishes.keyFile;
  const { ssh } = release;
  // a target that the release does not have is refused with the target itself
  if (wish === null || (ssh === null && wishes.target?.kind === "ssh")) return NO_SETTINGS;
  const standing = now.targets.kind === "known" && now.targets.value.some((one) => one.kind === "ssh");
  if (ssh === null || (wishes.target?.kind !== "ssh" && (wishes.target !== null || !standing))) {
    const text =
      "the dump does not go to another host by SSH here: give --target ssh:USER@HOST with --ssh-key";
    return { ...NO_SETTINGS, reasons: [refusal("dump-settings", text)] };
  }
  return changed(now.keyFile, wish, () => ({
    ...at(release, ssh.keyFile, wish),
    why: `${ssh.keyFile}: the key that is used for it`,
  }));
}

function failAction({ release, now, wishes, title }: Context): DumpSettingsPlan {
  const wish = wishes.failAction;
  if (wish === null) return NO_SETTINGS;
  const written = release.failAction.values[wish];
  if (written === null) {
    const ways = Object.entries(release.failAction.values).filter(([, way]) => way !== null);
    const text = `--fail-action ${wish} is not supported on ${title}; it can be ${ways.map(([name]) => name).join(", ")}`;
    return { ...NO_SETTINGS, reasons: [refusal("dump-settings", text)] };
  }
  return changed(now.failAction, wish, () => ({
    ...at(release, release.failAction.key, written),
    why: `${release.failAction.key}: when the dump cannot be saved, ${FAIL_ACTIONS[wish]}`,
  }));
}

function keepDumps({ release, now, wishes, title }: Context): DumpSettingsPlan {
  const wish = wishes.keepDumps;
  if (wish === null) return NO_SETTINGS;
  const { keepDumps: known } = release;
  if (known === null) {
    const text = `--keep-dumps is not supported on ${title}: it keeps every dump`;
    return { ...NO_SETTINGS, reasons: [refusal("dump-settings", text)] };
  }
  const target = wishes.target?.kind ?? (now.targets.kind === "known" ? now.targets.value[0]?.kind : "local");
  // beside the newest one: none is -1, for 0 keeps all
  const written = known.older ? (wish === 1 ? -1 : wish - 1) : wish;
  const set = changed(now.keepDumps, wish, () => ({
    ...at(release, known.key, String(written)),
    why: `${known.key}: the ${wish} newest dumps are kept`,
  }));
  return target === "local"
    ? set
    : { ...set, warnings: ["--keep-dumps counts only where dumps are written to this machine"] };
}

function doubtsOf(
  facts: Facts,
  profile: Profile,
  now: EffectiveDumpSettings,
  { wishes, facts: seen }: NonNullable<Intent["dump"]>,
): { readonly reasons: readonly Reason[]; readonly warnings: readonly string[] } {
  const { target: to, keyFile: key } = destination(facts, profile, wishes);
  const moved = wishes.directory !== null || wishes.target !== null || wishes.keyFile !== null;
  const device = now.targets.kind === "known" && now.targets.value.some((one) => one.kind === "other");
  const stays = device && wishes.target === null;
  const way = moved && !stays ? doubtsAbout(facts, profile, to, seen.target, key) : NO_DOUBTS;
  const rotates =
    to.kind === "local" &&
    profile.kdump.settings.keepDumps?.older === false &&
    (wishes.keepDumps !== null || (wishes.directory !== null && (known(now.keepDumps) ?? null) !== null));
  const rotation = rotates ? aboutRotation(seen.target.directory) : NO_DOUBTS;
  return {
    reasons: [...way.reasons, ...rotation.reasons],
    warnings: [...way.warnings, ...rotation.warnings],
  };
}

const NO_DOUBTS = { reasons: [], warnings: [] };

function said(to: DumpTarget): string {
  return to.kind === "local" ? "to this machine" : `to ${to.where}`;
}
