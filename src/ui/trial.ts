import type { Trial } from "../apply/trial.js";
import type { TrialBoot } from "../facts/trial-boot.js";
import { printable } from "./output.js";

/** How a trial stands, for people. */
export function trialLines({ armed, last }: Trial, boot: TrialBoot | null): readonly string[] {
  const lines: string[] = [];
  if (armed !== null && boot !== null) {
    const what = `${armed.words.join(" ")} (set up by ${armed.user} at ${armed.startedAt}, run ${armed.id})`;
    lines.push(
      boot.kind === "to-come"
        ? `On trial at the next boot, and only at that one: ${what}`
        : `On trial: ${what}: ${boot.why}; kdump-setup trial --finish ${boot.kind === "failed" ? "takes it back" : "keeps it"}`,
    );
  }
  if (last !== null)
    lines.push(
      `${last.kept ? "Kept" : "Not kept"} after a trial at ${last.at}: ${last.words.join(" ")}: ${last.why}`,
    );
  if (lines.length === 0) lines.push("No boot is or was on trial here.");
  return lines.map(printable);
}
