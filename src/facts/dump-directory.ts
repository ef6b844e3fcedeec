import type { Reader } from "../machine/machine.js";
import type { DumpDirectory } from "../types.js";
import { encryptedTarget } from "./encrypted.js";
import { type Mount, mountOf, parseMountinfo } from "./mounts.js";

/**
 * A server that does not answer blocks whoever looks into its file system (nfs(5)), and so does a program in user space;
 * an automounter mounts what is looked at.
 */
const NETWORK =
  /^(?:nfs4?|cifs|smb3?|smbfs|9p|ceph|glusterfs|afs|coda|ncpfs|lustre|beegfs|orangefs|pvfs2|gpfs|autofs|fuse|fuse\..*|fuseblk)$/;
/** What has no disk under it, in an image as well as in the system that runs it. */
const ALWAYS_MOUNTED: readonly Mount[] = [
  ["/run", "tmpfs"],
  ["/dev", "devtmpfs"],
  ["/proc", "proc"],
  ["/sys", "sysfs"],
].map(([mountPoint = "", fsType = ""]) => ({
  mountPoint,
  fsType,
  source: fsType,
  identity: "",
  readOnly: false,
}));
/** More links than that is a loop (path_resolution(7)). */
const MAX_LINKS = 40;
/** What kdump-config names a dump's directory: date +%Y%m%d%H%M. */
const STAMP = /^\d{12}$/;

/**
 * The directory dumps are written to. Never looks into a network file system: links are followed one name at a time,
 * and the way ends where such a mount begins. A root that is one itself holds no less up than anything else and is
 * looked at. An image is judged by its fstab. `freeBytes`: as measured, for no file says it.
 */
export function collectDumpDirectory(
  reader: Reader,
  path: string,
  freeBytes: number | null = null,
): DumpDirectory {
  const fstab = parseFstab(reader.readText("/etc/fstab") ?? "");
  const mounts = reader.image
    ? [...fstab, ...ALWAYS_MOUNTED]
    : parseMountinfo(reader.readText("/proc/self/mountinfo") ?? "");
  const end = follow(reader, mounts, path);
  const mount = mountOf(mounts, end.path);
  const stat = end.state === "directory" ? reader.lstat(end.path) : null;
  const names = end.state === "directory" ? (reader.list(end.path) ?? []) : [];
  const encrypted = reader.image ? null : encryptedUnder(reader, mount);
  return {
    path,
    state: end.state,
    mount:
      mount === null
        ? null
        : { mountPoint: mount.mountPoint, fsType: mount.fsType, readOnly: mount.readOnly },
    nearest: end.nearest,
    mode: stat?.mode ?? null,
    uid: stat?.uid ?? null,
    inFstab: mount === null || fstab.some(({ mountPoint }) => mountPoint === mount.mountPoint),
    encrypted,
    freeBytes,
    strays: names.map(({ name }) => name).filter((name) => /^2/.test(name) && !STAMP.test(name)),
  };
}

/** The mount of exactly that source, by its name as mount(8) takes it: a live system's mounts, an image's fstab. */
export function exportMounted(reader: Reader, where: string): boolean {
  const mounts = reader.image
    ? parseFstab(reader.readText("/etc/fstab") ?? "")
    : parseMountinfo(reader.readText("/proc/self/mountinfo") ?? "");
  const bare = (source: string) => source.replace(/(.)\/+$/, "$1");
  return mounts.some(({ source, fsType }) => /^nfs4?$/.test(fsType) && bare(source) === bare(where));
}

interface End {
  /** links resolved as far as they could be */
  readonly path: string;
  readonly state: DumpDirectory["state"];
  readonly nearest: string;
}

function follow(reader: Reader, mounts: readonly Mount[], path: string): End {
  const network = (at: string) => {
    const mount = mounts.find(({ mountPoint }) => mountPoint === at);
    return mount !== undefined && NETWORK.test(mountOf(mounts, at)?.fsType ?? "");
  };
  const names = path.split("/").filter((name) => name !== "");
  let at = "";
  for (let links = 0; ; ) {
    const name = names.shift();
    if (name === undefined) return { path: at || "/", state: "directory", nearest: at || "/" };
    if (name === "." || name === "..") {
      if (name === "..") at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
      continue;
    }
    const next = `${at}/${name}`;
    if (network(next)) return { path: next, state: "network", nearest: next };
    const stat = reader.lstat(next);
    if (stat === null) {
      // a directory that cannot be searched hides its names; that they are absent nobody can say then
      const hidden = reader.read(next, 1).kind === "unreadable";
      return {
        path: [next, ...names].join("/"),
        state: hidden ? "unreadable" : "absent",
        nearest: at || "/",
      };
    }
    if (stat.type === "symlink") {
      const to = reader.readlink(next) ?? "";
      links += 1;
      if (links > MAX_LINKS || to === "") return { path: next, state: "other", nearest: next };
      if (to.startsWith("/")) at = "";
      names.unshift(...to.split("/").filter((part) => part !== ""));
    } else if (stat.type === "directory") at = next;
    else return { path: next, state: "other", nearest: next };
  }
}

function encryptedUnder(reader: Reader, mount: Mount | null): string | null {
  const device = mount?.identity.split(" ")[0] ?? "";
  if (!/^[1-9]\d*:\d+$/.test(device)) return null;
  const found = encryptedTarget(reader, true, [device]);
  return found.kind === "maybe" && found.evidence.startsWith("/sys/") ? found.evidence : null;
}

/** fstab(5): device, mount point, type, options; swap and "none" are no mounts. */
function parseFstab(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [source = "", mountPoint = "", fsType = "", options = ""] = line.trim().split(/\s+/);
    if (source.startsWith("#") || !mountPoint.startsWith("/")) return [];
    const bare = mountPoint === "/" ? "/" : mountPoint.replace(/\/+$/, "");
    const readOnly = options.split(",").includes("ro");
    return [{ mountPoint: bare, fsType, source, identity: "", readOnly }];
  });
}
