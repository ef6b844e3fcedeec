import type { DumpSettingsProfile } from "../distro/profile.js";
import { type Effective, type EffectiveTarget, known } from "../plan/effective-dump-settings.js";
import { type Check, type FilePlace, fail, pass, unknown } from "./check.js";
import { AS_ROOT, type AuditInput } from "./input.js";

export type Doubt = Extract<Effective<unknown>, { kind: "unknown" }>;
type Elsewhere = Exclude<EffectiveTarget, { kind: "local" }>;

export const placeOf = <T>(setting: Effective<T>): FilePlace | null =>
  setting.kind === "known" ? setting.place : null;

/** Line 0 is the file itself, which is no file or cannot be read. */
export function doubted({ key, place, why }: Doubt): { readonly reason: string; readonly evidence: string } {
  return { reason: place.line === 0 ? why : `${key}: ${why}`, evidence: place.path };
}

const leavesHere = (target: EffectiveTarget): target is Elsewhere => target.kind !== "local";

/** The one target that is no directory of this machine; null: it is the local directory. */
export function elsewhere({ settings: { targets } }: AuditInput): Elsewhere | null {
  return targets.kind === "unknown" ? null : (targets.value.find(leavesHere) ?? null);
}

const NFS = /^(?:[^\s:/]+|\[[0-9a-fA-F:.]+\]):\/\S*$/;
const SSH = /^[^\s@]+@[^\s@]+$/;
const HOST = /^[^\s:/]+(?::\/?\S*)?$/;
const DEVICE = /^\/dev\/\S+$/;
const FILE_SYSTEM = /^(?:\/dev\/\S+|(?:UUID|LABEL|PARTUUID|PARTLABEL)=\S+)$/;

function formOf(target: Elsewhere, release: DumpSettingsProfile): RegExp {
  if (target.kind !== "other") return target.kind === "nfs" ? NFS : SSH;
  if (target.network) return HOST;
  // what a pipe writes to has no file system that could be found by a name
  return release.collector.flattenFor.includes(target.key) ? DEVICE : FILE_SYSTEM;
}

/** Where the dump goes, and whether that can be used. */
export function target(input: AuditInput): Check {
  const id = "dump.target";
  const { settings, profile } = input;
  const { directory, sshKey } = input.more;
  const { targets } = settings;
  if (targets.kind === "unknown") return unknown(id, { ...doubted(targets), fix: AS_ROOT });
  if (settings.directory.kind === "unknown")
    return unknown(id, { ...doubted(settings.directory), fix: AS_ROOT });
  const path = profile.kdump.settings.file;
  const place = placeOf(targets) ?? placeOf(settings.directory);
  const there = targets.value.filter(leavesHere);
  const wrong = (actual: string, fix: string, evidence = path) => fail(id, { actual, evidence, place, fix });
  const [first] = there;
  if (first !== undefined && there.length > 1)
    return wrong(
      `${there.length} targets: ${there.map((one) => named(one)).join(", ")}`,
      `leave one of them in ${path}`,
    );
  if (first !== undefined) {
    const name = named(first);
    if (!formOf(first, profile.kdump.settings).test(first.where))
      return wrong(`${name} is no target of that kind`, `mend it in ${path}`);
    if (first.kind === "ssh" && sshKey === "absent") {
      const key = known(settings.keyFile) ?? "the key";
      return wrong(`${name}, and ${key} is not there`, "make the key and take it to the server", key);
    }
    if (first.kind === "ssh" && sshKey === "unreadable")
      return unknown(id, { reason: "whether the key is there cannot be seen", evidence: path, fix: AS_ROOT });
    return pass(id, { actual: name, evidence: path, place });
  }
  if (directory === null)
    return wrong(`${settings.directory.value} is no absolute path`, `name the whole path in ${path}`);
  const at = directory.path;
  if (directory.state === "other")
    return wrong(`${directory.nearest} is no directory`, `make ${at} a directory`, at);
  if (directory.state === "unreadable")
    return unknown(id, { reason: `${at} cannot be looked at`, evidence: at, fix: AS_ROOT });
  if (directory.mount?.readOnly === true)
    return wrong(
      `${at} is on ${directory.mount.mountPoint}, which is mounted read-only`,
      `mount it writable, or name another directory in ${path}`,
      input.facts.image ? "/etc/fstab" : "/proc/self/mountinfo",
    );
  const notes = {
    directory: "",
    absent: " (made when it is first needed)",
    network: " on a network file system",
  };
  return pass(id, { actual: `${at}${notes[directory.state]}`, evidence: path, place });
}

export function named(target: Elsewhere): string {
  return `${target.kind === "other" ? target.key : target.kind} ${target.where}`;
}
