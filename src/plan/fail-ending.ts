import type { DumpSettingsProfile } from "../distro/profile.js";
import type { FailAction } from "../types.js";

/** What a machine whose dump could not be saved comes to. line: a shell's line, which no shell reads there. */
export type Ending = FailAction | "line" | "other";

const SHELL = /^(?:(?:ba|da|a|k|z)?sh|sulogin)$/;

/**
 * A value that is none of the release's own may still be known. Where a command stands there it is split at blanks and
 * run as one, so that its program decides, and what follows a ";" is never run (/etc/init.d/kdump-tools of kdump-tools
 * 1:1.8.1, line 36).
 */
export function endingOf(
  action: FailAction | { readonly other: string },
  settings: DumpSettingsProfile,
): Ending {
  if (typeof action === "string") return action;
  const text = action.other.trim();
  if (settings.failAction.rebootsToo.includes(text)) return "reboot";
  if (settings.form !== "shell") return "other";
  if (/[;&|]/.test(text)) return "line";
  const [program = "", ...rest] = text.split(/\s+/).map((word) => word.replace(/^.*\//, ""));
  if (SHELL.test(program)) return "shell";
  const verbs = program === "systemctl" ? rest : [program];
  const { reboot, halt, poweroff } = settings.failAction.values;
  const does = (written: string | null) => written !== null && verbs.includes(written.split(" ")[0] ?? "");
  if (does(reboot)) return "reboot";
  if (does(halt)) return "halt";
  return does(poweroff) ? "poweroff" : "other";
}
