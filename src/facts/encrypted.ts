import type { Reader } from "../machine/machine.js";
import { crypttab } from "./crypttab.js";

export type EncryptedTarget =
  | { readonly kind: "no"; readonly source: string }
  | {
      readonly kind: "maybe";
      readonly evidence: string;
      /** nodes of the LUKS2 devices that have to be opened; none where only crypttab tells of them */
      readonly devices: readonly string[];
    };

const CRYPTTAB = "/etc/crypttab";
/** Devices over devices: LUKS under LVM under md. More are a loop. */
const MAX_DEPTH = 8;

/**
 * Does the dump go to a disk that has to be unlocked by a passphrase? Live: the devices under the root file system and
 * under /var are followed (dm/uuid, slaves; Documentation/ABI/testing/sysfs-block-dm, Linux 6.1). Otherwise any line of
 * crypttab that is no throw-away swap may be meant. `devices` (major:minor) are followed instead where some are named.
 */
export function encryptedTarget(
  reader: Reader,
  live: boolean,
  devices: readonly string[] = [],
): EncryptedTarget {
  const followed = live ? followedDevices(reader, devices) : null;
  if (followed !== null) return followed;
  const line = crypttab(reader.readText(CRYPTTAB) ?? "").find(({ key, options }) => {
    const thrownAway =
      /^\/dev\/u?random$/.test(key) || options.some((one) => /^(swap|tmp|plain)\b/.test(one));
    return !thrownAway;
  });
  if (line !== undefined)
    return { kind: "maybe", evidence: `${CRYPTTAB}:${line.line}: ${line.name}`, devices: [] };
  const there = reader.stat(CRYPTTAB) !== null;
  return { kind: "no", source: there ? `${CRYPTTAB}: no encrypted disk` : `no ${CRYPTTAB}` };
}

/** null when not a single device could be followed: a network root, a file system with devices of its own. */
function followedDevices(reader: Reader, named: readonly string[]): EncryptedTarget | null {
  const mounts = (reader.readText("/proc/self/mountinfo") ?? "").split("\n").map((line) => line.split(" "));
  const usual = mounts
    .filter((fields) => ["/", "/var", "/var/crash", "/var/lib"].includes(fields[4] ?? ""))
    .map((fields) => fields[2] ?? "");
  const devices = (named.length > 0 ? named : usual)
    .map((device) => `/sys/dev/block/${device}`)
    .filter((path) => reader.stat(path) !== null);
  if (devices.length === 0) return null;
  const found = devices.flatMap((device) => luksBelow(reader, device, MAX_DEPTH));
  const [first] = found;
  if (first !== undefined)
    return {
      kind: "maybe",
      evidence: first.evidence,
      devices: [...new Set(found.flatMap(({ nodes }) => nodes))],
    };
  return { kind: "no", source: `${devices.join(", ")}: no LUKS device` };
}

interface Luks {
  readonly evidence: string;
  /** of the device that it lies on */
  readonly nodes: readonly string[];
}

function luksBelow(reader: Reader, device: string, depth: number): readonly Luks[] {
  if (depth === 0) return [];
  const uuid = reader.readText(`${device}/dm/uuid`)?.trim() ?? "";
  const slaves = (reader.list(`${device}/slaves`) ?? []).map(({ name }) => name);
  if (/^CRYPT-LUKS2-/.test(uuid))
    return [
      {
        evidence: `${device}/dm/uuid: ${uuid.slice(0, 80)}`,
        // sysfs writes the "/" of a name as "!" (kobject_set_name_vargs(), lib/kobject.c)
        nodes: slaves.map((name) => `/dev/${name.replace(/!/g, "/")}`),
      },
    ];
  return slaves.flatMap((name) => luksBelow(reader, `${device}/slaves/${name}`, depth - 1));
}
