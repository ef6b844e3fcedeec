/** Pictures of a directory tree, to show that not a byte, a mode, an owner or a label changed. */

import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { run } from "./run.js";

export interface Picture {
  readonly type: "file" | "directory" | "symlink" | "fifo" | "socket" | "character device" | "block device";
  /** permission bits, octal */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** of a file: SHA-256 of its bytes; of a link: its target; of a device: its numbers; else "" */
  readonly content: string;
  /** extended attribute → its bytes as getfattr -e hex writes them */
  readonly xattrs: Readonly<Record<string, string>>;
  /** only with `times`: inode and modification time in ns, to show that a file was not even rewritten */
  readonly written: string;
}

/** Path below the directory ("etc/default/grub"), its bytes as latin1 → what stands there. */
export type Snapshot = ReadonlyMap<string, Picture>;

export interface SnapshotOptions {
  /** paths (with all below them) left out; default: proc, dev and sys, where a test has its mounts */
  readonly ignore?: readonly string[];
  /** only these (with all below them); one that does not exist is simply not in the picture */
  readonly only?: readonly string[];
  /** also compare inode and modification time of files */
  readonly times?: boolean;
}

/** Throws when getfattr (package attr) is missing: without it a lost label would not be seen. */
export async function snapshot(dir: string, options: SnapshotOptions = {}): Promise<Snapshot> {
  const ignored = new Set(options.ignore ?? ["proc", "dev", "sys"]);
  const pictures = new Map<string, Omit<Picture, "xattrs">>();
  const top = Buffer.from(dir).toString("latin1");
  const look = (name: string): void => {
    if (ignored.has(name)) return;
    const where = Buffer.from(name === "" ? top : `${top}/${name}`, "latin1");
    const stat = lstatSync(where, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return;
    const type = typeOf(stat);
    pictures.set(name === "" ? "." : name, {
      type,
      mode: (Number(stat.mode) & 0o7777).toString(8),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      content: contentOf(where, type, stat),
      written: options.times === true && type === "file" ? `inode ${stat.ino}, ${stat.mtimeNs} ns` : "",
    });
    if (type === "directory")
      for (const child of readdirSync(where, "latin1")) look(name === "" ? child : `${name}/${child}`);
  };
  for (const name of options.only ?? [""]) look(name);
  const labels = await extendedAttributes(dir, [...pictures.keys()]);
  return new Map(
    [...pictures].map(([name, picture]) => [name, { ...picture, xattrs: labels.get(name) ?? {} }]),
  );
}

/** What is different, one line each; [] when nothing is. */
export function diffSnapshots(before: Snapshot, after: Snapshot): string[] {
  const lines: string[] = [];
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const a = before.get(name);
    const b = after.get(name);
    if (a === undefined || b === undefined) {
      lines.push(`${name}: ${a === undefined ? "was added" : "is gone"}`);
      continue;
    }
    const say = (what: string, x: string, y: string): void => {
      if (x !== y) lines.push(`${name}: ${what} was ${x === "" ? "none" : x}, is ${y === "" ? "none" : y}`);
    };
    say("type", a.type, b.type);
    if (a.type === b.type) say(WHAT[a.type], a.content, b.content);
    say("mode", a.mode, b.mode);
    say("owner", `${a.uid}:${a.gid}`, `${b.uid}:${b.gid}`);
    for (const key of [...new Set([...Object.keys(a.xattrs), ...Object.keys(b.xattrs)])].sort())
      say(`attribute ${key}`, a.xattrs[key] ?? "", b.xattrs[key] ?? "");
    say("writing", a.written, b.written);
  }
  return lines;
}

const WHAT: Readonly<Record<Picture["type"], string>> = {
  file: "SHA-256",
  directory: "content",
  symlink: "target",
  fifo: "content",
  socket: "content",
  "character device": "device",
  "block device": "device",
};

function typeOf(stat: BigIntStats): Picture["type"] {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isFIFO()) return "fifo";
  if (stat.isSocket()) return "socket";
  return stat.isBlockDevice() ? "block device" : "character device";
}

function contentOf(where: Buffer, type: Picture["type"], stat: BigIntStats): string {
  if (type === "symlink") return readlinkSync(where, "latin1");
  if (type === "file") return hashOf(where, stat);
  return type.endsWith("device") ? String(stat.rdev) : "";
}

/**
 * Hashing a whole root takes seconds, and most of it never changes. A sum is used again for the same inode with
 * the same change time, unless that was so fresh that a second change could carry it too.
 */
const sums = new Map<string, string>();
const FRESH_NS = 2_000_000_000n;

function hashOf(where: Buffer, stat: BigIntStats): string {
  const key = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(" ");
  const known = sums.get(key);
  if (known !== undefined) return known;
  const begun = BigInt(Date.now()) * 1_000_000n;
  const sum = createHash("sha256").update(readFileSync(where)).digest("hex");
  if (stat.ctimeNs + FRESH_NS < begun) sums.set(key, sum);
  return sum;
}

/** One getfattr for many names, in portions that fit on a command line. It says nothing of names without any. */
async function extendedAttributes(
  dir: string,
  names: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  // an argument is given to the program as UTF-8: only there do other bytes not survive
  const utf8 = (name: string): string => Buffer.from(name, "latin1").toString();
  for (let at = 0; at < names.length; at += 1000) {
    const portion = names.slice(at, at + 1000).map((name) => `./${utf8(name)}`);
    const ended = await run(["getfattr", "-h", "-d", "-m", "-", "-e", "hex", "--", ...portion], { cwd: dir });
    if (ended.code !== 0) throw new Error(`getfattr: ${ended.stderr}`);
    readDump(Buffer.from(ended.stdout).toString("latin1"), found);
  }
  return found;
}

function readDump(dump: string, found: Map<string, Record<string, string>>): void {
  let current: Record<string, string> = {};
  for (const line of dump.split("\n")) {
    const file = /^# file: (?:\.\/)?(.*)$/.exec(line)?.[1];
    const equals = line.indexOf("=");
    if (file !== undefined) {
      current = {};
      found.set(
        file.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
        current,
      );
    } else if (equals > 0) current[line.slice(0, equals)] = line.slice(equals + 1);
  }
}
