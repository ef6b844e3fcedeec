import { LOADED_FILE, LOCKDOWN_FILE, SIZE_FILE } from "../kernel-files.js";
import type { Reader } from "../machine/machine.js";

/** absent: this kernel knows nothing of it. hidden: it cannot be read. */
export type Known<T> = { readonly kind: "known"; readonly value: T } | { readonly kind: "absent" | "hidden" };

export interface KexecState {
  readonly reserved: Known<number>;
  readonly loaded: Known<boolean>;
  /** firmware-assisted dump, which takes the place of kexec where it is on; null: it is not */
  readonly fadump: { readonly registered: boolean } | null;
  /** "none", "integrity", "confidentiality"; null where the kernel does not say */
  readonly lockdown: string | null;
  /** where the reservation lies; [] where there is none, and where the kernel does not show it to this user */
  readonly regions: readonly CrashRegion[];
}

/** Numbers of physical memory in bytes. */
export interface CrashRegion {
  readonly start: number;
  readonly bytes: number;
}

/**
 * What the running kernel says of its reservation (Documentation/ABI/testing/sysfs-kernel-kexec and sysfs-kernel-fadump,
 * Linux 6.1); null for an image, which runs none.
 */
export function collectKexecState(reader: Reader): KexecState | null {
  if (reader.image) return null;
  const enabled = oneLine(reader, ["/sys/kernel/fadump/enabled", "/sys/kernel/fadump_enabled"]) === "1";
  const registered = oneLine(reader, ["/sys/kernel/fadump/registered", "/sys/kernel/fadump_registered"]);
  const lockdown = /\[(\w+)\]/.exec(reader.readText(LOCKDOWN_FILE) ?? "")?.[1] ?? null;
  return {
    reserved: number(reader, SIZE_FILE),
    loaded: asFlag(number(reader, LOADED_FILE)),
    fadump: enabled ? { registered: registered === "1" } : null,
    lockdown,
    regions: crashRegions(reader.readText("/proc/iomem") ?? ""),
  };
}

/** "Crash kernel" in /proc/iomem (kernel/kexec_core.c, Linux 6.1); all zeros for who is not root. */
function crashRegions(text: string): readonly CrashRegion[] {
  return [...text.matchAll(/^ *([0-9a-f]{1,13})-([0-9a-f]{1,13}) : Crash kernel$/gm)]
    .map(([, from = "0", to = "0"]) => ({ start: Number.parseInt(from, 16), end: Number.parseInt(to, 16) }))
    .filter(({ start, end }) => end > start)
    .map(({ start, end }) => ({ start, bytes: end - start + 1 }));
}

function oneLine(reader: Reader, paths: readonly string[]): string | undefined {
  return paths.map((path) => reader.readText(path)?.trim()).find((text) => text !== undefined);
}

function number(reader: Reader, path: string): Known<number> {
  const state = reader.read(path, 4096);
  const text = state.kind === "file" ? state.text.trim() : "";
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)))
    return { kind: "known", value: Number(text) };
  // without the directory there is no sysfs to ask
  const asked = reader.stat("/sys/kernel")?.type === "directory";
  return { kind: state.kind === "absent" && asked ? "absent" : "hidden" };
}

function asFlag(known: Known<number>): Known<boolean> {
  return known.kind === "known" ? { kind: "known", value: known.value === 1 } : known;
}
