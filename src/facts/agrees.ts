import type { Profile } from "../distro/profile.js";
import type { Reader } from "../machine/machine.js";
import type { BaseFacts } from "../types.js";
import { collectGrub } from "./grub.js";
import { findProgram } from "./programs.js";

/**
 * In what the disk differs from a profile that was not written for this release; [] when it agrees. Everything that
 * decides where the kernel's arguments come from is looked at; nothing is run.
 */
export function disagreements(
  reader: Reader,
  base: Pick<BaseFacts, "firmware">,
  profile: Profile,
): readonly string[] {
  const { boot } = profile;
  const { grub } = collectGrub(reader, base.firmware, boot);
  const bls = grub.usesBls || grub.blsEntries.length > 0;
  const against: (string | null)[] = [
    grub.defaults.state.kind === "file" ? null : `${boot.defaults} is not there`,
    grub.config?.state.kind === "file" ? null : `there is no configuration at ${places(profile)}`,
    bls && !boot.bls ? "its boot menu comes from BLS entries" : null,
    !bls && boot.bls ? "its boot menu does not come from BLS entries" : null,
    ...[boot.generate[0], boot.check[0]].map((name) =>
      findProgram(reader, name) === null ? `it has no ${name}` : null,
    ),
    dropInsDiffer(reader, profile),
  ];
  return against.filter((one) => one !== null);
}

/** The generator is a script: whether it names the directory of drop-ins can be read there. */
function dropInsDiffer(reader: Reader, { boot }: Profile): string | null {
  const path = findProgram(reader, boot.preview[0]);
  if (path === null) return `it has no ${boot.preview[0]}`;
  const state = reader.read(path, 1024 * 1024);
  if (state.kind !== "file") return `${path} cannot be read`;
  const sources = /^[^#\n]*default\/grub\.d\b/m.test(state.text);
  if (sources === (boot.dropIns !== null)) return null;
  return sources ? `its ${path} sources drop-ins too` : `its ${path} sources no drop-ins`;
}

function places({ boot }: Profile): string {
  return [...new Set([...boot.config.bios, ...boot.config.uefi])].join(" or ");
}
