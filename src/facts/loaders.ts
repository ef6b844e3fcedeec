import type { Reader } from "../machine/machine.js";
import type { Blocker } from "../types.js";
import { ESP_DIRECTORIES, efiVariable, grubConfigs, namesIn } from "./boot-files.js";
import { mountOf, parseMountinfo } from "./mounts.js";
import { findProgram } from "./programs.js";

/** Boot loader interface, systemd.io/BOOT_LOADER_INTERFACE: who started this kernel. */
const LOADER_GUID = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

/** Systems whose kernel command line comes from somewhere else than GRUB's defaults, each with what is right there. */
export function loaderBlockers(reader: Reader, arch: string): readonly Blocker[] {
  const grub = grubConfigs(reader);
  return [
    ...imageBased(reader),
    ...transactional(reader),
    ...unifiedImages(reader, grub),
    ...systemdBoot(reader, grub),
    ...otherLoader(reader, grub, arch),
  ];
}

function refusal(id: string, text: string, evidence: string): Blocker {
  return { id, severity: "refusal", text, evidence };
}

/** /run/ostree-booted is the mark of a booted deployment; an image has the repository and /sysroot. */
function imageBased(reader: Reader): readonly Blocker[] {
  const booted = !reader.image && reader.lstat("/run/ostree-booted") !== null;
  const repository = reader.stat("/ostree/repo") !== null && reader.stat("/sysroot") !== null;
  if (!booted && !repository) return [];
  const evidence = booted ? "/run/ostree-booted" : "/ostree/repo and /sysroot";
  const bootc = ["/usr/lib/bootc", "/usr/bin/bootc"].find((path) => reader.stat(path) !== null);
  if (bootc !== undefined) {
    const text =
      "bootc manages this system: put the argument into a file of /usr/lib/bootc/kargs.d when the image is built" +
      ' (kargs = ["crashkernel=…"]), or on one machine: rpm-ostree kargs --append=crashkernel=…';
    return [refusal("bootc", text, `${evidence}, ${bootc}`)];
  }
  const text = "ostree manages the boot entries here: rpm-ostree kargs --append=crashkernel=…";
  return [refusal("ostree", text, evidence)];
}

/** The program alone is no sign: it does nothing where the root file system is writable. */
function transactional(reader: Reader): readonly Blocker[] {
  const program = findProgram(reader, "transactional-update");
  if (program === null || !hasReadOnlyRoot(reader)) return [];
  const text = "this system is updated by snapshots of a read-only root: transactional-update setup-kdump";
  return [refusal("transactional", text, `${program}, / is read-only`)];
}

function hasReadOnlyRoot(reader: Reader): boolean {
  if (!reader.image)
    return mountOf(parseMountinfo(reader.readText("/proc/self/mountinfo") ?? ""), "/")?.readOnly === true;
  return (reader.readText("/etc/fstab") ?? "").split("\n").some((line) => {
    const [device, dir, , options] = line.trim().split(/\s+/);
    return !device?.startsWith("#") && dir === "/" && (options ?? "").split(",").includes("ro");
  });
}

const UKI_TEXT =
  "the kernel's command line is part of a unified kernel image here: put the argument into /etc/kernel/cmdline and" +
  " build the image anew (kernel-install add, or ukify build --cmdline)";

/** A unified kernel image carries, and may sign, its command line. */
function unifiedImages(reader: Reader, grub: readonly string[]): readonly Blocker[] {
  const stub = reader.image ? null : efiVariable(reader, `StubInfo-${LOADER_GUID}`);
  if (stub !== null) return [refusal("uki", UKI_TEXT, `booted by ${stub.slice(0, 60)}`)];
  for (const path of ["/etc/kernel/install.conf", "/usr/lib/kernel/install.conf"]) {
    const text = reader.readText(path);
    if (text === null) continue;
    if (/^[ \t]*layout=uki[ \t]*$/m.test(text)) return [refusal("uki", UKI_TEXT, `${path}: layout=uki`)];
    break;
  }
  const [image] = ESP_DIRECTORIES.flatMap((esp) => namesIn(reader, `${esp}/EFI/Linux`, /\.efi$/i));
  if (image === undefined) return [];
  if (grub.length === 0) return [refusal("uki", UKI_TEXT, image)];
  const text = `unified kernel images can be booted here beside GRUB's entries, and keep their own command line`;
  return [{ id: "uki", severity: "objection", text, evidence: image }];
}

/** Booted by it, or set up for it and for no GRUB. */
function systemdBoot(reader: Reader, grub: readonly string[]): readonly Blocker[] {
  const loader = reader.image ? null : efiVariable(reader, `LoaderInfo-${LOADER_GUID}`);
  const booted = loader?.startsWith("systemd-boot") === true ? `booted by ${loader.slice(0, 60)}` : null;
  const files = ESP_DIRECTORIES.flatMap((esp) => [
    ...namesIn(reader, `${esp}/loader`, /^loader\.conf$/),
    ...namesIn(reader, `${esp}/EFI/systemd`, /^systemd-boot.*\.efi$/i),
  ]);
  const evidence = booted ?? (grub.length === 0 ? files[0] : undefined);
  if (evidence === undefined) return [];
  const text =
    "systemd-boot starts this system: put the argument into /etc/kernel/cmdline, then kernel-install add-all" +
    " (bootctl list shows the entries)";
  return [refusal("systemd-boot", text, evidence)];
}

/** Loaders before or beside GRUB 2. */
function otherLoader(reader: Reader, grub: readonly string[], arch: string): readonly Blocker[] {
  if (arch.startsWith("s390")) {
    const text = "zipl starts this system: put the argument into parameters= of /etc/zipl.conf and run zipl";
    return [refusal("zipl", text, `architecture ${arch}`)];
  }
  if (grub.length > 0) return [];
  const legacy = ["/boot/grub/grub.conf", "/boot/grub/menu.lst"].find(
    (path) => reader.stat(path)?.type === "file",
  );
  if (legacy !== undefined) {
    const text = `GRUB legacy starts this system: append the argument to the kernel lines of ${legacy} by hand`;
    return [refusal("grub-legacy", text, legacy)];
  }
  const files = ["/boot/extlinux/extlinux.conf", "/boot/syslinux/syslinux.cfg", "/etc/lilo.conf"];
  const other = files.find((path) => reader.stat(path)?.type === "file");
  if (other === undefined) return [];
  const text = `another boot loader than GRUB starts this system: append the argument to the append line of ${other}`;
  return [refusal("other-loader", text, other)];
}
