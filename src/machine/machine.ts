import type { Command, FileState } from "../types.js";

/** How a command ended. `exitCode` is null when a signal or the time limit ended it, or it could not be started. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
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

/** The system worked on, with everything that changes it. */
export interface Machine extends Reader {
  /** Runs a program of the system worked on (chroot when it is an image), C locale, no standard input unless given. */
  run(command: Command): Promise<Ran>;
}
