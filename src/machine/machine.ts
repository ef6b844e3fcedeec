import type { ByteText, Command, FileState } from "../types.js";

/** How a command ended. `exitCode` is null when a signal or the time limit ended it, or it could not be started. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** standard output byte for byte, as latin1 */
  readonly stdoutBytes: string;
  readonly stderr: string;
  readonly seconds: number;
  /** set when the command did not run to its end by itself: "not found", "timed out", "killed by SIGTERM" */
  readonly failure: string | null;
}

export interface DirEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "other";
}

export interface Stat {
  readonly type: "file" | "directory" | "symlink" | "fifo" | "socket" | "device";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** milliseconds since 1970 */
  readonly mtimeMs: number;
  /** device number of the file system it is on */
  readonly dev: number;
  /** device number, for a device file */
  readonly rdev: number;
  readonly inode: number;
}

/** Reading a system. Paths are inside the root; symbolic links are resolved inside the root, never out of it. */
export interface Reader {
  /** "/" or the image's directory, real path on the host */
  readonly root: string;
  readonly image: boolean;
  /** bytes as latin1 with mode and owner; at most `limit` bytes (default 16 MiB), never blocks on a FIFO or device */
  read(path: string, limit?: number): FileState;
  /** the first `bytes` bytes of a regular file, fewer where it is shorter; null when it is none or cannot be read */
  readStart(path: string, bytes: number): ByteText | null;
  /** `bytes` bytes of a regular file from `from`, fewer where it ends before; null when it is none or cannot be read */
  readPart(path: string, from: number, bytes: number): Buffer | null;
  /**
   * The same of a block device, or of a file in its place. Only for the running system: the nodes of an image are the
   * host's disks.
   */
  readDevice(path: string, from: number, bytes: number): Buffer | null;
  /** text of a small file such as those under /proc and /sys; null when absent or unreadable */
  readText(path: string): string | null;
  /** names sorted by byte value; null when it is no readable directory */
  list(path: string): readonly DirEntry[] | null;
  /** of what stands there, links followed; null when nothing does */
  stat(path: string): Stat | null;
  /** of the name itself; null when nothing does */
  lstat(path: string): Stat | null;
  /** target of a symbolic link, as written; null when it is none */
  readlink(path: string): string | null;
  /** the path with every link resolved inside the root (the last component may be missing); null on a loop */
  resolve(path: string): string | null;
}

/** The system worked on, with everything that changes it. Paths as in Reader; every method throws what the system said. */
export interface Machine extends Reader {
  /**
   * Runs a program of the system worked on (in a chroot when it is an image): C locale, a bare environment, no
   * standard input unless given. Never throws; on `signal` the whole process group is ended. With `keepLock` the child
   * holds our lock too, so that nobody starts anew while it outlives a killed run; not for what may start a daemon.
   */
  run(
    command: Command,
    options?: { readonly signal?: AbortSignal; readonly keepLock?: boolean },
  ): Promise<Ran>;
  /**
   * Puts `text` at `path` in one step: written beside it, synced, given the old file's owner, mode and extended
   * attributes (SELinux label, ACL), renamed over it, directory synced. Links are followed; the target is replaced.
   * With `expected`, what stands there is read once more just before the rename, and BusyOrStaleError thrown when it
   * is something else: on a busy disk writing beside it takes long enough for somebody to save a file. `written` is
   * waited for when the new file stands beside the old one.
   */
  replace(
    path: string,
    text: ByteText,
    createMode: number,
    expected?: FileState,
    written?: () => Promise<void>,
  ): Promise<void>;
  /** The name `replace` writes to before the rename: left behind only by a killed run. */
  temporaryName(path: string): string;
  /** Gives `to` the owner, mode and extended attributes of `from`. */
  copyAttributes(from: string, to: string): Promise<void>;
  /** A second name for the same inode; false where the file system has no hard links. */
  hardLink(from: string, to: string): boolean;
  /** Renames within one directory and syncs it. */
  rename(from: string, to: string): void;
  symlink(to: string, path: string): void;
  /** Removes a file or link and syncs its directory; nothing there is fine. */
  remove(path: string): void;
  /** Makes the directory and the missing ones above it; returns those it made, outermost first. */
  makeDirectory(path: string, mode: number): readonly string[];
  /** Removes a directory when it is empty; otherwise leaves it. */
  removeEmptyDirectory(path: string): void;
  /**
   * Removes a directory that root made, and the regular files of these names in it. Throws, before anything is removed,
   * when it is no directory of root's on its parent's file system or when anything else stands in it; no link is followed.
   */
  removeDirectory(path: string, files: readonly string[]): void;
  /** Syncs one file's bytes. */
  syncFile(path: string): void;
  /** Syncs the whole file system `path` is on. */
  syncFileSystem(path: string): Promise<void>;
  /**
   * Freezes and thaws the file system mounted there, so that what GRUB reads without replaying a journal is on the
   * disk. Returns null, or why it could not be done.
   */
  freezeOnce(mountPoint: string): Promise<string | null>;
  /** Crashes the kernel through sysrq. Returns, some seconds later, only when the kernel did not do it. */
  crashKernel(): Promise<void>;
  /** Tells the kernel how many bytes of its reservation it keeps (kexec_crash_size). */
  keepReserved(bytes: number): void;
  /** Takes the lock or throws BusyOrStaleError. */
  lock(path: string, timeoutSeconds: number, signal?: AbortSignal): Promise<Lock>;
}

export interface Lock {
  release(): void;
}
