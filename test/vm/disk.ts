/** A raw disk image from a root directory: partitions and file systems, made on the host without mounting anything. */

import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { must } from "../support/run.js";
import type { Layout } from "./layout.js";
import { protofile } from "./protofile.js";

/** Fixed, so that two builds of one layout boot with the same command line. */
export const UUID = {
  root: "4b0a8c6e-2f1d-4c57-9e3a-6d5f00000001",
  boot: "4b0a8c6e-2f1d-4c57-9e3a-6d5f00000002",
  esp: "6D5F-0003",
};

const MIB = 1024 * 1024;
const DISK = 6 * 1024; // MiB

interface Part {
  readonly mount: "/" | "/boot" | "/boot/efi";
  readonly mib: number;
  readonly fs: "ext4" | "xfs" | "vfat";
  readonly uuid: string;
}

/** The partitions in their order on the disk; the last one ends 1 MiB before the end, where a GPT has its copy. */
function partsOf(layout: Layout): readonly Part[] {
  const small: Part[] = [];
  if (layout.firmware === "uefi") small.push({ mount: "/boot/efi", mib: 64, fs: "vfat", uuid: UUID.esp });
  if (layout.separateBoot) small.push({ mount: "/boot", mib: 512, fs: "ext4", uuid: UUID.boot });
  const mib = DISK - 2 - small.reduce((sum, part) => sum + part.mib, 0);
  return [...small, { mount: "/", mib, fs: layout.fs, uuid: UUID.root }];
}

/** /etc/fstab of that layout. */
export function fstab(layout: Layout): string {
  return partsOf(layout)
    .slice()
    .reverse() // /, then /boot, then /boot/efi
    .map(({ mount, fs, uuid }) => `UUID=${uuid} ${mount} ${fs} defaults 0 ${mount === "/" ? 1 : 2}\n`)
    .join("");
}

/** Writes the image of that layout to `out` (sparse). Nothing boots it yet: GRUB is installed by the first boot. */
export async function makeDisk(root: string, layout: Layout, out: string): Promise<void> {
  const parts = partsOf(layout);
  const scratch = mkdtempSync(`${out}.parts-`);
  try {
    writeFileSync(out, "");
    truncateSync(out, DISK * MIB);
    const types = { "/": "linux", "/boot": "linux", "/boot/efi": "uefi" };
    const table = parts.map(({ mount, mib }, at) => {
      const start = at === 0 ? "start=1MiB, " : "";
      return `${start}size=${mib}MiB, type=${types[mount]}${at === parts.length - 1 && layout.firmware === "bios" ? ", bootable" : ""}\n`;
    });
    const label = layout.firmware === "uefi" ? "gpt" : "dos";
    await must(["sfdisk", "--quiet", out], { input: `label: ${label}\n${table.join("")}` });
    let at = 1;
    for (const part of parts) {
      const file = path.join(scratch, part.fs + at);
      writeFileSync(file, "");
      truncateSync(file, part.mib * MIB);
      await makeFileSystem(root, part, file, scratch);
      await must(
        ["dd", `if=${file}`, `of=${out}`, "bs=1M", `seek=${at}`, "conv=sparse,notrunc", "status=none"],
        { seconds: 600 },
      );
      rmSync(file);
      at += part.mib;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function makeFileSystem(root: string, part: Part, file: string, scratch: string): Promise<void> {
  const slow = { seconds: 900 };
  const from = part.mount === "/" ? root : path.join(root, part.mount);
  switch (part.fs) {
    case "vfat":
      await must(["mkfs.vfat", "-i", part.uuid.replace("-", ""), file]);
      return;
    case "ext4":
      await must(["mkfs.ext4", "-q", "-F", "-b", "4096", "-U", part.uuid, "-d", from, file], slow);
      return;
    case "xfs": {
      const proto = path.join(scratch, "protofile");
      writeFileSync(proto, protofile(from));
      await must(["mkfs.xfs", "-q", "-f", "-m", `uuid=${part.uuid}`, "-p", proto, file], slow);
      return;
    }
    default:
      part.fs satisfies never;
  }
}

/** Kernel and initrd of a root, newest by name; for the first boot, which GRUB cannot do yet. */
export function kernelOf(root: string): { readonly kernel: string; readonly initrd: string } {
  const names = readdirSync(path.join(root, "boot")).sort();
  const newest = (start: RegExp): string => {
    const name = names.filter((one) => start.test(one)).pop();
    if (name === undefined) throw new Error(`${root}/boot has nothing like ${start.source}`);
    return path.join(root, "boot", name);
  };
  return { kernel: newest(/^vmlinuz-/), initrd: newest(/^(?:initrd\.img|initramfs)-/) };
}
