import type { DumpSettingsProfile, NeededProgram } from "../distro/profile.js";
import type { Reader } from "../machine/machine.js";
import type { DumpTarget, DumpTargetFacts, SshKey, SysctlFacts } from "../types.js";
import { collectDumpDirectory, exportMounted } from "./dump-directory.js";
import { sysctlSetting } from "./kexec.js";
import { findProgram } from "./programs.js";

const KEY_BYTES = 512;
const KNOWN_HOSTS = ["/root/.ssh/known_hosts", "/root/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts"];

/** How far a dump's way can be looked at without going it: nothing is mounted, nobody is asked, no host is called. */
export function collectDumpTarget(
  reader: Reader,
  settings: DumpSettingsProfile,
  about: {
    readonly directory: string;
    readonly target: DumpTarget;
    readonly keyFile: string;
    readonly freeBytes: number | null;
  },
): DumpTargetFacts {
  const { target } = about;
  const directory = collectDumpDirectory(reader, about.directory, about.freeBytes);
  const nothing = { exportMounted: null, program: null, key: null, hostKnown: null };
  switch (target.kind) {
    case "local":
      return { directory, ...nothing };
    case "nfs": {
      const program = isInstalled(reader, settings.nfs?.needs);
      return { directory, ...nothing, program, exportMounted: exportMounted(reader, target.where) };
    }
    case "ssh":
      return {
        directory,
        ...nothing,
        program: isInstalled(reader, settings.ssh?.needs),
        key: lookAtKey(reader, about.keyFile),
        hostKnown: hostKnown(reader, target.where.slice(target.where.lastIndexOf("@") + 1)),
      };
    default:
      return target satisfies never;
  }
}

/** null where the release has no such target */
function isInstalled(reader: Reader, needs: NeededProgram | undefined): boolean | null {
  return needs === undefined ? null : findProgram(reader, needs.program) !== null;
}

/** Sysctls by their names with dots, as they are and as files other than `ownFile` set them at boot. */
export function collectSysctls(
  reader: Reader,
  names: readonly string[],
  ownFile: string,
): Readonly<Record<string, SysctlFacts>> {
  return Object.fromEntries(
    names.map((name) => {
      const path = name.replace(/\./g, "/");
      const now = reader.image ? null : (reader.readText(`/proc/sys/${path}`)?.trim() ?? null);
      return [name, { now, atBoot: sysctlSetting(reader, path, ownFile) }];
    }),
  );
}

function lookAtKey(reader: Reader, path: string): SshKey {
  const stat = reader.stat(path);
  if (stat === null) return { state: "absent" };
  if (stat.type !== "file") return { state: "other" };
  const passphrase = hasPassphrase(reader.readStart(path, KEY_BYTES) ?? "");
  return { state: "file", mode: stat.mode, uid: stat.uid, passphrase };
}

/** PEM says so in words; OpenSSH's own form begins with the cipher's name (PROTOCOL.key of OpenSSH 9.2). */
function hasPassphrase(text: string): boolean {
  if (/^Proc-Type: 4,ENCRYPTED|^-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text)) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+)/.exec(text)?.[1];
  if (body === undefined) return false;
  const bytes = Buffer.from(body.replace(/\s/g, ""), "base64");
  const magic = "openssh-key-v1\0";
  if (bytes.toString("latin1", 0, magic.length) !== magic || bytes.length < magic.length + 8) return false;
  const length = bytes.readUInt32BE(magic.length);
  return bytes.toString("latin1", magic.length + 4, magic.length + 4 + length) !== "none";
}

/** A line is "hosts type key"; names may be patterns, or hashed (ssh-keyscan and sshd(8), OpenSSH 9.2): null then. */
function hostKnown(reader: Reader, host: string): boolean | null {
  const lines = KNOWN_HOSTS.flatMap((path) => (reader.readText(path) ?? "").split("\n"));
  const names = lines.flatMap((line) => {
    const [first = "", second = ""] = line.trim().split(/\s+/);
    if (first.startsWith("#")) return [];
    return (first.startsWith("@") ? second : first).split(",");
  });
  const fits = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replace(/\*/g, ".*")
        .replace(/\?/g, ".")}$`,
      "i",
    ).test(host);
  if (names.some((name) => name !== "" && !name.startsWith("|") && !name.startsWith("!") && fits(name)))
    return true;
  return names.some((name) => name.startsWith("|")) ? null : false;
}
