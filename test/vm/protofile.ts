/** A directory tree as the protofile of mkfs.xfs(8), so that an XFS is filled without mounting anything. */

import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";

/**
 * The text for `mkfs.xfs -p`. Lost on the way: times, extended attributes, hard links (they become copies), the
 * sticky bit (/tmp gets it back from systemd-tmpfiles at boot), sockets, and whatever lies on another file system.
 * Throws on a name with white space, which a protofile cannot express.
 */
export function protofile(root: string): string {
  const device = lstatSync(root).dev;
  const lines = ["-", "0 0", `d--755 0 0`];
  const walk = (dir: string): void => {
    for (const name of readdirSync(dir).sort()) {
      const at = path.join(dir, name);
      if (/\s/.test(name)) throw new Error(`${at}: a protofile cannot name it`);
      const stat = lstatSync(at);
      const owner = `${stat.uid} ${stat.gid}`;
      const mode =
        (stat.mode & 0o4000 ? "u" : "-") +
        (stat.mode & 0o2000 ? "g" : "-") +
        (stat.mode & 0o777).toString(8).padStart(3, "0");
      if (stat.isSymbolicLink()) lines.push(`${name} l${mode} ${owner} ${readlinkSync(at)}`);
      else if (stat.isFile()) lines.push(`${name} -${mode} ${owner} ${at}`);
      else if (stat.isCharacterDevice()) lines.push(`${name} c${mode} ${owner} ${numbers(stat.rdev)}`);
      else if (stat.isDirectory()) {
        lines.push(`${name} d${mode} ${owner}`);
        if (stat.dev === device) walk(at);
        lines.push("$");
      }
    }
  };
  walk(root);
  return `${[...lines, "$"].join("\n")}\n`;
}

/** "major minor" of a device number as glibc encodes it (gnu_dev_major, small numbers only). */
const numbers = (rdev: number): string => `${(rdev >> 8) & 0xfff} ${rdev & 0xff}`;
