/**
 * makedumpfile's flattened form (-F), made to go through a pipe: a block of 4096 bytes with a name, then pieces, each with
 * its place in the dump and its length, both 64-bit big-endian; a piece at -1 ends it (makedumpfile.h of makedumpfile
 * 1.7.2, struct makedumpfile_data_header).
 */
import type { Bytes } from "./dump-bytes.js";

export const FLAT_MAGIC = "makedumpfile";
const FIRST = 4096;
const HEAD = 16;
/** Headers and notes come first; what is wanted of a dump is in the first few pieces. */
const MAX_PIECES = 256;

interface Piece {
  /** in the dump */
  readonly at: number;
  /** in the file */
  readonly from: number;
  readonly length: number;
}

/** Reading the beginning of the dump as if it were put together. `complete`: the piece that ends it is there. */
export function unflattened(read: Bytes, size: number): { readonly read: Bytes; readonly complete: boolean } {
  const pieces: Piece[] = [];
  for (let from = FIRST; pieces.length < MAX_PIECES; ) {
    const head = read(from, HEAD);
    if (head === null || head.length < HEAD) break;
    const [at, length] = [Number(head.readBigInt64BE(0)), Number(head.readBigInt64BE(8))];
    if (at < 0 || length <= 0 || !Number.isSafeInteger(at) || !Number.isSafeInteger(length)) break;
    pieces.push({ at, from: from + HEAD, length });
    from += HEAD + length;
  }
  const end = size < FIRST + HEAD ? null : read(size - HEAD, HEAD);
  const complete = end?.equals(Buffer.alloc(HEAD, 0xff)) === true;
  return { complete, read: (from, bytes) => gather(read, pieces, from, bytes) };
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
