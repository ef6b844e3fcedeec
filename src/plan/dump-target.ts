import type { Profile } from "../distro/profile.js";
import type { DumpDirectory, DumpTarget, DumpTargetFacts, Facts, Reason } from "../types.js";
import { objection, refusal } from "./part.js";

/** File systems that a reboot empties, or that hold no files of anybody. */
const GONE_AFTER_REBOOT: ReadonlySet<string> = new Set([
  "tmpfs",
  "ramfs",
  "devtmpfs",
  "proc",
  "sysfs",
  "devpts",
]);
const GIB = 2 ** 30;

export interface Doubts {
  readonly reasons: readonly Reason[];
  readonly warnings: readonly string[];
}

/** What speaks against sending a dump there, as far as it could be looked at. */
export function doubtsAbout(
  facts: Facts,
  profile: Profile,
  target: DumpTarget,
  seen: DumpTargetFacts,
  keyFile: string,
): Doubts {
  switch (target.kind) {
    case "local":
      return aboutDirectory(facts, profile, seen.directory);
    case "nfs":
      return aboutExport(facts, profile, target.where, seen);
    case "ssh":
      return aboutHost(profile, target.where, seen, keyFile);
    default:
      return target satisfies never;
  }
}

/** kdump-config removes the oldest of what begins with "2" there, whatever it is. */
export function aboutRotation(directory: DumpDirectory): Doubts {
  const { path, strays } = directory;
  if (strays.length === 0) return { reasons: [], warnings: [] };
  const named = `${strays.slice(0, 3).join(", ")}${strays.length > 3 ? ", …" : ""}`;
  const text = `in ${path} stands what is no dump and begins with "2" (${named}): kdump-config counts it as a dump and would remove it; give a directory of its own with --core-dir`;
  return { reasons: [objection("dump-rotation", text)], warnings: [] };
}

function aboutDirectory(facts: Facts, profile: Profile, directory: DumpDirectory): Doubts {
  const { path, state, mount } = directory;
  const { takesEffect, directory: rule } = profile.kdump.settings;
  const reasons: Reason[] = [];
  const warnings: string[] = [];
  if (state === "other") reasons.push(refusal("dump-directory", `${path} is no directory`));
  if (state === "network") {
    const text = `${path} is on a network file system (${mount?.fsType ?? "unknown"})`;
    if (takesEffect === "capture")
      reasons.push(
        objection(
          "dump-directory",
          `${text}, which is not mounted when the capture kernel saves a dump: give --target nfs:HOST:PATH`,
        ),
      );
    else warnings.push(`${text}: it has to be mounted whenever the capture kernel is loaded`);
    return { reasons, warnings };
  }
  if (state === "unreadable") warnings.push(`${path} cannot be looked at: run it as root`);
  if (state === "absent" && !rule.made)
    reasons.push(
      objection(
        "dump-directory",
        `${path} does not exist, and without it no capture kernel is loaded: mkdir -p -m 700 ${path}`,
      ),
    );
  if (mount === null) return { reasons, warnings };
  if (GONE_AFTER_REBOOT.has(mount.fsType))
    reasons.push(
      objection(
        "dump-directory",
        `${path} is on ${mount.fsType} (${mount.mountPoint}): a reboot takes the dump away`,
      ),
    );
  else if (mount.readOnly)
    reasons.push(
      objection("dump-directory", `${path} is on ${mount.mountPoint}, which is mounted read-only`),
    );
  else if (takesEffect === "capture" && !directory.inFstab && mount.mountPoint !== "/")
    warnings.push(
      `${mount.mountPoint} is not in /etc/fstab: where nothing else mounts it, the capture kernel writes the dump below the empty directory`,
    );
  if (directory.encrypted !== null)
    warnings.push(
      `${path} is on an encrypted disk (${directory.encrypted}): the capture kernel has to unlock it, and nobody is there to type`,
    );
  warnings.push(...aboutSpace(facts, directory));
  return { reasons, warnings };
}

