import { isCrashkernel } from "./crashkernel-word.js";
import type { GrubMenu } from "./grub-cfg.js";

/**
 * Bytes of the longest command line among the normal entries, with `words` in the place of their crashkernel words and
 * without the final NUL; null without such an entry. GRUB puts "BOOT_IMAGE=" and the image's path in front
 * (loader/i386/linux.c, 2.06).
 */
export function longestLine(menu: GrubMenu, words: readonly string[]): number | null {
  const lengths = menu.entries
    .filter(({ kind }) => kind === "normal")
    .flatMap(({ kernels }) => kernels.filter(({ xen }) => !xen))
    .map(({ path, args }) =>
      [...args.filter((arg) => !isCrashkernel(arg)), ...words].reduce(
        (sum, arg) => sum + 1 + arg.length,
        "BOOT_IMAGE=".length + path.length,
      ),
    );
  return lengths.reduce<number | null>((most, one) => Math.max(most ?? 0, one), null);
}
