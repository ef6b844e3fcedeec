/** The settings of a dump as plain values, and what words in them mean. */
import type { NamedFile } from "../types.js";

/** A value, and the line it stands on. unset: nothing says it, and `value` is what counts then. */
export type Setting<T> =
  | { readonly kind: "known"; readonly value: T; readonly path: string; readonly line: number }
  | { readonly kind: "unset"; readonly value: T; readonly path: string }
  | { readonly kind: "unknown"; readonly why: string; readonly path: string; readonly line: number | null };

export interface DumpTarget {
  /** local: the directory, on whatever is mounted there. filesystem, raw: a device. The others are another machine */
  readonly kind: "local" | "filesystem" | "raw" | "nfs" | "ssh" | "ftp";
  /** as written: HOST:PATH, USER@HOST, a device; "" for local */
  readonly to: string;
}

export interface Collector {
  readonly command: string;
  /** bits of makedumpfile -d; 0: every page is kept. null: it is no makedumpfile */
  readonly level: number | null;
  readonly compressed: boolean;
}

export type FailAction = "reboot" | "halt" | "poweroff" | "shell" | "other";

export interface DumpSettings {
  /** every target that is named; none: the local directory */
  readonly targets: Setting<readonly DumpTarget[]>;
  readonly directory: Setting<string>;
  readonly collector: Setting<Collector>;
  readonly failAction: Setting<FailAction>;
  /** 0: all of them */
  readonly keepDumps: Setting<number>;
  readonly sshKey: Setting<string>;
}

/** /var/crash is the directory of both forms: kdump-config of kdump-tools 1:1.8.1, line 47; kdump.conf(5), "path". */
export const DEFAULT_DIRECTORY = "/var/crash";
/** kdump-config of kdump-tools 1:1.8.1, SSH_KEY; kdump.conf(5) of kexec-tools 2.0.15, "sshkey". */
export const DEFAULT_KEY = "/root/.ssh/kdump_id_rsa";

/** makedumpfile(8): -d takes the level, -c -l -p -z compress; without -d every page is kept. */
export function collectorOf(command: string): Collector {
  const words = command.trim().split(/\s+/);
  const program = (words[0] ?? "").replace(/^.*\//, "");
  if (program !== "makedumpfile") return { command, level: null, compressed: false };
  let level = 0;
  let compressed = false;
  for (let at = 1; at < words.length; at += 1) {
    const flags = /^-([A-Za-z]+)(\d[\d,]*)?$/.exec(words[at] ?? "");
    if (flags?.[1] === undefined) continue;
    if (/[clpz]/.test(flags[1])) compressed = true;
    if (!flags[1].endsWith("d")) continue;
    const values = (flags[2] ?? words[at + 1] ?? "").split(",").map(Number);
    // several levels are tried in turn, the first one first
    const [first] = values;
    if (first !== undefined && Number.isInteger(first) && first >= 0 && first <= 31) level = first;
  }
  return { command, level, compressed };
}

/** What is left of a command line that somebody wrote: a shell in it waits for ever, whatever comes after. */
export function failCommand(text: string): FailAction {
  const words = text.split(/[\s;&|]+/).map((word) => word.replace(/^.*\//, ""));
  if (words.some((word) => /^(?:(?:ba|da|a|k|z)?sh|sulogin)$/.test(word))) return "shell";
  const last = [...words].reverse().find((word) => /^(?:reboot|halt|poweroff)$/.test(word));
  return last === "reboot" || last === "halt" || last === "poweroff" ? last : "other";
}

/** Why a file of settings says nothing; null where it does, and where there is none and the defaults count. */
export function whyNot({ state }: NamedFile): string | null {
  switch (state.kind) {
    case "file":
    case "absent":
      return null;
    case "other":
      return `it is no regular file (${state.type})`;
    case "unreadable":
      return `it cannot be read (${state.why})`;
    default:
      return state satisfies never;
  }
}
