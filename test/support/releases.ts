/**
 * Releases without a root of their own: another root dressed as one of them while the test runs, from the files in
 * test/support/releases/ID (facts that are recorded in the profile's sources) and what make.sh beside them does.
 */

import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { inside, must, overlayRoot, type RootName } from "./roots.js";

export interface Release {
  /** the root it is laid over: the nearest there is */
  readonly base: RootName;
  /** uname -r of its kernels, the newest first */
  readonly kernels: readonly string[];
  /** normal entries with a kernel: two kernels are one entry and two in the submenu, where there is one */
  readonly normal: number;
  readonly config: string;
  readonly check: string;
  readonly generator: string;
  /** what its kdump-config gives the capture kernel, where that is not what the base's does */
  readonly builtIn?: string;
}

const debian = (base: RootName, ...kernels: readonly [string, string]): Release => ({
  base,
  kernels,
  normal: 3,
  config: "/boot/grub/grub.cfg",
  check: "grub-script-check",
  generator: "grub-mkconfig",
});
const el7 = (kernel: string, config = "/boot/grub2/grub.cfg"): Release => ({
  base: "centos7",
  kernels: [kernel],
  normal: 1,
  config,
  check: "grub2-script-check",
  generator: "grub2-mkconfig",
});

/** Profile id → what it is made of. */
export const RELEASES: Readonly<Record<string, Release>> = {
  // its /etc/default/grub asks for a submenu
  "amzn-2": { ...el7("4.14.355-284.742.amzn2.x86_64"), normal: 2 },
  "debian-10": {
    ...debian("debian11", "4.19.0-27-amd64", "4.19.0-1-amd64"),
    builtIn: "nr_cpus=1 systemd.unit=kdump-tools.service irqpoll nousb ata_piix.prefer_ms_hyperv=0",
  },
  "ol-7": el7("4.1.12-124.38.1.el7uek.x86_64"),
  "rhel-7": el7("3.10.0-1160.el7.x86_64", "/boot/efi/EFI/redhat/grub.cfg"),
  "ubuntu-12.04": {
    ...debian("debian11", "3.2.0-150-virtual", "3.2.0-35-generic"),
    builtIn: "irqpoll maxcpus=1 nousb",
  },
  "ubuntu-14.04": {
    ...debian("debian11", "4.4.0-31-generic", "3.13.0-24-generic"),
    builtIn: "irqpoll maxcpus=1 nousb",
  },
  "ubuntu-16.04": {
    ...debian("debian11", "4.4.0-31-generic", "4.4.0-10-generic"),
    builtIn: "irqpoll maxcpus=1 nousb systemd.unit=kdump-tools.service",
  },
  "ubuntu-18.04": {
    ...debian("debian11", "4.15.0-58-generic", "4.15.0-20-generic"),
    builtIn: "nr_cpus=1 systemd.unit=kdump-tools-dump.service irqpoll nousb ata_piix.prefer_ms_hyperv=0",
  },
  "ubuntu-20.04": debian("debian11", "5.8.0-53-generic", "5.4.0-26-generic"),
  "ubuntu-24.04": debian("debian13", "6.8.0-1027-aws", "6.8.0-31-generic"),
  "ubuntu-24.10": debian("debian13", "6.11.0-8-generic", "6.11.0-7-generic"),
  "ubuntu-25.10": debian("debian13", "6.17.0-29-generic", "6.17.0-22-generic"),
  "ubuntu-26.04": debian("debian13", "7.0.0-30-generic", "7.0.0-15-generic"),
};

const FOLDER = path.resolve("test/support/releases");

/** Dresses a copy of the base as that release; gone when the test has ended. */
export async function releaseRoot(t: TestContext, id: string): Promise<string> {
  const release = RELEASES[id];
  if (release === undefined) throw new Error(`no release is called ${id}`);
  const root = await overlayRoot(t, release.base);
  for (const drop of ["etc/default/grub.d/kdump-tools.cfg", "boot/grub/grub.cfg"])
    rmSync(path.join(root, drop), { force: true });
  lay(path.join(FOLDER, id), root);
  await must(["sh", path.join(FOLDER, "make.sh"), root, id, release.builtIn ?? "", ...release.kernels]);
  const made = await inside(root, [release.generator, "-o", release.config]);
  if (made.code !== 0) throw new Error(`${id} cannot be dressed: ${made.stderr}`);
  return root;
}

function lay(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) {
      mkdirSync(target, { recursive: true });
      lay(source, target);
      continue;
    }
    rmSync(target, { force: true });
    copyFileSync(source, target);
    chmodSync(target, entry.name === "lsb_release" ? 0o755 : 0o644);
  }
}
