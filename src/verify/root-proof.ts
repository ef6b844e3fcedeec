import type { Reader } from "../machine/machine.js";
import type { RootProof } from "./candidate.js";

/**
 * Null on a live system. On an image: is the disk a root= argument names the one the image's directory is on? A
 * generator run in a chroot that has the build host's /dev was seen to end well and write the build host's disk.
 */
export function rootProofOf(machine: Reader, host: Reader): RootProof | null {
  if (!machine.image) return null;
  return (argument) => {
    const device = deviceOf(argument.replace(/^root=/, ""));
    const node = device === null ? null : host.stat(device);
    const root = host.stat(machine.root);
    return node !== null && root !== null && node.type === "device" && node.rdev === root.dev;
  };
}

function deviceOf(value: string): string | null {
  const tag = /^(UUID|PARTUUID|LABEL|PARTLABEL)=([^/]+)$/.exec(value);
  if (tag !== null) return `/dev/disk/by-${(tag[1] ?? "").toLowerCase()}/${tag[2]}`;
  return value.startsWith("/dev/") ? value : null;
}