/** The rule kdumpctl has too: a dump can be as large as the memory, though it hardly ever is. */
function aboutSpace(facts: Facts, { path, freeBytes }: DumpDirectory): readonly string[] {
  if (freeBytes === null || facts.memory === null || freeBytes >= facts.memory.bytes) return [];
  const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
  return [
    `${path} has ${gib(freeBytes)} free and the memory is ${gib(facts.memory.bytes)}: a dump is mostly smaller than that, but nothing says that it is`,
  ];
}

function aboutExport(facts: Facts, profile: Profile, where: string, seen: DumpTargetFacts): Doubts {
  const { nfs, directory } = profile.kdump.settings;
  if (nfs === null) return { reasons: [], warnings: [] };
  const reasons: Reason[] = [];
  const warnings: string[] = [];
  if (seen.program === false)
    reasons.push(
      objection(
        "dump-target",
        `${nfs.needs.program} is not installed, so nothing can be mounted: install ${nfs.needs.package}`,
      ),
    );
  if (!nfs.mountedFirst) return { reasons, warnings };
  if (seen.exportMounted === false) {
    const text = facts.image
      ? `${where} is not in /etc/fstab, and where it is not mounted no capture kernel is loaded`
      : `${where} is not mounted, and without that no capture kernel is loaded: mount it, and name it in /etc/fstab`;
    reasons.push(objection("dump-target", text));
  }
  warnings.push(
    `the dump goes to ${seen.directory.path} below the export (${directory.key}): that directory has to exist there`,
  );
  return { reasons, warnings };
}

function aboutHost(profile: Profile, where: string, seen: DumpTargetFacts, keyFile: string): Doubts {
  const { ssh } = profile.kdump.settings;
  if (ssh === null) return { reasons: [], warnings: [] };
  const reasons: Reason[] = [];
  const warnings: string[] = [];
  const propagate = ssh.propagate.join(" ");
  if (seen.program === false)
    reasons.push(
      objection(
        "dump-target",
        `${ssh.needs.program} is not installed, so nothing can be sent: install ${ssh.needs.package}`,
      ),
    );
  const missing = (what: string) => {
    if (ssh.triedOnLoad)
      reasons.push(
        objection(
          "dump-target",
          `${what}, and where it cannot log in no capture kernel is loaded: ssh-keygen -f ${keyFile} makes a key, ssh-copy-id -i ${keyFile} ${where} sends it`,
        ),
      );
    else
      warnings.push(
        `${what}: run ${propagate}, which makes the key where there is none and sends it to ${where}`,
      );
  };
  const { key } = seen;
  if (key?.state === "absent") missing(`there is no key ${keyFile}`);
  else if (key?.state === "other") reasons.push(refusal("dump-target", `${keyFile} is no file`));
  else {
    if (seen.hostKnown === false) missing(`${where} is in no known_hosts file of root`);
    if (key?.state === "file") reasons.push(...aboutKey(keyFile, key));
    if (key?.state === "file" && key.uid !== 0)
      warnings.push(`${keyFile} belongs to another user (uid ${key.uid}), who can send what root sends`);
  }
  if (seen.hostKnown === null && key !== null)
    warnings.push(
      `whether ${where} is known cannot be told, the names in known_hosts are hashed: ssh -o BatchMode=yes -i ${keyFile} ${where} true tells`,
    );
  return { reasons, warnings };
}

function aboutKey(
  keyFile: string,
  key: { readonly mode: number; readonly passphrase: boolean },
): readonly Reason[] {
  const reasons: Reason[] = [];
  if ((key.mode & 0o077) !== 0)
    reasons.push(
      objection(
        "dump-target",
        `${keyFile} can be read by others (mode ${key.mode.toString(8)}), and ssh does not use such a key: chmod 600 ${keyFile}`,
      ),
    );
  if (key.passphrase)
    reasons.push(
      objection(
        "dump-target",
        `${keyFile} is protected by a passphrase, and nobody is there to type it after a crash`,
      ),
    );
  return reasons;
}
