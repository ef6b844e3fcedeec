/**
 * makedumpfile's flattened form (-F), made to go through a pipe: a block of 4096 bytes with a name, then pieces, each with
 * its place in the dump and its length, both 64-bit big-endian; a piece at -1 ends it (makedumpfile.h of makedumpfile
 * 1.7.2, struct makedumpfile_data_header).
 */
import type { Bytes } from "./dump-bytes.js";

export const FLAT_MAGIC = "makedumpfile";
const FIRST = 4096;
const HEAD = 16;
const END = Buffer.alloc(HEAD, 0xff);
/** Headers and notes come first; what is wanted of a dump is in the first few pieces. */
const MAX_PIECES = 256;

interface Piece {
  /** in the dump */
  readonly at: number;
  /** in the file */
  readonly from: number;
  readonly length: number;
}

export interface Unflattened {
  /** reads the beginning of the dump as if it were put together */
  readonly read: Bytes;
  /** the file ends like a whole one, and is long enough to hold so many bytes of the dump in pieces of a page */
  isWhole(bytes: number): boolean;
}

export function unflattened(read: Bytes, size: number): Unflattened {
  const pieces: Piece[] = [];
  let from = FIRST;
  let head = read(from, HEAD);
  while (pieces.length < MAX_PIECES && head !== null && head.length === HEAD) {
    const [at, length] = [Number(head.readBigInt64BE(0)), Number(head.readBigInt64BE(8))];
    if (at < 0 || length <= 0 || !Number.isSafeInteger(at) || !Number.isSafeInteger(length)) break;
    pieces.push({ at, from: from + HEAD, length });
    from += HEAD + length;
    head = read(from, HEAD);
  }
  const walked = head?.equals(END) === true;
  // sixteen such bytes stand also in the middle of a dump, in its bitmaps: those come before the pages
  const end = size < FIRST + HEAD ? null : read(size - HEAD, HEAD);
  return {
    read: (at, bytes) => gather(read, pieces, at, bytes),
    isWhole: (bytes) => end?.equals(END) === true && (walked || size > FIRST + bytes * (1 + HEAD / 1024)),
  };
}

/** A later piece for the same place wins, as it does when they are written one after the other. */
function gather(read: Bytes, pieces: readonly Piece[], from: number, bytes: number): Buffer | null {
  const buffer = Buffer.alloc(bytes);
  let filled = 0;
  for (const piece of pieces) {
    const start = Math.max(from, piece.at);
    const length = Math.min(from + bytes, piece.at + piece.length) - start;
    if (length <= 0) continue;
    const part = read(piece.from + start - piece.at, length);
    if (part === null) return null;
    part.copy(buffer, start - from);
    filled = Math.max(filled, start - from + part.length);
  }
  return buffer.subarray(0, filled);
}
