/** `explain auto` and `explain tight`: what kdump-setup would set, which is never the word itself. */
import { kernelTraits } from "../crashkernel/generation.js";
import { chooseProfile } from "../distro/choose.js";
import { embeddedProfiles } from "../distro/embedded.js";
import type { Profile } from "../distro/profile.js";
import { RefusedError, UsageError } from "../errors.js";
import { disagreements } from "../facts/agrees.js";
import { collectFacts } from "../facts/collect.js";
import type { Reader } from "../machine/machine.js";
import type { BaseFacts } from "../types.js";
import type { ExplainRequest } from "./request.js";
import { type Sized, sizeFor } from "./size.js";

interface Recommended extends Sized {
  readonly profile: Profile;
}

/** Throws UsageError where there is no such profile. */
export function checkDistro(distro: string): void {
  const ids = embeddedProfiles().map(({ id }) => id);
  if (!ids.includes(distro))
    throw new UsageError(`--distro ${distro} is no profile; known are ${ids.join(", ")}`);
}

/** What the profile of this system, or the one that is named, would write. Throws RefusedError. */
export function recommendation(
  mode: "auto" | "tight",
  reader: Reader,
  base: BaseFacts,
  distro: string | undefined,
  ramBytes: bigint | null,
): Recommended {
  const profiles = embeddedProfiles();
  // nothing is written, so a profile that is named needs no system that fits it
  const named = profiles.filter(({ id }) => id === distro);
  const choice = chooseProfile(named.length > 0 ? named : profiles, base, distro, (profile) =>
    distro === undefined ? disagreements(reader, base, profile) : [],
  );
  if (choice.kind === "refused")
    throw new RefusedError(choice.reason, {
      hint: `name a profile, for example --distro ${profiles[0]?.id ?? "ID"}`,
    });
  const { profile } = choice;
  const facts = collectFacts(reader, base, profile);
  const sized = sizeFor(mode, reader, facts, profile, ramBytes);
  const against = facts.blockers.filter(({ id }) => id.startsWith("kexec-"));
  return {
    ...sized,
    profile,
    warnings: [...sized.warnings, ...against.map(({ text, evidence }) => `${text} (${evidence})`)],
  };
}

/** What the word is about, and whether the kernel that was named is one of the profile's. */
export function aboutAuto(
  mode: "auto" | "tight",
  { profile }: Recommended,
  { kernel }: ExplainRequest,
  base: BaseFacts,
): readonly string[] {
  return [
    `${mode}: what kdump-setup would set here (profile ${profile.title}).`,
    ...(mode === "auto" ? [ITSELF] : []),
    ...(kernel === undefined || base.kernels.some(({ release }) => release === kernel)
      ? []
      : [otherKernel(kernel, profile, base)]),
  ];
}

const ITSELF = "What a kernel makes of the word itself: kdump-setup explain crashkernel=auto";

function otherKernel(kernel: string, profile: Profile, { arch }: BaseFacts): string {
  const traits = kernelTraits({ kernel, arch });
  const other = traits !== null && (traits.auto !== null) !== profile.crashkernel.literalAuto;
  return `The size is ${profile.title}'s: kernel ${kernel} is ${other ? "none" : "not known to be one"} of its kernels.`;
}
