import type { Reader } from "../machine/machine.js";
import type { CaptureSetup } from "./proof.js";

/** What would capture a crash of the running system now; null where that cannot be told. `initrd` is its path. */
export function captureSetup(reader: Reader, initrd: string): CaptureSetup | null {
  if (reader.image) return null;
  const text = (path: string) => reader.readText(path)?.trim() ?? "";
  const kernel = text("/proc/sys/kernel/osrelease");
  const reserved = text("/sys/kernel/kexec_crash_size");
  if (kernel === "" || !/^\d{1,15}$/.test(reserved)) return null;
  const path = reader.resolve(initrd);
  const stat = path === null ? null : reader.stat(path);
  return {
    kernel,
    build: text("/proc/sys/kernel/version"),
    reservedBytes: Number(reserved),
    initrd:
      path === null || stat?.type !== "file"
        ? null
        : { path: initrd, bytes: stat.size, changedAt: new Date(Math.floor(stat.mtimeMs)).toISOString() },
  };
}
