import type { Reader } from "../machine/machine.js";
import { type Mount, mountOf, parseMountinfo } from "./mounts.js";

/** More links than that is a loop (path_resolution(7)). */
const MAX_LINKS = 40;

export interface DumpDirectory {
  /** as the settings name it */
  readonly path: string;
  /**
   * directory: looked at. absent: not there, `nearest` is. other: something else stands there. network: on another
   * machine's file system, or behind an automount, so it was not touched: the look would never end where the server
   * is gone. unreadable: this user may not look.
   */
  readonly kind: "directory" | "absent" | "other" | "network" | "unreadable";
  readonly mode: number | null;
  readonly uid: number | null;
  /** the directory, or what there is of the way to it; links resolved */
  readonly nearest: string;
  /** null on an image, and where the mounts cannot be read */
  readonly mount: Pick<Mount, "mountPoint" | "fsType" | "source" | "readOnly"> | null;
}

/** File systems whose look-up can wait for a server: mount(8), nfs(5), and everything in user space. */
const REMOTE =
  /^(?:nfs4?|cifs|smb3?|smbfs|9p|ceph|glusterfs|afs|coda|ncpfs|lustre|beegfs|orangefs|pvfs2|gpfs|autofs|fuse|fuse\..*|fuseblk)$/;

/** Walks to the directory link by link and stops before the first name on a remote file system. */
export function collectDumpDirectory(reader: Reader, path: string): DumpDirectory {
  const mounts = reader.image ? [] : parseMountinfo(reader.readText("/proc/self/mountinfo") ?? "");
  const todo = path.split("/").reverse();
  let here = "";
  let links = 0;
  const found = (kind: DumpDirectory["kind"], nearest: string): DumpDirectory => {
    const stat = kind === "network" ? null : reader.lstat(nearest);
    const mode = kind === "directory" ? (stat?.mode ?? null) : null;
    const uid = kind === "directory" ? (stat?.uid ?? null) : null;
    return { path, kind, mode, uid, nearest, mount: mountOf(mounts, nearest) };
  };
  const remote = (name: string) => REMOTE.test(mountOf(mounts, name)?.fsType ?? "");
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      here = here.slice(0, Math.max(0, here.lastIndexOf("/")));
      continue;
    }
    const next = `${here}/${name}`;
    if (remote(next)) return found("network", next);
    const type = reader.lstat(next)?.type;
    if (type === undefined) {
      // a directory that cannot be searched hides its names; that they are absent nobody can say then
      const hidden = reader.read(next, 1).kind === "unreadable";
      return found(hidden ? "unreadable" : "absent", here === "" ? "/" : here);
    }
    if (type === "symlink") {
      links += 1;
      const to = reader.readlink(next) ?? "";
      if (links > MAX_LINKS || to === "") return found("other", next);
      if (to.startsWith("/")) here = "";
      todo.push(...to.split("/").reverse());
      continue;
    }
    if (type !== "directory") return found("other", next);
    here = next;
  }
  return found("directory", here === "" ? "/" : here);
}
