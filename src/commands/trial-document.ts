import type { Trial } from "../apply/trial.js";
import type { TrialBoot } from "../facts/trial-boot.js";

/** How a trial stands, for scripts. */
export function trialDocument(
  { armed, last }: Trial,
  boot: TrialBoot | null,
): Readonly<Record<string, unknown>> {
  return {
    underWay:
      armed === null
        ? null
        : {
            run: armed.id,
            words: armed.words,
            user: armed.user,
            at: armed.startedAt,
            boot: boot?.kind ?? null,
          },
    last,
  };
}
