import type { Reader } from "../machine/machine.js";
import type { MemoryFacts } from "../types.js";

const PAGE = 4096;
/** Far more blocks than any machine has: 128 MiB each, 8 TiB. Past that the block is larger. */
const MAX_BLOCKS = 65_536;

/**
 * Bytes of the "System RAM" ranges at the top level of /proc/iomem, cut to whole pages as the kernel does
 * (e820__memblock_setup, Linux 6.1). What is nested in them, a crash kernel's reservation too, is part of them;
 * "System RAM (kmem)" came later and is no part of what a reservation is taken from. Null without such a range or
 * when every address is zero, which is what a user who is not root is shown.
 */
export function parseIomem(text: string): number | null {
  let bytes = 0;
  for (const line of text.split("\n")) {
    const range = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) : System RAM$/.exec(line);
    if (range === null) continue;
    const start = Math.ceil(Number.parseInt(range[1] ?? "", 16) / PAGE) * PAGE;
    const end = Math.floor((Number.parseInt(range[2] ?? "", 16) + 1) / PAGE) * PAGE;
    if (end > start) bytes += end - start;
  }
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null;
}

/** MemTotal of /proc/meminfo in bytes: without the kernel itself and without what is reserved. */
export function parseMemTotal(text: string): number | null {
  const found = /^MemTotal:[ \t]+(\d{1,15}) kB$/m.exec(text);
  return found === null ? null : Number(found[1]) * 1024;
}

/** `reservedBytes`: a crash kernel's reservation, which MemTotal leaves out. Null on an image: the host's is not its. */
export function collectMemory(
  reader: Reader,
  reservedBytes: number | null,
  ram?: number,
): MemoryFacts | null {
  if (ram !== undefined) return { bytes: ram, source: "option", sure: "exact" };
  if (reader.image) return null;
  const iomem = parseIomem(reader.readText("/proc/iomem") ?? "");
  if (iomem !== null) return { bytes: iomem, source: "iomem", sure: "exact" };
  const blocks = onlineBlocks(reader);
  // whole blocks, so that the holes the firmware keeps are counted too
  if (blocks !== null) return { bytes: blocks, source: "memory-blocks", sure: "estimate" };
  const total = parseMemTotal(reader.readText("/proc/meminfo") ?? "");
  if (total === null) return null;
  return { bytes: total + (reservedBytes ?? 0), source: "meminfo", sure: "estimate" };
}

/** Size of a memory block times how many are online (Documentation/admin-guide/mm/memory-hotplug.rst, Linux 6.1). */
function onlineBlocks(reader: Reader): number | null {
  const dir = "/sys/devices/system/memory";
  const size = Number.parseInt(reader.readText(`${dir}/block_size_bytes`)?.trim() ?? "", 16);
  if (!(size > 0)) return null;
  const blocks = (reader.list(dir) ?? []).filter(({ name }) => /^memory\d+$/.test(name));
  if (blocks.length > MAX_BLOCKS) return null;
  const online = blocks.filter(({ name }) => reader.readText(`${dir}/${name}/online`)?.trim() === "1");
  const bytes = online.length * size;
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null;
}
