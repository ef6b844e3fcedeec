import type { ByteText } from "../types.js";

/** Bytes of the image's file that `kernelInitBytes` looks at. */
export const IMAGE_HEAD = 0x264;

/**
 * Memory an x86 kernel image takes from the start of its decompression until it runs: `init_size` of the boot
 * protocol's header, 2.10 and newer (Documentation/arch/x86/boot.rst, Linux 6.1). null for any other file.
 */
export function kernelInitBytes(head: ByteText): number | null {
  if (head.length < IMAGE_HEAD || head.slice(0x202, 0x206) !== "HdrS") return null;
  const version = number(head, 0x206, 2);
  const bytes = number(head, 0x260, 4);
  return version >= 0x020a && bytes > 0 ? bytes : null;
}

function number(text: ByteText, at: number, bytes: number): number {
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + text.charCodeAt(at + i);
  return value;
}
