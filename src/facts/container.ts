import type { Reader } from "../machine/machine.js";
import type { Blocker, InstalledKernel } from "../types.js";
import { parseMountinfo } from "./mounts.js";

const TEXT = "this is a container: its kernel and boot loader are the host's; run it on the host";

/**
 * Is the system worked on no machine of its own? Of an image only what is inside it counts: that it is built in a
 * container says nothing about it, and an image exported from one is a fine machine once a kernel is installed.
 */
export function containerBlockers(reader: Reader, kernels: readonly InstalledKernel[]): readonly Blocker[] {
  if (reader.image) return exportedImage(reader, kernels);
  const release = reader.readText("/proc/sys/kernel/osrelease")?.trim() ?? "";
  if (/microsoft/i.test(release)) {
    const text =
      "this is the Windows Subsystem for Linux: its kernel has no boot loader here and cannot save a dump";
    return [{ id: "wsl", severity: "refusal", text, evidence: `/proc/sys/kernel/osrelease: ${release}` }];
  }
  const evidence = containerEvidence(reader, kernels, release);
  if (evidence !== null) return [{ id: "container", severity: "refusal", text: TEXT, evidence }];
  return chroot(reader);
}

/** In the order of how sure it is; compare systemd 252, src/basic/virt.c, detect_container(). */
function containerEvidence(
  reader: Reader,
  kernels: readonly InstalledKernel[],
  release: string,
): string | null {
  const manager = reader.readText("/run/systemd/container")?.trim();
  if (manager) return `/run/systemd/container: ${oneLine(manager)}`;
  const variable = (reader.readText("/proc/1/environ") ?? "")
    .split("\0")
    .find((one) => one.startsWith("container="));
  if (variable !== undefined && variable !== "container=") return `/proc/1/environ: ${oneLine(variable)}`;
  // OpenVZ shows /proc/vz in its containers, and /proc/bc on the host only
  if (reader.stat("/proc/vz") !== null && reader.stat("/proc/bc") === null)
    return "/proc/vz without /proc/bc";
  const group = /[^\n]*(?:\/docker|\/lxc|kubepods|libpod|containerd|crio)[^\n]*/.exec(
    (reader.readText("/proc/1/cgroup") ?? "").slice(0, 65_536),
  );
  if (group !== null) return `/proc/1/cgroup: ${oneLine(group[0])}`;
  // These two survive in a machine that was installed from a container's export: not when it booted its own kernel.
  const booted =
    reader.stat("/run/systemd/system") !== null && kernels.some((one) => one.release === release);
  const file = ["/run/.containerenv", "/.dockerenv"].find((path) => reader.lstat(path) !== null);
  return file !== undefined && !booted ? file : null;
}

function exportedImage(reader: Reader, kernels: readonly InstalledKernel[]): readonly Blocker[] {
  const file = ["/.dockerenv", "/run/.containerenv"].find((path) => reader.lstat(path) !== null);
  if (file === undefined || kernels.length > 0) return [];
  const text =
    "this image looks like a container's file system: no kernel is installed in it that could be booted";
  return [{ id: "container", severity: "objection", text, evidence: file }];
}

/**
 * In a chroot /proc, /sys and the memory are the host's, and the files are not: what would be changed and what was
 * looked at are two systems. Seen by a root directory that is no mount, or another one than process 1 has.
 */
function chroot(reader: Reader): readonly Blocker[] {
  const own = rootOf(reader, "/proc/self/mountinfo");
  if (own === null) return [];
  const first = rootOf(reader, "/proc/1/mountinfo");
  const evidence =
    own === "" ? "/proc/self/mountinfo has no /" : "the root directory is not the one of process 1";
  if (own !== "" && (first === null || first === "" || first === own)) return [];
  const text =
    "this runs in a chroot, where memory, kernel and firmware are the host's; run it outside with --root DIR";
  return [{ id: "chroot", severity: "objection", text, evidence }];
}

/** Identity of the mount at "/"; "" when none stands there; null when the list cannot be read. */
function rootOf(reader: Reader, path: string): string | null {
  const mounts = parseMountinfo(reader.readText(path) ?? "");
  if (mounts.length === 0) return null;
  return mounts.filter((mount) => mount.mountPoint === "/").at(-1)?.identity ?? "";
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ").slice(0, 100);
}
