/**
 * What the size of the reservation is estimated from, read and never run. Each part says where it was read; what is not
 * known is null, and said. Of an image only what is inside it counts, never the host that looks at it.
 */
import type { Profile } from "../distro/profile.js";
import type { Reader } from "../machine/machine.js";
import { parseCalibration } from "../sizing/calibration.js";
import type { Calibration, CaptureParts, Measured, SizingMachine } from "../sizing/input.js";
import { IMAGE_HEAD, kernelInitBytes } from "../sizing/kernel-image.js";
import type { BaseFacts, Facts, InstalledKernel } from "../types.js";
import { collectArch } from "./arch.js";
import { kernelConfig, kernelThatBoots } from "./boots.js";
import { captureCpus } from "./capture-cpus.js";
import { hardware } from "./capture-hardware.js";
import { captureLikeMain } from "./capture-initrd.js";
import { measuredByPackage, unpackedSize } from "./capture-measured.js";
import { encryptedTarget } from "./encrypted.js";
import { luks2Memory } from "./luks2.js";

/** One input by the name a person knows it by; `value` is "not known" where it is not. */
export interface CaptureInput {
  readonly name: string;
  readonly value: string;
  /** the file or rule that says so, or why it is not known */
  readonly source: string;
}

export interface Capture {
  readonly parts: CaptureParts;
  readonly machine: SizingMachine;
  readonly calibration: Calibration | null;
  readonly inputs: readonly CaptureInput[];
  /** what the estimate leaves out and an admin has to know */
  readonly warnings: readonly string[];
}

const CALIBRATION = "/usr/lib/kdump/calibrate.conf";
/** The mapping of the memory of a process says the page size the kernel runs with. */
const PAGES = "/proc/self/smaps";

/** `ramBytes`: null where it is not known. `facts.grub` and `.kdump` are missing where no profile was looked at. */
export function collectCapture(
  reader: Reader,
  facts: BaseFacts & Partial<Pick<Facts, "grub" | "kdump">>,
  profile: Profile,
  ramBytes: number | null,
): Capture {
  const kernel = kernelThatBoots(reader, facts, facts.grub ?? null);
  // with --arch another machine is meant than the one this runs on
  const live = !reader.image && facts.arch === collectArch(reader);
  const release = kernel?.release ?? facts.runningKernel;
  const parts = { ...images(reader, kernel, release, profile), ...encrypted(reader, live) };
  const own = measuredByPackage(reader, release, profile);
  const modules = live ? loadedModules(reader) : null;
  const calibration = parseCalibration(reader.readText(CALIBRATION) ?? "", release ?? "");
  const config = release === null ? null : kernelConfig(reader, release);
  const here = hardware(live ? reader : null, facts.cmdline, config?.text ?? "");
  const started = captureCpus(facts.kdump ?? null, profile);
  const pages = pageBytes(live ? reader : null, facts.arch, config);
  const machine: SizingMachine = {
    ramBytes,
    arch: facts.arch,
    cpus: here.cpus?.count ?? null,
    captureCpus: started.count ?? here.cpus?.count ?? 1,
    pageBytes: pages.bytes ?? 4096,
    memoryEncryption: here.memoryEncryption !== null,
    smmu: here.smmu !== null,
    mlx5: here.mlx5 !== null,
    framebufferBytes: here.framebuffer?.bytes ?? null,
    networkTarget: null,
  };
  const all: CaptureParts = {
    kernelFile: parts.kernelFile,
    kernelInit: parts.kernelInit,
    captureInitrd: parts.captureInitrd,
    // a size without its initrd is left over from one that was removed
    captureInitrdUnpacked:
      parts.captureInitrd === null ? null : (own.unpacked ?? unpackedSize(reader, parts.captureInitrd)),
    mainInitrd: parts.mainInitrd,
    captureLikeMain: captureLikeMain(reader, profile),
    modules,
    luks: parts.luks,
    earlyUsed: own.earlyUsed,
  };
  const place = profile.kdump.captureInitrd.replace("{release}", () => release ?? "RELEASE");
  const none = live ? "nothing of the kind was found" : "only the running system tells";
  const size = (name: string, measured: Measured | null, why: string): CaptureInput =>
    measured === null
      ? { name, value: "not known", source: why }
      : { name, value: mib(measured.bytes), source: measured.source };
  const count = (
    name: string,
    known: { readonly count: number | null; readonly source: string },
  ): CaptureInput => ({
    name,
    value: known.count === null ? "not known" : String(known.count),
    source: known.source,
  });
  const sign = (name: string, evidence: string | null): CaptureInput => ({
    name,
    value: evidence === null ? (live ? "no" : "not known") : "yes",
    source: evidence ?? none,
  });
  const inputs: readonly CaptureInput[] = [
    size(
      "kernel image",
      all.kernelFile,
      release === null ? "no kernel is installed" : `no image of ${release}`,
    ),
    size("kernel until it runs", all.kernelInit, "the image's header does not say, or cannot be read"),
    size("capture initrd", all.captureInitrd, `${place} is not there yet, or cannot be read`),
    size("capture initrd unpacked", all.captureInitrdUnpacked, own.unpackedWhy),
    size("normal initrd", all.mainInitrd, "none of that kernel was found"),
    size("modules loaded now", modules, live ? "/proc/modules cannot be read" : none),
    size("LUKS2 memory", all.luks, parts.encryption ?? "nothing says"),
    size("used early in boot", all.earlyUsed, own.earlyWhy),
    count("processors", here.cpus ?? { count: null, source: none }),
    count("processors of the capture", started),
    size("page", pages.bytes === null ? null : { bytes: pages.bytes, source: pages.source }, pages.source),
    sign("memory encryption", here.memoryEncryption),
    ...(facts.arch === "aarch64" ? [sign("SMMU", here.smmu), sign("mlx5 network card", here.mlx5)] : []),
    size("framebuffer", here.framebuffer, none),
    {
      name: "measured by the package",
      value: calibration === null ? "no" : "yes",
      source: calibration === null ? `no ${CALIBRATION}` : CALIBRATION,
    },
  ];
  return { parts: all, machine, calibration, inputs, warnings: parts.warnings };
}

