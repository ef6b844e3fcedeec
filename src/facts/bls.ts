import type { BlsProfile } from "../distro/profile.js";
import type { Reader } from "../machine/machine.js";
import type { BlsFacts, BootMount } from "../types.js";
import { namesIn } from "./boot-files.js";

/** An entry's name ends in ".conf" and begins with no dot (blscfg.c, read_entry, of rhboot/grub2). */
const NAME = /^[^.].*\.conf$/;

/** The directory is for root alone where anaconda made it: not listed is not empty. */
export function collectBls(
  reader: Reader,
  bls: BlsProfile,
  mountOf: (path: string) => BootMount | null,
): BlsFacts {
  const named = (path: string) => ({ path, state: reader.read(path) });
  const hidden = reader.list(bls.entries) === null && reader.stat(bls.entries) !== null;
  return {
    entries: hidden ? null : namesIn(reader, bls.entries, NAME).map(named),
    grubenv: named(bls.grubenv),
    entriesMount: mountOf(reader.resolve(bls.entries) ?? bls.entries),
    grubenvMount: mountOf(reader.resolve(bls.grubenv) ?? bls.grubenv),
    kernelCmdline: bls.kernelCmdline === null ? null : named(bls.kernelCmdline),
  };
}
