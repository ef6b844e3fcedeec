/**
 * What keeps a kernel from being loaded for the capture: then a reservation is memory given away. The ids begin with
 * "kexec-"; they speak against reserving, never against taking a reservation out.
 */
import type { Reader } from "../machine/machine.js";
import type { Blocker } from "../types.js";
import { kernelConfig } from "./boots.js";

const LIVE = "/proc/sys/kernel/kexec_load_disabled";
const LOADED = "/sys/kernel/kexec_crash_loaded";

/** `release`: of the kernel that boots; null when not known. */
export function kexecBlockers(reader: Reader, release: string | null): readonly Blocker[] {
  return [
    ...(release === null ? [] : notBuilt(reader, release)),
    ...switchedOff(reader),
    ...(reader.image ? [] : [...paravirtual(reader), ...firmwareAssisted(reader)]),
  ];
}

/** CONFIG_KEXEC or CONFIG_KEXEC_FILE loads, CONFIG_CRASH_DUMP captures (init/Kconfig and arch/, Linux 2.6.31 to 6.17). */
function notBuilt(reader: Reader, release: string): readonly Blocker[] {
  const config = kernelConfig(reader, release);
  if (config === null) return [];
  const on = (name: string) => new RegExp(`^CONFIG_${name}=y$`, "m").test(config.text);
  const missing = [
    ...(on("KEXEC") || on("KEXEC_FILE") ? [] : ["CONFIG_KEXEC"]),
    ...(on("CRASH_DUMP") ? [] : ["CONFIG_CRASH_DUMP"]),
  ];
  if (missing.length === 0) return [];
  const text = `kernel ${release} is built without ${missing.join(" and ")}, so it cannot capture a dump`;
  return [{ id: "kexec-not-built", severity: "objection", text, evidence: config.path }];
}

/** Once 1, kernel.kexec_load_disabled stays 1 until the reboot (Documentation/admin-guide/sysctl/kernel.rst, 6.1). */
function switchedOff(reader: Reader): readonly Blocker[] {
  const file = sysctlSetting(reader, "kernel/kexec_load_disabled");
  const off = (text: string, evidence: string): readonly Blocker[] => [
    { id: "kexec-disabled", severity: "objection", text, evidence },
  ];
  if (file?.value === "1")
    return off(
      "kernel.kexec_load_disabled=1 keeps the capture kernel from being loaded: take it out and reboot, or leave kdump off",
      `${file.path}:${file.line}`,
    );
  if (reader.image || reader.readText(LIVE)?.trim() !== "1") return [];
  // switched off after the capture kernel was loaded, as some hardening guides have it: that works
  if (reader.readText(LOADED)?.trim() === "1") return [];
  return off(
    "kernel.kexec_load_disabled is 1 and no capture kernel is loaded: whatever sets it at boot keeps kdump from loading one",
    LIVE,
  );
}

/** A Xen PV guest has no kexec of its own; HVM and PVH guests do (arch/x86/xen/enlighten_pv.c, 6.1). */
function paravirtual(reader: Reader): readonly Blocker[] {
  if (reader.readText("/sys/hypervisor/type")?.trim() !== "xen") return [];
  const path = "/sys/hypervisor/guest_type";
  if (reader.readText(path)?.trim() !== "PV") return [];
  // the first domain loads into memory of the hypervisor's (kexec-tools, kexec-xen.c)
  const domains = "/proc/xen/capabilities";
  if (/\bcontrol_d\b/.test(reader.readText(domains) ?? "")) {
    const text =
      "this is Xen's first domain, and the memory for a capture kernel is the hypervisor's: put crashkernel= into" +
      " GRUB_CMDLINE_XEN by hand, Linux's own is not heeded";
    return [{ id: "kexec-xen-dom0", severity: "objection", text, evidence: domains }];
  }
  const text = "this is a Xen PV guest: its kernel cannot load another one, so it cannot capture a dump";
  return [{ id: "kexec-xen-pv", severity: "objection", text, evidence: path }];
}

