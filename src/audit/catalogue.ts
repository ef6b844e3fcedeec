/**
 * Every check there is. An id, once published, keeps its meaning; docs/checks.md says more of each, and a test holds
 * the two together.
 */

/** high: no dump would be saved. medium: one may not be, or something else is harmed. low: it should be better. */
export type Severity = "high" | "medium" | "low" | "info";

/** What checks of one group are about, as a report heads them. */
export const GROUPS = {
  crashkernel: "Reservation",
  boot: "Boot configuration",
  service: "Service",
  capture: "Capture kernel",
  dump: "Dump",
  panic: "Panic",
  kexec: "Loading a kernel",
  waste: "Memory given away",
  policy: "Policy",
  off: "Switched off",
} as const;
export type Group = keyof typeof GROUPS;

interface Entry {
  readonly title: string;
  readonly severity: Severity;
  readonly expected: string;
}

const entry = (severity: Severity, title: string, expected: string): Entry => ({ severity, title, expected });

export const CATALOGUE = {
  "crashkernel.reserved": entry("high", "Memory is reserved for a capture kernel", "more than 0 bytes"),
  "crashkernel.running": entry(
    "high",
    "The running kernel was booted with crashkernel=",
    "a crashkernel= on the running command line",
  ),
  "crashkernel.single": entry(
    "low",
    "The running command line asks for one reservation",
    "one crashkernel=, or one ,high with at most one ,low",
  ),
  "crashkernel.valid": entry(
    "high",
    "The kernel accepts the configured crashkernel= and reserves something here",
    "an expression that this kernel accepts and that matches this memory",
  ),
  "crashkernel.size": entry(
    "medium",
    "The reservation is large enough",
    "at least what is estimated to be needed",
  ),

  "boot.configured": entry(
    "high",
    "The boot loader's sources ask for a reservation",
    "a crashkernel= in the variables that normal entries are made from",
  ),
  "boot.entries": entry(
    "high",
    "Every normal boot entry carries the configured crashkernel=",
    "the configured words in every normal entry",
  ),
  "boot.fresh": entry(
    "medium",
    "The boot configuration was generated after its sources were changed",
    "no source newer than the generated file",
  ),
  "boot.drift": entry(
    "medium",
    "What is configured is what runs",
    "the running crashkernel= is the configured one",
  ),
  "boot.override": entry(
    "medium",
    "No crashkernel= is overridden",
    "no assignment that a later one undoes, no updater that replaces the value",
  ),

  "service.package": entry("high", "The packages that save a dump are installed", "all of them installed"),
  "service.enabled": entry("high", "The kdump unit is started at boot", "enabled, not masked"),
  "service.switch": entry("high", "kdump's own switch is on", "on"),
  "service.active": entry("high", "The kdump unit is active", "active"),

  "capture.loaded": entry("high", "A capture kernel is loaded", "loaded"),
  "capture.present": entry(
    "medium",
    "The capture kernel and its initrd are there",
    "a kernel image and a capture initrd for the running kernel",
  ),
  "capture.fresh": entry(
    "medium",
    "The capture initrd is newer than its kernel",
    "made after the kernel was installed",
  ),
  "capture.panic": entry(
    "medium",
    "A capture kernel that fails reboots the machine",
    "a panic= other than 0 among the capture kernel's arguments",
  ),

  "dump.target": entry(
    "high",
    "The dump has one target that can be used",
    "one target, with a place to write to",
  ),
  "dump.space": entry(
    "medium",
    "The dump fits into its target",
    "as much free space as a dump is expected to take",
  ),
  "dump.level": entry(
    "low",
    "The dump is filtered and compressed",
    "makedumpfile with dump level 31 and compression",
  ),
  "dump.privacy": entry(
    "medium",
    "Nobody but root can read the dumps",
    "a directory of root's that others cannot enter",
  ),
  "dump.failure": entry("low", "A dump that cannot be saved ends in a reboot", "reboot"),
  "dump.last": entry("info", "The newest dump is complete", "a complete dump"),

  "panic.oops": entry("low", "An oops ends in a panic, so that it is dumped", "kernel.panic_on_oops=1"),
  "panic.triggers": entry(
    "low",
    "What is set to panic at boot is what is set now",
    "the running values are those of the sysctl files",
  ),
  "panic.hang": entry(
    "high",
    "A panic without a capture kernel does not hang the machine",
    "a loaded capture kernel, or kernel.panic other than 0",
  ),

  "kexec.allowed": entry("high", "The kernel may load another one", "kexec is built in and not switched off"),
  "kexec.lockdown": entry(
    "medium",
    "Kernel lockdown does not keep the capture kernel out",
    "no lockdown, or a capture kernel that is loaded",
  ),

  "waste.unarmed": entry("medium", "Reserved memory is used", "a capture kernel in it, or nothing reserved"),
  "waste.excess": entry(
    "medium",
    "The reservation is not far above the need",
    "at most twice what would be recommended now",
  ),

  "policy.expression": entry(
    "high",
    "The reservation is the one the policy names",
    "the policy's expression",
  ),
  "policy.minimum": entry(
    "high",
    "The reservation is as large as the policy asks for",
    "the policy's minimum",
  ),

  "off.service": entry("medium", "The kdump unit cannot be started", "masked, or not there"),
  "off.inactive": entry("medium", "The kdump unit is not active", "inactive or failed"),
  "off.loaded": entry("medium", "No capture kernel is loaded", "not loaded"),
  "off.running": entry(
    "medium",
    "The running kernel was booted without crashkernel=",
    "no crashkernel= on the running command line",
  ),
  "off.reserved": entry("medium", "No memory is reserved", "0 bytes"),
  "off.configured": entry(
    "medium",
    "The boot loader's sources ask for no reservation",
    "no crashkernel= in the variables that entries are made from",
  ),
  "off.entries": entry("medium", "No boot entry carries crashkernel=", "no crashkernel= in any normal entry"),
} as const satisfies Readonly<Record<string, Entry>>;

export type CheckId = keyof typeof CATALOGUE;

export function isCheckId(text: string): text is CheckId {
  return Object.hasOwn(CATALOGUE, text);
}

/** The part of an id before its dot. */
export function groupOf(id: CheckId): Group {
  const name = id.slice(0, id.indexOf("."));
  const found = Object.keys(GROUPS).find((one): one is Group => one === name);
  if (found === undefined) throw new Error(`no group ${name}`);
  return found;
}
