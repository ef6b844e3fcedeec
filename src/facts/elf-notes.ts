/** The notes of an ELF core of a kernel: elf(5), man-pages 6.03; a 64-bit file in either byte order. */
import type { Bytes } from "./dump-bytes.js";

const PT_NOTE = 4;
const PROGRAM_HEADER = 56;
/** A core of a machine has a few segments, one a piece of memory, and one note each CPU. */
const MAX_HEADERS = 4096;
const MAX_NOTES = 4 * 1024 * 1024;

export interface ElfNotes {
  /** e_machine */
  readonly machine: number;
  /** the text of the note VMCOREINFO; "" when there is none */
  readonly vmcoreinfo: string;
  /** where the last segment ends: the size of a file that is all there */
  readonly end: number;
}

/** null when it is no 64-bit ELF, or ends before its headers do. */
export function elfNotes(read: Bytes): ElfNotes | null {
  const header = read(0, 64);
  if (header === null || header.length < 64 || header[4] !== 2) return null;
  const little = header[5] === 1;
  const half = (at: number) => (little ? header.readUInt16LE(at) : header.readUInt16BE(at));
  const table = long(header, 32, little);
  const count = Math.min(half(56), MAX_HEADERS);
  const programs = Number.isSafeInteger(table) ? read(table, count * PROGRAM_HEADER) : null;
  if (programs === null || programs.length < count * PROGRAM_HEADER) return null;
  let end = 0;
  let vmcoreinfo = "";
  for (let at = 0; at < programs.length; at += PROGRAM_HEADER) {
    const [offset, size] = [long(programs, at + 8, little), long(programs, at + 32, little)];
    end = Math.max(end, offset + size);
    const type = little ? programs.readUInt32LE(at) : programs.readUInt32BE(at);
    if (type !== PT_NOTE || !Number.isSafeInteger(offset) || vmcoreinfo !== "") continue;
    vmcoreinfo = noteNamed(read(offset, Math.min(size, MAX_NOTES)), "VMCOREINFO", little);
  }
  return { machine: half(18), vmcoreinfo, end };
}

function long(buffer: Buffer, at: number, little: boolean): number {
  return Number(little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at));
}

/** Each note: length of its name, of its text, a type; then name and text, each filled up to 4 bytes. */
function noteNamed(notes: Buffer | null, wanted: string, little: boolean): string {
  if (notes === null) return "";
  const word = (at: number) => (little ? notes.readUInt32LE(at) : notes.readUInt32BE(at));
  for (let at = 0; at + 12 <= notes.length; ) {
    const [name, text] = [word(at), word(at + 4)];
    const start = at + 12 + 4 * Math.ceil(name / 4);
    if (notes.toString("latin1", at + 12, at + 12 + name).replace(/\0+$/, "") === wanted)
      return notes.toString("latin1", start, start + text);
    at = start + 4 * Math.ceil(text / 4);
  }
  return "";
}
