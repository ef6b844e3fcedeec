/** What an audit looks at beyond what a change needs. Reads only; what could wait for another machine is left alone. */
import type { Profile } from "../distro/profile.js";
import { PANIC_TRIGGERS } from "../kernel-files.js";
import type { Reader } from "../machine/machine.js";
import type { DumpDirectory, Facts } from "../types.js";
import { kernelThatBoots } from "./boots.js";
import { collectDumpDirectory } from "./dump-directory.js";
import { type SysctlSetting, sysctlSetting } from "./kexec.js";
import { collectKexecState, type KexecState } from "./kexec-state.js";
import { type LastDump, newestDump } from "./last-dump.js";
import { collectUpdaters, type Updater } from "./updaters.js";

/** A file's time of change, in milliseconds since 1970; null: it is not there, or cannot be looked at. */
export interface Dated {
  readonly path: string;
  readonly mtimeMs: number | null;
}

/** A kernel that would be loaded for the capture, and the initrd made for it. */
export interface CaptureImages {
  readonly release: string;
  readonly running: boolean;
  readonly kernel: Dated | null;
  readonly initrd: Dated;
}

export interface Sysctl {
  /** as sysctl(8) writes it: kernel.panic */
  readonly name: string;
  /** null on an image, and where the kernel does not have it */
  readonly now: string | null;
  readonly atBoot: SysctlSetting | null;
}

/** Bytes, of /proc/meminfo. */
export interface MemoryUse {
  readonly total: number;
  readonly free: number;
  readonly cache: number;
  readonly user: number;
}

export interface AuditFacts {
  readonly hostname: string | null;
  readonly machineId: string | null;
  readonly kexec: KexecState | null;
  readonly sysctls: readonly Sysctl[];
  readonly bootConfig: Dated | null;
  readonly bootSources: readonly Dated[];
  readonly captures: readonly CaptureImages[];
  /** null where the settings do not say which, or no absolute path */
  readonly directory: DumpDirectory | null;
  readonly lastDump: LastDump | null;
  readonly memoryUse: MemoryUse | null;
  readonly sshKey: "there" | "absent" | "unreadable";
  readonly updaters: readonly Updater[];
}

const SYSCTLS = ["kernel.panic", ...PANIC_TRIGGERS] as const;

/** `dump`: the directory and the key that the dump's settings name; null where they cannot be told. */
export function collectAuditFacts(
  reader: Reader,
  facts: Facts,
  profile: Profile,
  dump: { readonly directory: string | null; readonly keyFile: string | null },
): AuditFacts {
  const directory = dump.directory?.startsWith("/") ? collectDumpDirectory(reader, dump.directory) : null;
  const dated = (path: string): Dated => ({ path, mtimeMs: reader.stat(path)?.mtimeMs ?? null });
  const { config, defaults, dropIns } = facts.grub;
  return {
    hostname: hostname(reader),
    machineId: /^[0-9a-f]{32}$/.exec(reader.readText("/etc/machine-id")?.trim() ?? "")?.[0] ?? null,
    kexec: collectKexecState(reader),
    sysctls: SYSCTLS.map((name) => sysctl(reader, name)),
    bootConfig: config === null ? null : dated(config.path),
    bootSources: [defaults, ...dropIns].map(({ path }) => dated(path)),
    captures: captures(reader, facts, profile, dated),
    directory,
    lastDump: directory?.state === "directory" ? newestDump(reader, directory.nearest) : null,
    memoryUse: memoryUse(reader),
    sshKey: keyState(reader, dump.keyFile),
    updaters: collectUpdaters(reader),
  };
}

function hostname(reader: Reader): string | null {
  const text = reader.image
    ? (reader.readText("/etc/hostname") ?? "").split("\n").find((line) => /^\s*[^#\s]/.test(line))
    : reader.readText("/proc/sys/kernel/hostname");
  const name = text?.trim() ?? "";
  return name === "" ? null : name.slice(0, 255);
}

function sysctl(reader: Reader, name: string): Sysctl {
  const key = name.replace(/\./g, "/");
  const now = reader.image ? null : (reader.readText(`/proc/sys/${key}`)?.trim() ?? null);
  return { name, now, atBoot: sysctlSetting(reader, key) };
}

function captures(
  reader: Reader,
  facts: Facts,
  { kdump }: Profile,
  dated: (path: string) => Dated,
): readonly CaptureImages[] {
  const running = reader.image ? null : facts.runningKernel;
  const next = kernelThatBoots(reader, facts, facts.grub)?.release ?? null;
  const releases = [...new Set([running, next])].filter((one): one is string => one !== null);
  return releases.map((release) => {
    const image = facts.kernels.find((kernel) => kernel.release === release)?.image;
    return {
      release,
      running: release === running,
      kernel: image === undefined ? null : dated(image),
      initrd: dated(kdump.captureInitrd.replace("{release}", () => release)),
    };
  });
}

function memoryUse(reader: Reader): MemoryUse | null {
  if (reader.image) return null;
  const text = reader.readText("/proc/meminfo") ?? "";
  const of = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d{1,15}) kB$`, "m").exec(text)?.[1] ?? 0) * 1024;
  const total = of("MemTotal");
  if (total === 0) return null;
  const cache = of("Cached") + of("Buffers") + of("SwapCached");
  return { total, free: of("MemFree"), cache, user: of("AnonPages") };
}

/** That it is there, not what is in it. */
function keyState(reader: Reader, path: string | null): AuditFacts["sshKey"] {
  if (path === null) return "unreadable";
  const state = reader.read(path, 1);
  if (state.kind === "absent") return "absent";
  return state.kind === "unreadable" ? "unreadable" : "there";
}
