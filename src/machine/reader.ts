import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../errors.js";
import type { FileState } from "../types.js";
import { sha256 } from "./hash.js";
import type { DirEntry, Reader, Stat } from "./machine.js";
import { errorCode, hostPath, isMissing, resolveInside, walkInside } from "./paths.js";

/** Far more than any file we edit or read; a larger one is not what it claims to be. */
const READ_LIMIT = 16 * 1024 * 1024;

/** Opens the system under `root` for reading. Throws UsageError when that is no directory. */
export function openReader(root: string): Reader {
  const real = realRoot(root);
  const image = real !== "/";
  const resolve = (path: string) => resolveInside(real, path);

  const host = (path: string): string | null => {
    const inside = resolve(path);
    return inside === null ? null : hostPath(real, inside);
  };
  /** the name itself: only the directories before it are resolved */
  const hostName = (path: string): string | null => {
    const directory = resolve(dirname(path));
    if (directory === null) return null;
    const name = path.slice(path.lastIndexOf("/") + 1);
    return hostPath(real, directory === "/" ? `/${name}` : `${directory}/${name}`);
  };

  return {
    root: real,
    image,
    resolve,
    read(path, limit = READ_LIMIT) {
      const walk = walkInside(real, path);
      if (walk.kind === "fault") return { kind: "unreadable", why: walk.why };
      return readState(hostPath(real, walk.path), walk.path, limit);
    },
    readStart(path, bytes) {
      const at = host(path);
      return at === null ? null : (readBytes(at, 0, bytes)?.toString("latin1") ?? null);
    },
    readPart(path, from, bytes) {
      const at = host(path);
      return at === null ? null : readBytes(at, from, bytes);
    },
    readDevice(path, from, bytes) {
      const at = host(path);
      return at === null ? null : readBytes(at, from, bytes, true);
    },
    readText(path) {
      const at = host(path);
      if (at === null) return null;
      const state = readState(at, path, READ_LIMIT);
      return state.kind === "file" ? Buffer.from(state.text, "latin1").toString("utf8") : null;
    },
    list(path) {
      const at = host(path);
      return at === null ? null : listDirectory(at);
    },
    stat(path) {
      const at = host(path);
      return at === null ? null : statOf(at, lstatSync);
    },
    lstat(path) {
      const at = hostName(path);
      return at === null ? null : statOf(at, lstatSync);
    },
    readlink(path) {
      const at = hostName(path);
      if (at === null) return null;
      try {
        return readlinkSync(at);
      } catch {
        return null;
      }
    },
  };
}

function realRoot(root: string): string {
  try {
    if (statSync(root).isDirectory()) return realpathSync(root);
  } catch (error) {
    if (!isMissing(error)) throw new UsageError(`--root ${root} cannot be read: ${errorCode(error)}`);
  }
  throw new UsageError(`--root ${root} is not a directory`, {
    hint: "give the directory the image is mounted on",
  });
}

/**
 * O_NONBLOCK: a FIFO planted where a file should be must not hang us. O_NOFOLLOW: links were followed already, inside
 * the root; one that appears now was put there in between.
 */
const OPEN = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY;

function readBytes(at: string, from: number, bytes: number, device = false): Buffer | null {
  let fd: number;
  try {
    fd = openSync(at, OPEN);
  } catch {
    return null;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() && !(device && stat.isBlockDevice())) return null;
    const buffer = Buffer.alloc(bytes);
    let filled = 0;
    while (filled < bytes) {
      const count = readSync(fd, buffer, filled, bytes - filled, from + filled);
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

function readState(at: string, inside: string, limit: number): FileState {
  let fd: number;
  try {
    fd = openSync(at, OPEN);
  } catch (error) {
    if (isMissing(error)) return { kind: "absent" };
    if (errorCode(error) === "ENXIO") return { kind: "other", type: "socket" };
    return { kind: "unreadable", why: errorCode(error) ?? String(error) };
  }
  try {
    const stat = fstatSync(fd);
    const type = typeOf(stat);
    if (type !== "file") return { kind: "other", type: type === "symlink" ? "device" : type };
    if (stat.size > limit) return { kind: "other", type: "too-large" };
    const bytes = readAll(fd, limit);
    if (bytes === null) return { kind: "other", type: "too-large" };
    return {
      kind: "file",
      target: inside,
      text: bytes.toString("latin1"),
      mode: stat.mode & 0o7777,
      uid: stat.uid,
      gid: stat.gid,
      sha256: sha256(bytes),
    };
  } catch (error) {
    return { kind: "unreadable", why: errorCode(error) ?? String(error) };
  } finally {
    closeSync(fd);
  }
}

/** Files of /proc and /sys say size 0 or a page: read to the end, whatever stat said. Null past the limit. */
function readAll(fd: number, limit: number): Buffer | null {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(64 * 1024);
    const count = readSync(fd, part, 0, part.length, null);
    if (count === 0) return Buffer.concat(parts, total);
    total += count;
    if (total > limit) return null;
    parts.push(part.subarray(0, count));
  }
}

function listDirectory(at: string): readonly DirEntry[] | null {
  try {
    return readdirSync(at, { withFileTypes: true })
      .map((entry): DirEntry => {
        const type = entry.isFile()
          ? "file"
          : entry.isDirectory()
            ? "directory"
            : entry.isSymbolicLink()
              ? "symlink"
              : "other";
        return { name: entry.name, type };
      })
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  } catch {
    return null;
  }
}

function statOf(at: string, how: (path: string) => Stats): Stat | null {
  try {
    const s = how(at);
    return {
      type: typeOf(s),
      mode: s.mode & 0o7777,
      uid: s.uid,
      gid: s.gid,
      size: s.size,
      mtimeMs: s.mtimeMs,
      dev: s.dev,
      rdev: s.rdev,
      inode: s.ino,
    };
  } catch {
    return null;
  }
}

function typeOf(s: Stats): Stat["type"] {
  if (s.isFile()) return "file";
  if (s.isDirectory()) return "directory";
  if (s.isSymbolicLink()) return "symlink";
  if (s.isFIFO()) return "fifo";
  if (s.isSocket()) return "socket";
  return "device";
}
