/** The chain from a setting to a saved dump: which checks judge each link, and which of them wait for which. */
import type { CheckId } from "./catalogue.js";

/** Where the first check of a link does not apply, the link is not due. */
export const LINKS = {
  configured: ["boot.configured", "boot.override", "crashkernel.valid"],
  generated: ["boot.entries", "boot.fresh"],
  running: ["crashkernel.running", "boot.drift"],
  reserved: ["crashkernel.reserved", "crashkernel.size"],
  loaded: ["capture.loaded", "kexec.allowed", "kexec.lockdown", "capture.present", "capture.fresh"],
  service: ["service.package", "service.enabled", "service.switch", "service.active"],
  target: ["dump.target", "dump.space"],
  newest: ["dump.last"],
} as const satisfies Readonly<Record<string, readonly [CheckId, ...CheckId[]]>>;

export type LinkId = keyof typeof LINKS;

export const LABELS: Readonly<Record<LinkId, string>> = {
  configured: "configured",
  generated: "generated",
  running: "running",
  reserved: "reserved",
  loaded: "loaded",
  service: "service",
  target: "dump target",
  newest: "newest dump",
};

const SERVICE = ["service.package", "service.enabled", "service.switch"] as const;

/** A check that cannot come right before another one does: its own fix would be in vain. */
export const AFTER: Readonly<Partial<Record<CheckId, readonly CheckId[]>>> = {
  "boot.configured": ["kexec.allowed"],
  "boot.entries": ["boot.configured"],
  "crashkernel.running": ["boot.configured", "boot.entries"],
  "boot.drift": ["boot.configured", "boot.entries"],
  "crashkernel.reserved": ["crashkernel.running", "crashkernel.valid"],
  "crashkernel.size": ["crashkernel.valid", "boot.entries"],
  "capture.loaded": ["kexec.allowed", "kexec.lockdown", ...SERVICE, "crashkernel.reserved"],
  "capture.present": SERVICE,
  "service.enabled": ["service.package"],
  "service.active": ["kexec.allowed", ...SERVICE, "crashkernel.reserved"],
  "dump.space": ["dump.target"],
};

/** What booting with the configured value can bring right. */
export const BY_REBOOT: ReadonlySet<CheckId> = new Set([
  "crashkernel.running",
  "boot.drift",
  "crashkernel.reserved",
  "crashkernel.size",
]);

/** And this too, where there was no memory for it until now. */
export const BY_RESERVING: ReadonlySet<CheckId> = new Set([
  "capture.loaded",
  "capture.present",
  "service.active",
]);
