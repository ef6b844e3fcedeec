import { TRIAL_MARK } from "../bootconfig/trial-entry.js";
import type { BaseFacts } from "../types.js";

/** to-come: the machine was not booted since. kept and failed: in one sentence why. */
export type TrialBoot =
  | { readonly kind: "to-come" }
  | { readonly kind: "came-up"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

/** What became of the boot on trial, seen from the system that runs. `armedIn` is the boot id it was set up in. */
export function judgeTrialBoot(
  { bootId, cmdline, reservation }: Pick<BaseFacts, "bootId" | "cmdline" | "reservation">,
  armedIn: string | null,
): TrialBoot {
  if (bootId !== null && bootId === armedIn) return { kind: "to-come" };
  if (!(cmdline ?? "").split(/\s+/).includes(TRIAL_MARK))
    return { kind: "failed", why: "it did not come up: the machine was booted without it since" };
  const { reservedBytes, loaded } = reservation;
  if (reservedBytes === 0 || reservedBytes === null)
    return { kind: "failed", why: "it came up, and the kernel reserved nothing" };
  if (loaded !== true)
    return {
      kind: "failed",
      why: `it came up with ${reservedBytes} bytes reserved, and no capture kernel is loaded`,
    };
  return {
    kind: "came-up",
    why: `it came up with ${reservedBytes} bytes reserved and a capture kernel loaded`,
  };
}
