/** What opens a saved dump: command lines to copy into a shell. */
import { quoted } from "./shell-word.js";

export interface DumpToOpen {
  readonly name: string;
  readonly path: string;
  readonly flattened: boolean;
  readonly packed: "gzip" | "bzip2" | "lz4" | "xz" | null;
}

export interface OpenDump {
  /** in this order */
  readonly commands: readonly string[];
  /** puts the dump together for programs other than crash; null where it is not needed */
  readonly unflatten: string | null;
}

const UNPACK = { gzip: "gzip -dc", bzip2: "bzip2 -dc", lz4: "lz4 -dc", xz: "xz -dc" } as const;

/**
 * `kernel` and the dump's path as the host names them. crash reads the flattened form by itself (help.c of crash 8.0.2),
 * makedumpfile and others do not. Not below /tmp, which may be memory.
 */
export function openDump(kernel: string, { name, path, flattened, packed }: DumpToOpen): OpenDump {
  const whole = quoted(`/var/tmp/vmcore.${name}`);
  if (packed !== null) {
    // kdump-config packs what makedumpfile -F wrote
    const unpack = `${UNPACK[packed]} ${quoted(path)} | makedumpfile -R ${whole}`;
    return { commands: [unpack, `crash ${quoted(kernel)} ${whole}`], unflatten: null };
  }
  const unflatten = flattened ? `makedumpfile -R ${whole} < ${quoted(path)}` : null;
  return { commands: [`crash ${quoted(kernel)} ${quoted(path)}`], unflatten };
}
