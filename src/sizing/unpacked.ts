/**
 * What a packed file takes unpacked, where it says so itself: its beginning and its end are enough. gzip (RFC 1952) keeps
 * the size in its last four bytes, xz (its file format 1.1.0) an index at its end; zstd and lz4 written from a pipe do not
 * know it.
 */
import { Buffer } from "node:buffer";

/** Bytes at the end that are enough for an index of xz: some hundred blocks. */
export const TAIL = 4096;
/** Bytes at the start that tell the format. */
export const HEAD = 6;
/** Nothing an initrd is made of packs better than that: another number is none of a size. */
const MOST = 50;

/** `head`: the first HEAD bytes; `tail`: the last TAIL bytes, all of a shorter file. null: it does not say. */
export function unpackedBytes(head: Buffer, tail: Buffer, size: number): number | null {
  const found = head.subarray(0, 3).equals(GZIP)
    ? gzipSize(tail)
    : head.subarray(0, 6).equals(XZ)
      ? xzSize(tail)
      : null;
  return found !== null && found >= size / 2 && found <= MOST * size ? found : null;
}

const GZIP = Buffer.from([0x1f, 0x8b, 8]);
const XZ = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);

function gzipSize(tail: Buffer): number | null {
  return tail.length < 8 ? null : tail.readUInt32LE(tail.length - 4);
}

/** Footer: CRC32, size of the index in words of four bytes less one, flags, "YZ". Index: 0, count, then pairs of numbers. */
function xzSize(tail: Buffer): number | null {
  const footer = tail.length - 12;
  if (footer < 0 || tail.toString("latin1", footer + 10) !== "YZ") return null;
  const start = footer - 4 * (tail.readUInt32LE(footer + 4) + 1);
  if (start < 0 || tail[start] !== 0) return null;
  let at = start + 1;
  /** Seven bits a byte, the lowest first, the highest bit of a byte says that another follows. */
  const number = (): number => {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      const byte = tail[at++] ?? 0;
      value += (byte & 0x7f) * place;
      if (byte < 0x80 || at > footer) return value;
    }
  };
  let sum = 0;
  for (let left = number(); left > 0 && at < footer; left -= 1) {
    number(); // the block as it is packed
    sum += number();
  }
  return sum;
}