/**
 * Firmware-assisted dumps of POWER: the firmware keeps the memory and starts the kernel that saves it. crashkernel= is
 * then the size of what it keeps, 5 % of the memory where there is none (Documentation/arch/powerpc/firmware-assisted-dump.rst,
 * Linux 6.6), and the lists for kdump are not made for that.
 */
function firmwareAssisted(reader: Reader): readonly Blocker[] {
  const enabled = fadumpFile(reader, "enabled");
  if (enabled?.text !== "1") return [];
  const text =
    "dumps are assisted by the firmware here (fadump=on), and crashkernel= is the memory that the firmware keeps for them:" +
    " give a size meant for that with --force, or take fadump= off the command line first";
  return [{ id: "kexec-fadump", severity: "objection", text, evidence: enabled.path }];
}

/** Documentation/ABI/testing/sysfs-kernel-fadump; before Linux 5.9 the files stood in /sys/kernel under longer names. */
export function fadumpFile(
  reader: Reader,
  name: "enabled" | "registered" | "mem_reserved",
): { readonly path: string; readonly text: string } | null {
  for (const path of [`/sys/kernel/fadump/${name}`, `/sys/kernel/fadump_${name}`]) {
    const text = reader.readText(path)?.trim();
    if (text !== undefined) return { path, text };
  }
  return null;
}

/**
 * Lockdown forbids kexec_load but not kexec_file_load of a signed image (security/lockdown, Linux 5.4 and newer): no
 * reason not to reserve where the kdump service loads with -s. null: it is off, or not there.
 */
export function lockdownWarning(reader: Reader): string | null {
  if (reader.image) return null;
  const path = "/sys/kernel/security/lockdown";
  const mode = /\[(integrity|confidentiality)\]/.exec(reader.readText(path) ?? "")?.[1];
  if (mode === undefined) return null;
  return `kernel lockdown is on (${path}: ${mode}): only a signed kernel can be loaded for the capture, with kexec -s`;
}

/** The stronger first (sysctl.d(5), systemd 252); /lib/sysctl.d is the last one's other name. */
const SYSCTL_DIRECTORIES = [
  "/etc/sysctl.d",
  "/run/sysctl.d",
  "/usr/local/lib/sysctl.d",
  "/usr/lib/sysctl.d",
  "/lib/sysctl.d",
];

export interface SysctlSetting {
  readonly value: string;
  readonly path: string;
  readonly line: number;
}

/**
 * What a key, written with "/", is set to at boot: of files of one name the one in the strongest directory counts, then
 * all of them in the order of their names, the last setting wins. /etc/sysctl.conf comes last of all, as for sysctl(8)
 * --system; systemd reads it where a link in /etc/sysctl.d leads to it. `leftOut` is a file not to look at.
 */
export function sysctlSetting(reader: Reader, key: string, leftOut = ""): SysctlSetting | null {
  const files = new Map<string, string>();
  for (const dir of SYSCTL_DIRECTORIES)
    for (const { name } of reader.list(dir) ?? [])
      if (name.endsWith(".conf") && !files.has(name)) files.set(name, `${dir}/${name}`);
  const names = [...files.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  let last: SysctlSetting | null = null;
  for (const path of [...names.map((name) => files.get(name) ?? ""), "/etc/sysctl.conf"])
    if (path !== leftOut) last = settingIn(reader, path, key) ?? last;
  return last;
}

function settingIn(reader: Reader, path: string, key: string): SysctlSetting | null {
  const state = reader.read(path, 1024 * 1024);
  if (state.kind !== "file") return null;
  let last: SysctlSetting | null = null;
  for (const [index, content] of state.text.split("\n").entries()) {
    const equals = content.indexOf("=");
    if (equals < 0 || /^\s*[#;]/.test(content)) continue;
    if (normalKey(content.slice(0, equals)) === key)
      last = { value: content.slice(equals + 1).trim(), path, line: index + 1 };
  }
  return last;
}

/** A leading "-" only means that a failure is no error. The first separator says which of "." and "/" is one. */
function normalKey(text: string): string {
  const name = text.trim().replace(/^-\s*/, "");
  const separator = /[./]/.exec(name)?.[0];
  return separator === "." ? name.replace(/[./]/g, (c) => (c === "." ? "/" : ".")) : name;
}
