/** Looking at a system: values only, nothing is run, nothing is changed, and what cannot be read is said. */

import type { KdumpProfile, Profile } from "../distro/profile.js";
import type { Reader } from "../machine/machine.js";
import type { BaseFacts, Facts, KdumpFacts, OsFacts, ReservationFacts } from "../types.js";
import { collectArch, normalArch } from "./arch.js";
import { ESP_DIRECTORIES, namesIn } from "./boot-files.js";
import { kernelThatBoots } from "./boots.js";
import { containerBlockers } from "./container.js";
import { collectGrub } from "./grub.js";
import { collectKernels } from "./kernels.js";
import { fadumpFile, kexecBlockers } from "./kexec.js";
import { loaderBlockers } from "./loaders.js";
import { collectLocale } from "./locale.js";
import { collectMemory } from "./memory.js";
import { collectOs } from "./os.js";
import { collectPackages } from "./packages.js";
import { sealedBlockers } from "./sealed.js";
import { collectUnit } from "./unit.js";

/** What options say instead of the system: --ram in bytes, --kernel as uname -r, --arch, --distro. */
export interface Overrides {
  readonly ramBytes?: number;
  readonly kernel?: string;
  readonly arch?: string;
  readonly distro?: string;
}

export function collectBase(reader: Reader, overrides: Overrides): BaseFacts {
  const { image } = reader;
  const arch = overrides.arch === undefined ? collectArch(reader) : normalArch(overrides.arch);
  const kernels = collectKernels(reader, arch);
  const reservation = collectReservation(reader);
  const live = (path: string) => (image ? null : (reader.readText(path)?.trim() ?? null));
  return {
    root: reader.root,
    image,
    effectiveRoot: process.geteuid?.() === 0,
    os: namedByOption(collectOs(reader), overrides.distro),
    arch,
    runningKernel: overrides.kernel ?? live("/proc/sys/kernel/osrelease"),
    kernels,
    firmware: collectFirmware(reader, arch),
    init: collectInit(reader),
    memory: collectMemory(reader, reservation.reservedBytes, overrides.ramBytes),
    reservation,
    cmdline: live("/proc/cmdline"),
    locale: collectLocale(reader),
    bootId: live("/proc/sys/kernel/random/boot_id"),
    blockers: [
      ...containerBlockers(reader, kernels),
      ...loaderBlockers(reader, arch),
      ...sealedBlockers(reader),
    ],
  };
}

export function collectFacts(reader: Reader, base: BaseFacts, profile: Profile): Facts {
  const { grub, blockers } = collectGrub(reader, base.firmware, profile.boot);
  const boots = kernelThatBoots(reader, base, grub);
  return {
    ...base,
    blockers: [...base.blockers, ...blockers, ...kexecBlockers(reader, boots?.release ?? base.runningKernel)],
    grub,
    kdump: collectKdump(reader, profile.kdump),
  };
}

/** --distro only speaks for a system that says nothing itself: what stands on the disk is not talked away. */
function namedByOption(os: OsFacts, distro: string | undefined): OsFacts {
  const dash = distro?.lastIndexOf("-") ?? -1;
  if (os.id !== "" || distro === undefined || dash < 1) return os;
  return { ...os, id: distro.slice(0, dash), versionId: distro.slice(dash + 1), source: "--distro" };
}

/** /sys/kernel/kexec_crash_size and kexec_crash_loaded (Documentation/ABI/testing/sysfs-kernel-kexec, Linux 6.1). */
export function collectReservation(reader: Reader): ReservationFacts {
  if (reader.image) return { reservedBytes: null, loaded: null, fadump: false };
  const fadump = fadumpFile(reader, "enabled")?.text === "1";
  const text = (path: string) => reader.readText(path)?.trim() ?? "";
  const size = fadump
    ? (fadumpFile(reader, "mem_reserved")?.text ?? "")
    : text("/sys/kernel/kexec_crash_size");
  const loaded = fadump
    ? (fadumpFile(reader, "registered")?.text ?? "")
    : text("/sys/kernel/kexec_crash_loaded");
  const bytes = /^\d{1,16}$/.test(size) ? Number(size) : null;
  return {
    reservedBytes: bytes !== null && Number.isSafeInteger(bytes) ? bytes : null,
    loaded: loaded === "0" || loaded === "1" ? loaded === "1" : null,
    fadump,
  };
}

