import type { Reader } from "../machine/machine.js";
import { mountOf, parseMountinfo } from "./mounts.js";

/** What stands there is gone after a reboot. */
const FORGETFUL: ReadonlySet<string> = new Set(["tmpfs", "ramfs", "overlay"]);

/** Of what runs this program, the path that the system worked on will not have after a reboot; null: all of it stays. */
export function toolGone(reader: Reader, tool: readonly string[]): string | null {
  const mounts = reader.image ? [] : parseMountinfo(reader.readText("/proc/self/mountinfo") ?? "");
  const forgotten = (path: string): boolean => {
    const mount = mountOf(mounts, path);
    return mount !== null && mount.mountPoint !== "/" && FORGETFUL.has(mount.fsType);
  };
  const gone = (path: string) => reader.stat(path) === null || path.startsWith("/tmp/") || forgotten(path);
  return tool.find(gone) ?? null;
}
