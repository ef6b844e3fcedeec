/**
 * What the key slots of a LUKS2 device take to open. LUKS2 On-Disk Format Specification 1.1: a binary header of 4096
 * bytes, big-endian, then JSON up to the header's size; a second copy follows the first.
 */
import type { Reader } from "../machine/machine.js";

const BINARY = 4096;
const MAGIC = ["LUKS\xba\xbe", "SKUL\xba\xbe"] as const;
/** Sizes a header may have, in bytes: 16 KiB to 4 MiB, doubled from one to the next (section 2.1). */
const SIZES: readonly number[] = Array.from({ length: 9 }, (_, at) => 0x4000 << at);
/** cryptsetup's own limit, in KiB (cryptsetup-luksFormat(8), 2.6: maximal PBKDF costs). */
const MOST_KIB = 4 << 20;

/** Bytes of the key slot that takes most, 0 where none takes memory (pbkdf2); null where no header can be read. */
export function luks2Memory(reader: Reader, device: string): number | null {
  const copies = [header(reader, device, 0, MAGIC[0])];
  if (copies[0] === null || copies[0] === undefined)
    copies.push(...SIZES.map((size) => header(reader, device, size, MAGIC[1])));
  else copies.push(header(reader, device, copies[0].size, MAGIC[1]));
  // the copy with the higher number was written last
  const [newest] = copies.flatMap((one) => one ?? []).sort((a, b) => (a.sequence > b.sequence ? -1 : 1));
  return newest === undefined ? null : newest.kib * 1024;
}

interface Header {
  /** bytes of one copy: the other begins there */
  readonly size: number;
  readonly sequence: bigint;
  readonly kib: number;
}

function header(reader: Reader, device: string, from: number, magic: string): Header | null {
  const binary = reader.readDevice(device, from, BINARY);
  if (binary?.length !== BINARY || binary.toString("latin1", 0, 6) !== magic) return null;
  const size = Number(binary.readBigUInt64BE(8));
  if (binary.readUInt16BE(6) !== 2 || !SIZES.includes(size)) return null;
  const json = reader.readDevice(device, from + BINARY, size - BINARY)?.toString("utf8") ?? "";
  const kib = largestKib(json.split("\0", 1)[0] ?? "");
  return kib === null ? null : { size, sequence: binary.readBigUInt64BE(16), kib };
}

/** `keyslots.*.kdf.memory` in KiB: Argon2 has one, pbkdf2 and the slot of a re-encryption have none. */
function largestKib(text: string): number | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // cut off while it was written; the other copy is whole then
    return null;
  }
  const slots = member(parsed, "keyslots");
  if (typeof slots !== "object" || slots === null) return null;
  const sizes = Object.values(slots).map((slot) => member(member(slot, "kdf"), "memory") ?? 0);
  const known = sizes.filter(
    (kib): kib is number => typeof kib === "number" && Number.isInteger(kib) && kib >= 0 && kib <= MOST_KIB,
  );
  return known.length === sizes.length ? known.reduce((largest, kib) => Math.max(largest, kib), 0) : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