function images(reader: Reader, kernel: InstalledKernel | null, release: string | null, profile: Profile) {
  const kernelFile = kernel === null ? null : sizeOf(reader, kernel.image);
  const init = kernel === null ? null : kernelInitBytes(reader.readStart(kernel.image, IMAGE_HEAD) ?? "");
  const place = release === null ? null : profile.kdump.captureInitrd.replace("{release}", () => release);
  return {
    kernelFile,
    kernelInit:
      kernel === null || init === null ? null : { bytes: init, source: `${kernel.image}, init_size` },
    captureInitrd: place === null ? null : sizeOf(reader, place),
    mainInitrd: kernel?.initrd == null ? null : sizeOf(reader, kernel.initrd),
  };
}

function encrypted(reader: Reader, live: boolean) {
  const found = encryptedTarget(reader, live);
  const known = (luks: Measured) => ({ luks, encryption: null, warnings: [] });
  if (found.kind === "no") return known({ bytes: 0, source: found.source });
  // all that lie below are opened at once, as kdumpctl's estimate has it, too
  const sizes = found.devices.map((device) => luks2Memory(reader, device));
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  if (sizes.length > 0 && !sizes.includes(null))
    return known({ bytes, source: `LUKS2 header of ${found.devices.join(", ")}` });
  const encryption = `${found.evidence}; how much stands in the disk's header`;
  const warning = `the dump may go to an encrypted disk (${found.evidence}): what unlocking it takes stands in its header (cryptsetup luksDump: Memory), up to 1 GiB, and is not counted here; give a larger size by name if it does`;
  return { luks: null, encryption, warnings: [warning] };
}

/** null for an empty file as well: it is none. */
function sizeOf(reader: Reader, path: string): Measured | null {
  const stat = reader.stat(path);
  return stat?.type === "file" && stat.size > 0 ? { bytes: stat.size, source: path } : null;
}

/** Sum of the second column of /proc/modules (proc(5)): more than the capture initrd has, which brings a part of them. */
function loadedModules(reader: Reader): Measured | null {
  const text = reader.readText("/proc/modules");
  if (text === null) return null;
  let bytes = 0;
  for (const line of text.split("\n")) bytes += Number(/^\S+ (\d{1,12}) /.exec(line)?.[1] ?? 0);
  return { bytes, source: "/proc/modules: all that are loaded now, more than the capture loads" };
}

/** Only two architectures have a choice (arch/arm64/Kconfig, arch/powerpc/Kconfig, Linux 6.1). */
function pageBytes(
  reader: Reader | null,
  arch: string,
  config: { readonly path: string; readonly text: string } | null,
): { readonly bytes: number | null; readonly source: string } {
  if (!/^(aarch64|ppc64)/.test(arch)) return { bytes: 4096, source: `always on ${arch}` };
  const built = /^CONFIG_(?:ARM64|PPC)_(4|16|64|256)K_PAGES=y$/m.exec(config?.text ?? "")?.[1];
  if (built !== undefined) return { bytes: Number(built) * 1024, source: config?.path ?? "" };
  const running = /^KernelPageSize:[ \t]+(\d{1,4}) kB$/m.exec(reader?.readText(PAGES) ?? "")?.[1];
  if (running !== undefined) return { bytes: Number(running) * 1024, source: PAGES };
  return { bytes: null, source: "the kernel's configuration was not found; 4 KiB are assumed" };
}

function mib(bytes: number): string {
  if (bytes === 0) return "0";
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
