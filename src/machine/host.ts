import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { BusyOrStaleError, StepFailed } from "../errors.js";
import { SIZE_FILE } from "../kernel-files.js";
import type { FileState } from "../types.js";
import { runCommand } from "./command.js";
import { takeLock } from "./lock.js";
import type { Machine } from "./machine.js";
import { errorCode, hostPath, isMissing, walkInside } from "./paths.js";
import { openReader } from "./reader.js";

/** File systems without hard links answer linkat(2) with one of these. */
const NO_LINKS = new Set(["EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EMLINK"]);

/** A kernel that crashes does it before the write returns; other processors may take a moment. */
const STILL_RUNS_MS = 3000;

/** Opens the system under `root` for reading and changing. Throws UsageError when that is no directory. */
export function openMachine(root: string): Machine {
  const reader = openReader(root);
  const at = (path: string): string => {
    const walk = walkInside(reader.root, path);
    if (walk.kind === "fault") throw new StepFailed(`${path}: ${walk.why}`);
    return hostPath(reader.root, walk.path);
  };
  /** the name itself, not what it leads to */
  const nameAt = (path: string): string => join(at(dirname(path)), basename(path));
  const chroot = reader.image ? { chroot: reader.root } : {};
  let held: number | undefined;

  const copyAttributes = async (from: string, to: string) => {
    const copy = (what: string) =>
      runCommand({
        argv: ["cp", "--attributes-only", `--preserve=${what}`, "--", from, to],
        timeoutSeconds: 30,
      });
    let ran = await copy("mode,ownership,xattr");
    // vfat shows an SELinux label, of the whole mount, that cannot be set on a file
    if (ran.exitCode !== 0 && /not supported/i.test(ran.stderr)) ran = await copy("mode,ownership");
    if (ran.exitCode !== 0) {
      throw new Error(
        `the owner, mode and label of ${from} could not be kept: ${ran.stderr.trim() || ran.failure}`,
      );
    }
  };

  return {
    ...reader,
    run(command, { signal, keepLock } = {}) {
      const inherit = keepLock === true && held !== undefined ? { inheritFd: held } : {};
      return runCommand(command, { ...chroot, ...inherit, ...(signal === undefined ? {} : { signal }) });
    },
    temporaryName,
    async replace(path, text, createMode, expected, written) {
      const target = at(path);
      const temporary = temporaryName(target);
      removeName(temporary);
      const existing = existingFile(target);
      const fd = openSync(
        temporary,
        constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
        0o600,
      );
      try {
        // writeFileSync and not writeSync: on a full disk writeSync returns a short count without an error
        writeFileSync(fd, Buffer.from(text, "latin1"));
        if (existing === null) {
          fchmodSync(fd, createMode);
        } else {
          fchownSync(fd, existing.uid, existing.gid);
          await copyAttributes(target, temporary);
        }
        fsyncSync(fd);
        await written?.();
        if (expected !== undefined && !sameBytes(reader.read(path), expected)) {
          throw new BusyOrStaleError(`${path} changed after it was read`, { hint: "run the command again" });
        }
        renameOver(temporary, target);
      } catch (error) {
        removeName(temporary);
        throw error;
      } finally {
        closeSync(fd);
      }
    },
    copyAttributes: (from, to) => copyAttributes(at(from), at(to)),
    hardLink(from, to) {
      removeName(nameAt(to));
      try {
        linkSync(at(from), nameAt(to));
      } catch (error) {
        if (NO_LINKS.has(errorCode(error) ?? "")) return false;
        throw error;
      }
      syncDirectory(dirname(nameAt(to)));
      return true;
    },
    rename(from, to) {
      renameOver(nameAt(from), at(to));
    },
    symlink(to, path) {
      symlinkSync(to, nameAt(path));
      syncDirectory(dirname(nameAt(path)));
    },
    remove(path) {
      const name = nameAt(path);
      if (removeName(name)) syncDirectory(dirname(name));
    },
    makeDirectory(path, mode) {
      const made: string[] = [];
      for (let missing = path; reader.stat(missing) === null && missing !== "/"; missing = dirname(missing)) {
        made.unshift(missing);
      }
      for (const directory of made) {
        mkdirSync(at(directory), { mode });
        syncDirectory(dirname(at(directory)));
      }
      return made;
    },
    removeEmptyDirectory(path) {
      try {
        rmdirSync(at(path));
      } catch (error) {
        const code = errorCode(error);
        if (code === "ENOTEMPTY" || code === "EEXIST" || !stands(at(path))) return;
        throw error;
      }
    },
    removeDirectory(path, files) {
      removeWhole(nameAt(path), new Set(files));
    },
    syncFile(path) {
      const fd = openSync(at(path), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    },
    async syncFileSystem(path) {
      // sync -f (syncfs) came with coreutils 8.24; before, everything is synced
      const one = await runCommand({ argv: ["sync", "-f", at(path)], timeoutSeconds: 300 });
      if (one.exitCode === 0) return;
      const all = await runCommand({ argv: ["sync"], timeoutSeconds: 300 });
      if (all.exitCode !== 0) throw new Error(`sync failed: ${all.failure ?? all.stderr.trim()}`);
    },
    async freezeOnce(mountPoint) {
      // One child does both, is never killed and heeds no signal: whatever becomes of us, the file system is thawed.
      const script = `trap "" HUP INT TERM
        fsfreeze -f "$1" || exit 10
        for i in 1 2 3 4 5 6 7 8 9 10; do fsfreeze -u "$1" && exit 0; sleep 1; done
        exit 11`;
      const ran = await runCommand({
        argv: ["sh", "-c", script, "sh", at(mountPoint)],
        timeoutSeconds: Number.POSITIVE_INFINITY,
      });
      if (ran.exitCode === 0) return null;
      if (ran.exitCode === 11)
        return `IT IS STILL FROZEN, every write to it waits: run fsfreeze -u ${mountPoint} now`;
      return `it could not be frozen for a moment, only synced: ${ran.failure ?? ran.stderr.trim()}`;
    },
    keepReserved: (bytes) => tellKernel(at(SIZE_FILE), `${bytes}`),
    async crashKernel() {
      // "c" as the kernel's documentation has it (admin-guide/sysrq.rst)
      tellKernel(at("/proc/sysrq-trigger"), "c");
      await new Promise((resolve) => setTimeout(resolve, STILL_RUNS_MS));
    },
    async lock(path, timeoutSeconds, signal) {
      const lock = await takeLock(nameAt(path), timeoutSeconds, signal);
      held = lock.fd;
      return {
        release() {
          held = undefined;
          lock.release();
        },
      };
    },
  };
}

/** No O_CREAT: never a file in the place of a kernel's. */
function tellKernel(file: string, text: string): void {
  const fd = openSync(file, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    writeFileSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Begins with a dot and ends in neither .cfg nor .conf: no glob of a generator or a daemon takes it for a setting. */
function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.kdump-setup-new`);
}

function sameBytes(a: FileState, b: FileState): boolean {
  return a.kind === "file" && b.kind === "file" ? a.sha256 === b.sha256 : a.kind === b.kind;
}

function existingFile(path: string): { uid: number; gid: number } | null {
  try {
    const s = lstatSync(path);
    if (!s.isFile()) throw new Error(`${path} is not a regular file`);
    return s;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** True when something was removed. */
function removeName(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    // where nothing can be removed (a read-only file system says so first), what matters is that nothing is there
    if (isMissing(error) || !stands(path)) return false;
    throw error;
  }
}

function stands(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return !isMissing(error);
  }
}

/**
 * The directory is held open, and what is in it named through that: one that is put in its place meanwhile is not it.
 */
function removeWhole(path: string, files: ReadonlySet<string>): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const own = fstatSync(fd);
    if (own.uid !== 0) throw new Error(`${path} does not belong to root`);
    if (own.dev !== lstatSync(dirname(path)).dev) throw new Error(`${path} is a mount of its own`);
    const names = readdirSync(`/proc/self/fd/${fd}`);
    for (const name of names)
      if (!files.has(name) || !lstatSync(`/proc/self/fd/${fd}/${name}`).isFile())
        throw new Error(`${path}/${name} is something else than was looked at`);
    for (const name of names) unlinkSync(`/proc/self/fd/${fd}/${name}`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  rmdirSync(path);
  syncDirectory(dirname(path));
}

/**
 * The old file is held open until the directory is on the disk: on a file system without hard links nothing else keeps
 * its blocks from being given free, and written on, while the disk still has the old name (vfat frees a file's clusters
 * when nobody has it open any more; fs/fat/inode.c, fat_evict_inode, Linux 6.1).
 */
function renameOver(from: string, to: string): void {
  const old = existingFile(to) === null ? null : openSync(to, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    renameSync(from, to);
    syncDirectory(dirname(to));
  } finally {
    if (old !== null) closeSync(old);
  }
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
