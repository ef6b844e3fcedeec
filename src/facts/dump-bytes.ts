/**
 * What a saved dump says of itself, read from its first blocks and its end: dumps are huge, and a server that has just
 * crashed has better things to do. Forms: IMPLEMENTATION and diskdump_mod.h of makedumpfile 1.7.2; elf(5).
 */
import { elfNotes } from "./elf-notes.js";
import { FLAT_MAGIC, unflattened } from "./flattened.js";

/** `bytes` bytes from `from`, fewer where the file ends before; null when they cannot be read. */
export type Bytes = (from: number, bytes: number) => Buffer | null;

export interface DumpBytes {
  readonly format: "kdump-compressed" | "elf" | "unknown";
  /** makedumpfile's form for pipes (-F): crash opens it, other programs need makedumpfile -R first */
  readonly flattened: boolean;
  /** the whole file was put through that program (KDUMP_COMPRESSION of kdump-tools) */
  readonly packed: "gzip" | "bzip2" | "lz4" | "xz" | null;
  /** of the pages; null: they are not compressed, or it is not known */
  readonly compression: "zlib" | "lzo" | "snappy" | "zstd" | null;
  /** makedumpfile's -d; null when the file does not say */
  readonly level: number | null;
  /** uname -r of the kernel that crashed */
  readonly release: string | null;
  readonly machine: string | null;
  /** ISO 8601, UTC; null when the file does not say */
  readonly crashedAt: string | null;
  /** false: it is cut short or says itself that it is; null: this form does not tell */
  readonly complete: boolean | null;
}

const NOTHING: DumpBytes = {
  format: "unknown",
  flattened: false,
  packed: null,
  compression: null,
  level: null,
  release: null,
  machine: null,
  crashedAt: null,
  complete: null,
};

const PACKED = [
  ["gzip", "\x1f\x8b"],
  ["bzip2", "BZh"],
  ["lz4", "\x04\x22\x4d\x18"],
  ["xz", "\xfd7zXZ\0"],
] as const;

/** `size` is the file's. */
export function readDumpBytes(read: Bytes, size: number): DumpBytes {
  const start = read(0, FLAT_MAGIC.length)?.toString("latin1") ?? "";
  const packed = PACKED.find(([, magic]) => start.startsWith(magic));
  if (packed !== undefined) return { ...NOTHING, packed: packed[0] };
  if (start !== FLAT_MAGIC) return inside(read, size).dump;
  const flat = unflattened(read, size);
  const { dump, least } = inside(flat.read, null);
  return { ...dump, flattened: true, complete: dump.complete !== false && flat.isWhole(least) };
}

interface Inside {
  readonly dump: DumpBytes;
  /** bytes that a whole dump has at least */
  readonly least: number;
}

/** `size` is null where what is read is put together from the pieces of another file. */
function inside(read: Bytes, size: number | null): Inside {
  const magic = read(0, 8)?.toString("latin1") ?? "";
  if (magic === "KDUMP   ") return compressed(read, size);
  return magic.startsWith("\x7fELF") ? elf(read, size) : { dump: NOTHING, least: 0 };
}

/** struct disk_dump_header: signature, version, utsname (six fields of 65 bytes), 2 bytes of padding, timeval, numbers. */
const UTSNAME = 12;
const FIELD = 65;
const STATUS = 424;
const INCOMPLETE = 0x8;
const COMPRESSION = [
  [0x1, "zlib"],
  [0x2, "lzo"],
  [0x4, "snappy"],
  [0x20, "zstd"],
] as const;

/** The header is in the byte order of the machine that crashed, with the sizes of a 64-bit one. */
function compressed(read: Bytes, size: number | null): Inside {
  const header = read(0, 464);
  if (header === null || header.length < 464)
    return { dump: { ...NOTHING, format: "kdump-compressed", complete: false }, least: 0 };
  const version = header.readInt32LE(8);
  const little = version > 0 && version < 0x10000;
  const int = (buffer: Buffer, at: number) => (little ? buffer.readInt32LE(at) : buffer.readInt32BE(at));
  const status = int(header, STATUS);
  const block = int(header, STATUS + 4);
  const subBlocks = int(header, STATUS + 8);
  const bitmapBlocks = int(header, STATUS + 12) >>> 0;
  const sane = block >= 512 && block <= 1 << 20 && subBlocks >= 0 && subBlocks < 1 << 16;
  const sub = sane ? read(block, 88) : null;
  const info = sub === null ? "" : vmcoreinfo(read, sub, little);
  const data = (1 + subBlocks + bitmapBlocks) * block;
  const cut = (status & INCOMPLETE) !== 0 || (sane && size !== null && size < data);
  const dump: DumpBytes = {
    ...NOTHING,
    format: "kdump-compressed",
    compression: COMPRESSION.find(([flag]) => (status & flag) !== 0)?.[1] ?? null,
    level: sub === null || sub.length < 12 ? null : int(sub, 8),
    release: field(header, 2) ?? setting(info, "OSRELEASE"),
    machine: field(header, 4),
    crashedAt: crashTime(info),
    complete: cut ? false : null,
  };
  return { dump, least: sane ? data : 0 };
}

function field(header: Buffer, index: number): string | null {
  const from = UTSNAME + index * FIELD;
  const text = header.toString("latin1", from, from + FIELD).replace(/\0.*/s, "");
  return text === "" ? null : text;
}

/** Far more than the kernel writes there: a page (kernel/crash_core.c, VMCOREINFO_BYTES). */
const MAX_INFO = 65_536;

/** struct kdump_sub_header of a 64-bit machine, version 3 and later: offset and size of the VMCOREINFO text. */
function vmcoreinfo(read: Bytes, sub: Buffer, little: boolean): string {
  if (sub.length < 48) return "";
  const long = (at: number) => Number(little ? sub.readBigUInt64LE(at) : sub.readBigUInt64BE(at));
  const [offset, bytes] = [long(32), long(40)];
  if (bytes === 0 || bytes > MAX_INFO || !Number.isSafeInteger(offset)) return "";
  return read(offset, bytes)?.toString("latin1") ?? "";
}

const MACHINES: ReadonlyMap<number, string> = new Map([
  [21, "ppc64"],
  [22, "s390x"],
  [62, "x86_64"],
  [183, "aarch64"],
]);

function elf(read: Bytes, size: number | null): Inside {
  const notes = elfNotes(read);
  if (notes === null) return { dump: { ...NOTHING, format: "elf", complete: false }, least: 0 };
  const info = notes.vmcoreinfo;
  const dump: DumpBytes = {
    ...NOTHING,
    format: "elf",
    release: setting(info, "OSRELEASE"),
    machine: MACHINES.get(notes.machine) ?? null,
    crashedAt: crashTime(info),
    complete: size === null ? null : size >= notes.end,
  };
  return { dump, least: notes.end };
}

function setting(info: string, name: string): string | null {
  return new RegExp(`^${name}=(.+)$`, "m").exec(info)?.[1] ?? null;
}

/** CRASHTIME, seconds since 1970, is written when the kernel crashes (kernel/crash_core.c, crash_save_vmcoreinfo). */
function crashTime(info: string): string | null {
  const text = setting(info, "CRASHTIME");
  if (text === null || !/^\d{1,11}$/.test(text)) return null;
  return new Date(Number(text) * 1000).toISOString().replace(/\.\d+/, "");
}
