import type { Profile } from "../distro/profile.js";
import { evaluateFiles } from "../edit/evaluate.js";
import { editKdumpConf } from "../edit/kdump-conf.js";
import { setVariable } from "../edit/set-variable.js";
import type { Facts, Reason, SourceFile, Step } from "../types.js";
import { NOTHING, type Part, refusal, toSource, unreadable } from "./part.js";

/** A change of one variable or option in one of the kdump configuration files; null takes it out or empties it. */
export interface Setting {
  readonly file: string;
  readonly key: string;
  readonly value: string | null;
  readonly why: string;
}

/**
 * What has to stand in the distribution's kdump files so that the capture kernel is loaded, and so that one that
 * fails reboots the machine: measured, a capture kernel that runs out of memory panics, and with kernel.panic=0 the
 * machine then hangs for ever.
 */
export function planKdump(
  facts: Facts,
  profile: Profile,
  wanted: { readonly arm: boolean; readonly settings: readonly Setting[] },
): Part & { readonly captureArgumentsChange: boolean } {
  const arming = wanted.arm ? armingSettings(facts, profile) : NOTHING_TO_ARM;
  const { reasons, captureArgumentsChange } = arming;
  if (reasons.length > 0) return { ...NOTHING, reasons, captureArgumentsChange: false };
  const settings = [...arming.settings, ...wanted.settings];
  return { ...writeSettings(facts, profile, settings), captureArgumentsChange };
}

interface Arming {
  readonly settings: readonly Setting[];
  readonly reasons: readonly Reason[];
  readonly captureArgumentsChange: boolean;
}

const NOTHING_TO_ARM: Arming = { settings: [], reasons: [], captureArgumentsChange: false };

function armingSettings(facts: Facts, profile: Profile): Arming {
  const settings: Setting[] = [];
  const reasons: Reason[] = [];
  const { enable, captureArguments } = profile.kdump;
  if (enable !== null) {
    const value = settingOf(facts, profile, enable.file, enable.variable, reasons);
    if (value !== undefined && value !== enable.on) {
      const why = `${enable.variable}=${enable.on}: load the capture kernel at boot`;
      settings.push({ file: enable.file, key: enable.variable, value: enable.on, why });
    }
  }
  const wanted = captureArgumentsWith(facts, profile, reasons);
  if (wanted !== null) {
    const why = `${captureArguments.onPanic}: a capture kernel that fails reboots the machine instead of hanging it`;
    settings.push({ file: captureArguments.file, key: captureArguments.variable, value: wanted, why });
  }
  return { settings, reasons, captureArgumentsChange: wanted !== null };
}

/** The capture kernel's whole list of arguments with the one that makes it reboot; null when it has one. */
function captureArgumentsWith(facts: Facts, profile: Profile, reasons: Reason[]): string | null {
  const { file, variable, onPanic } = profile.kdump.captureArguments;
  const value = settingOf(facts, profile, file, variable, reasons);
  if (value === undefined) return null;
  // A value of ours replaces the built-in one, so the built-in one has to be in it.
  const standing =
    value === null || value === "" ? (facts.kdump.builtInCaptureArguments?.value ?? "") : value;
  const name = onPanic.slice(0, onPanic.indexOf("=") + 1);
  const words = standing.split(/\s+/).filter((word) => word !== "");
  return words.some((word) => word.startsWith(name)) ? null : [...words, onPanic].join(" ");
}

/** null: not set. undefined: the file is not there (its package is not installed), or a reason was added. */
function settingOf(
  facts: Facts,
  profile: Profile,
  path: string,
  variable: string,
  reasons: Reason[],
): string | null | undefined {
  const file = facts.kdump.files.find((f) => f.path === path);
  if (file === undefined || file.state.kind === "absent") return undefined;
  const why = unreadable(file);
  if (why !== null) {
    reasons.push(refusal("kdump-config", why));
    return undefined;
  }
  const value = evaluateFiles(toSource(file), { shell: profile.boot.shell }).values(variable);
  switch (value.kind) {
    case "known":
      return value.text;
    case "unset":
      return null;
    case "unknown":
      reasons.push(
        refusal(
          "kdump-config",
          `${value.path}:${value.line}: what ${variable} is cannot be told: ${value.why}`,
        ),
      );
      return undefined;
    default:
      return value satisfies never;
  }
}

function writeSettings(facts: Facts, profile: Profile, settings: readonly Setting[]): Part {
  const steps: Step[] = [];
  const reasons: Reason[] = [];
  for (const path of new Set(settings.map((s) => s.file))) {
    const file = facts.kdump.files.find((f) => f.path === path);
    const mine = settings.filter((s) => s.file === path);
    let source = file === undefined ? undefined : toSource(file)[0];
    if (file === undefined || source === undefined) continue;
    const form = path === profile.kdump.settings.file ? profile.kdump.settings.form : "shell";
    const edited = edit(source, mine, form, profile);
    reasons.push(...edited.reasons);
    source = { path, text: edited.text };
    const why = mine.map((s) => s.why);
    steps.push({
      kind: "write-file",
      path,
      before: file.state,
      text: source.text,
      createMode: 0o644,
      why: why.join("; "),
    });
  }
  return { steps, reasons, warnings: [], why: settings.map((s) => `${s.file}: ${s.why}`) };
}

function edit(
  file: SourceFile,
  settings: readonly Setting[],
  form: "shell" | "kdump-conf",
  profile: Profile,
): { readonly text: string; readonly reasons: readonly Reason[] } {
  if (form === "kdump-conf") {
    const edited = editKdumpConf(file, settings);
    const refusals = edited.kind === "refused" ? edited.refusals : [];
    return {
      text: edited.kind === "edited" ? edited.text : file.text,
      reasons: refusals.map(({ line, why }) => refusal("kdump-config", `${file.path}:${line}: ${why}`)),
    };
  }
  const reasons: Reason[] = [];
  let { text } = file;
  for (const { key, value } of settings) {
    const edited = setVariable({ path: file.path, text }, key, value ?? "", { shell: profile.boot.shell });
    if (edited.kind === "edited") text = edited.text;
    if (edited.kind === "refused")
      reasons.push(
        ...edited.refusals.map((r) => refusal("kdump-config", `${r.path}:${r.line}:${r.column}: ${r.why}`)),
      );
  }
  return { text, reasons };
}