/**
 * Live: /sys/firmware/efi is there or not; "bios" is said of x86 only, other machines without UEFI have firmware of
 * their own. An image: what is installed to boot it; nothing, or both kinds (it boots either way), is "unknown".
 */
function collectFirmware(reader: Reader, arch: string): BaseFacts["firmware"] {
  const x86 = /^(i.86|x86_64)$/.test(arch);
  if (!reader.image) {
    if (reader.stat("/sys/firmware/efi") !== null) return "uefi";
    return x86 && reader.stat("/sys/firmware") !== null ? "bios" : "unknown";
  }
  const modules = ["/boot/grub", "/boot/grub2"].flatMap((dir) => namesIn(reader, dir, /-(pc|efi)$/));
  const loaders = ESP_DIRECTORIES.flatMap((esp) =>
    namesIn(reader, `${esp}/EFI`, /^[^.]/).flatMap((dir) => namesIn(reader, dir, /\.efi$/i)),
  );
  const bios = modules.some((dir) => dir.endsWith("-pc"));
  const uefi = loaders.length > 0 || modules.some((dir) => dir.endsWith("-efi"));
  return bios === uefi ? "unknown" : bios ? "bios" : "uefi";
}

/** /run/systemd/system is systemd's own sign that it runs (sd_booted(3)); of an image what /sbin/init leads to. */
function collectInit(reader: Reader): BaseFacts["init"] {
  if (!reader.image && reader.stat("/run/systemd/system")?.type === "directory") return "systemd";
  const program = reader.resolve("/sbin/init") ?? "";
  if (program.endsWith("/systemd")) return "systemd";
  if (reader.stat("/sbin/upstart") !== null || reader.stat("/etc/init/rc.conf") !== null) return "upstart";
  const systemd = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"].some(
    (path) => reader.stat(path) !== null,
  );
  if (reader.stat(program)?.type !== "file") return systemd ? "systemd" : "unknown";
  return reader.stat("/etc/inittab") !== null ? "sysv" : "unknown";
}

function collectKdump(reader: Reader, kdump: KdumpProfile): KdumpFacts {
  const packages = collectPackages(reader, kdump);
  const unit = collectUnit(reader, kdump.unit);
  // A removed package leaves its SysV script and links behind (conffiles, until the purge): they start nothing.
  const leftOver = !unit.native && packages[0]?.installed === false && unit.state !== "masked";
  return {
    packages,
    files: kdump.files.map((path) => ({ path, state: reader.read(path) })),
    builtInCaptureArguments:
      kdump.captureArguments.builtIn === null ? null : builtInValue(reader, kdump.captureArguments.builtIn),
    builtInCollector: builtInValue(reader, kdump.settings.collector.builtIn),
    panicFile: {
      path: kdump.settings.panicOn.file,
      state: reader.read(kdump.settings.panicOn.file),
    },
    unit: {
      name: unit.name,
      present: unit.present && !leftOver,
      state: leftOver ? "absent" : unit.state,
      links: unit.links,
    },
    updater: kdump.updater !== null && hasText(reader, kdump.updater.knownBy),
  };
}

function hasText(reader: Reader, { file, text }: { readonly file: string; readonly text: string }): boolean {
  const state = reader.read(file, 1024 * 1024);
  return state.kind === "file" && state.text.includes(text);
}

/** What the installed script says; the profile's word where it cannot be read or says it in another form. */
function builtInValue(
  reader: Reader,
  builtIn: { readonly script: string; readonly pattern: string; readonly fallback: string },
): { readonly value: string; readonly source: string } {
  const state = reader.read(builtIn.script, 1024 * 1024);
  const value = state.kind === "file" ? new RegExp(builtIn.pattern).exec(state.text)?.[1] : undefined;
  return value === undefined
    ? { value: builtIn.fallback, source: "the profile" }
    : { value, source: builtIn.script };
}
