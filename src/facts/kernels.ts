import type { Reader } from "../machine/machine.js";
import type { InstalledKernel } from "../types.js";

/**
 * Kernels a boot menu can have: the files GRUB's own 10_linux takes (2.06, lines 215 to 330), rescue kernels
 * included, then those that stand beside their modules only. In byte order of the names.
 */
export function collectKernels(reader: Reader, arch: string): readonly InstalledKernel[] {
  const x86 = /^(i.86|x86_64)$/.test(arch);
  const inBoot = x86 ? /^(?:vmlinuz|kernel)-/ : /^(?:vmlinu[xz]|kernel)-/;
  const inRoot = x86 ? /^vmlinuz-/ : /^vmlinu[xz]-/;
  const found = [...imagesIn(reader, "/boot", inBoot), ...imagesIn(reader, "/", inRoot)];
  const releases = new Set(found.map((kernel) => kernel.release));
  return [...found, ...withModules(reader).filter((kernel) => !releases.has(kernel.release))];
}

function imagesIn(reader: Reader, dir: string, names: RegExp): readonly InstalledKernel[] {
  const prefix = dir === "/" ? "/" : `${dir}/`;
  return (reader.list(dir) ?? [])
    .map(({ name }) => name)
    .filter((name) => names.test(name) && !isGarbage(name) && isFile(reader, `${prefix}${name}`))
    .map((name) => {
      const release = name.replace(/^[^0-9]*-/, "");
      return { release, image: `${prefix}${name}`, initrd: initrdFor(reader, prefix, release) };
    });
}

/** grub_file_is_not_garbage of grub-mkconfig_lib; *.efi.signed is the same kernel once more. */
function isGarbage(name: string): boolean {
  return /\.dpkg-|\.(rpmsave|rpmnew|sig|efi\.signed)$/.test(name);
}

function initrdFor(reader: Reader, prefix: string, release: string): string | null {
  const plain = release.replace(/\.old$/, "");
  const names = [release, plain].flatMap((r) => [
    `initrd.img-${r}`,
    `initrd-${r}.img`,
    `initrd-${r}.gz`,
    `initrd-${r}`,
    `initramfs-${r}.img`,
  ]);
  return names.map((name) => `${prefix}${name}`).find((path) => isFile(reader, path)) ?? null;
}

function withModules(reader: Reader): readonly InstalledKernel[] {
  const dirs = ["/usr/lib/modules", "/lib/modules"];
  const dir = dirs.find((one) => reader.list(one) !== null);
  if (dir === undefined) return [];
  return (reader.list(dir) ?? [])
    .map(({ name }) => name)
    .filter((release) => isFile(reader, `${dir}/${release}/vmlinuz`))
    .map((release) => {
      const initrds = ["initrd", "initrd.img", "initramfs.img"].map((name) => `${dir}/${release}/${name}`);
      const initrd = initrds.find((path) => isFile(reader, path)) ?? null;
      return { release, image: `${dir}/${release}/vmlinuz`, initrd };
    });
}

function isFile(reader: Reader, path: string): boolean {
  return reader.stat(path)?.type === "file";
}
