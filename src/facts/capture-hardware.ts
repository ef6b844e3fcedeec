import type { Reader } from "../machine/machine.js";
import type { Measured } from "../sizing/input.js";
import { namesIn } from "./boot-files.js";

/** What of this machine's hardware makes a capture kernel larger; each says the file that shows it, or null. */
export interface Hardware {
  readonly cpus: { readonly count: number; readonly source: string } | null;
  readonly memoryEncryption: string | null;
  readonly smmu: string | null;
  readonly mlx5: string | null;
  readonly framebuffer: Measured | null;
}

const NOTHING: Hardware = { cpus: null, memoryEncryption: null, smmu: null, mlx5: null, framebuffer: null };

/** `reader`: null on an image, of which nothing here can be said. */
export function hardware(reader: Reader | null, cmdline: string | null, config: string): Hardware {
  if (reader === null) return NOTHING;
  return {
    cpus: processors(reader),
    memoryEncryption: memoryEncryption(reader, cmdline ?? "", config),
    smmu: namesIn(reader, "/sys/class/iommu", /smmu/)[0] ?? null,
    mlx5: namesIn(reader, "/sys/bus/pci/drivers/mlx5_core", /^[0-9a-f]{4,}:/)[0] ?? null,
    framebuffer: framebuffers(reader),
  };
}

/** "0-3,8" (Documentation/admin-guide/cputopology.rst, Linux 6.1): there now, else what there is place for. */
function processors(reader: Reader): Hardware["cpus"] {
  for (const name of ["present", "possible"]) {
    const path = `/sys/devices/system/cpu/${name}`;
    const count = countOf(reader.readText(path)?.trim() ?? "");
    if (count !== null) return { count, source: path };
  }
  return null;
}

function countOf(list: string): number | null {
  let count = 0;
  for (const part of list.slice(0, 65_536).split(",")) {
    const found = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
    if (found === null) return null;
    count += Math.max(0, Number(found[2] ?? found[1]) - Number(found[1]) + 1);
  }
  return count > 0 ? count : null;
}

/**
 * The processor's flag says that it can; it is on by mem_encrypt=on or by the kernel's default, and in a guest that has
 * the flag at all (Documentation/x86/amd-memory-encryption.rst, Linux 6.1).
 */
function memoryEncryption(reader: Reader, cmdline: string, config: string): string | null {
  const flags = /^flags[ \t]*:[^\n]*/m.exec(reader.readText("/proc/cpuinfo") ?? "")?.[0].split(/\s+/) ?? [];
  const able = flags.find((flag) => /^(sme|sev|sev_es|sev_snp)$/.test(flag));
  if (able === undefined) return null;
  const words = cmdline.split(/\s+/);
  const builtIn = /^CONFIG_AMD_MEM_ENCRYPT_ACTIVE_BY_DEFAULT=y$/m.test(config);
  const on = words.includes("mem_encrypt=on") || (builtIn && !words.includes("mem_encrypt=off"));
  if (on) return `/proc/cpuinfo: ${able}, switched on`;
  return flags.includes("hypervisor") ? `/proc/cpuinfo: ${able}, in a guest` : null;
}

/** Pixels times their bits, as a framebuffer's driver says them (drivers/video/fbdev/core/fbsysfs.c, Linux 6.1). */
function framebuffers(reader: Reader): Measured | null {
  let bytes = 0;
  const names = namesIn(reader, "/sys/class/graphics", /^fb\d+$/);
  for (const path of names) {
    const size = /^(\d{1,6}),(\d{1,6})$/.exec(reader.readText(`${path}/virtual_size`)?.trim() ?? "");
    const depth = /^\d{1,3}$/.exec(reader.readText(`${path}/bits_per_pixel`)?.trim() ?? "");
    if (size === null || depth === null) return null;
    bytes += Math.ceil((Number(size[1]) * Number(size[2]) * Number(depth[0])) / 8);
  }
  return names.length === 0 ? null : { bytes, source: names.join(", ") };
}
