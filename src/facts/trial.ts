import { dirname } from "node:path";
import type { Reader } from "../machine/machine.js";
import type { GrubFacts, NonEmpty, TrialFacts } from "../types.js";
import { mountOf, parseMountinfo } from "./mounts.js";
import { toolGone } from "./tool-gone.js";
import { collectUnit } from "./unit.js";

export const TRIAL_UNIT = "kdump-setup-trial.service";
const UNIT_FILE = `/etc/systemd/system/${TRIAL_UNIT}`;
/**
 * File systems GRUB can write a block of grubenv back to: it must be a file of plain blocks, without copy on write,
 * compression or checksums (GRUB 2.06 manual, "Environment block"; docs/grub.texi).
 */
const WRITTEN_BY_GRUB: ReadonlySet<string> = new Set(["ext2", "ext3", "ext4", "xfs", "vfat"]);
/** What a trial boot would use here, and why it could not work. `tool` is what runs kdump-setup. */
export function collectTrial(reader: Reader, grub: GrubFacts, tool: NonEmpty<string>): TrialFacts {
  const directory = dirname(grub.config?.path ?? "/");
  const named = (path: string) => ({ path, state: reader.read(path) });
  const environment = `${directory}/grubenv`;
  return {
    tool,
    custom: named(`${directory}/custom.cfg`),
    environment: named(environment),
    unitFile: named(UNIT_FILE),
    unit: collectUnit(reader, TRIAL_UNIT),
    notWritten: notWritten(reader, environment),
    toolGone: toolGone(reader, tool),
  };
}

/** Why GRUB could not write there; null where it can. */
function notWritten(reader: Reader, path: string): string | null {
  const mounts = parseMountinfo(reader.readText("/proc/self/mountinfo") ?? "");
  const mount = mountOf(mounts, reader.resolve(path) ?? path);
  if (mount === null) return "which file system it is on cannot be told";
  if (!WRITTEN_BY_GRUB.has(mount.fsType)) return `GRUB cannot write to ${mount.fsType}`;
  const device = `/sys/dev/block/${mount.identity.split(" ")[0]}`;
  // LVM, LUKS and RAID: "diskfilter writes are not supported" (GRUB 2.06, grub-core/disk/diskfilter.c)
  for (const [kind, what] of [
    ["dm", "LVM or LUKS"],
    ["md", "RAID"],
  ] as const)
    if (reader.stat(`${device}/${kind}`) !== null) return `GRUB cannot write to ${what}`;
  return null;
}
