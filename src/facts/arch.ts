import type { Reader } from "../machine/machine.js";
import type { ByteText } from "../types.js";

/** Programs every system has; their ELF header says what an image was made for. */
const WITNESSES = ["/bin/sh", "/usr/bin/env", "/sbin/init", "/usr/lib/systemd/systemd", "/bin/busybox"];

/** Other names for the same: of packages, of Node. */
const SYNONYMS: Readonly<Record<string, string>> = {
  amd64: "x86_64",
  x64: "x86_64",
  arm64: "aarch64",
  ppc64el: "ppc64le",
  i386: "i686",
  ia32: "i686",
};

/** e_machine → as uname -m says it, for little and big endian (elf(5); include/uapi/linux/elf-em.h of Linux 6.1). */
const MACHINES: Readonly<Record<number, readonly [little: string, big: string]>> = {
  3: ["i686", "i686"],
  21: ["ppc64le", "ppc64"],
  22: ["s390x", "s390x"],
  40: ["armv7l", "armv7l"],
  62: ["x86_64", "x86_64"],
  183: ["aarch64", "aarch64_be"],
  243: ["riscv64", "riscv64"],
  258: ["loongarch64", "loongarch64"],
};

export function normalArch(name: string): string {
  return SYNONYMS[name] ?? name;
}

/** What an ELF file's header says it runs on; null when it is none, or for a machine not known here. */
export function archOfElf(bytes: ByteText): string | null {
  if (!bytes.startsWith("\x7fELF") || bytes.length < 20) return null;
  const big = bytes.charCodeAt(5) === 2;
  const [first, second] = [bytes.charCodeAt(18), bytes.charCodeAt(19)];
  return MACHINES[big ? first * 256 + second : second * 256 + first]?.[big ? 1 : 0] ?? null;
}

/**
 * Live: the running kernel's own word (since Linux 6.1), else this Node's, which runs on that kernel. An image: a
 * program in it, never the build host, unless nothing in the image tells.
 */
export function collectArch(reader: Reader, ours: string = process.arch): string {
  const host = () => normalArch(ours === "ppc64" && littleEndian() ? "ppc64le" : ours);
  if (!reader.image) {
    const said = reader.readText("/proc/sys/kernel/arch")?.trim() ?? "";
    return /^[a-z0-9_]{1,32}$/.test(said) ? said : host();
  }
  for (const path of WITNESSES) {
    const state = reader.read(path);
    const arch = state.kind === "file" ? archOfElf(state.text) : null;
    if (arch !== null) return arch;
  }
  return host();
}

function littleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}
