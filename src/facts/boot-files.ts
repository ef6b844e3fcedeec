import type { Reader } from "../machine/machine.js";

/** Where an EFI system partition is mounted. */
export const ESP_DIRECTORIES = ["/boot/efi", "/efi", "/boot"] as const;

/** Every grub.cfg at the places any release uses, stubs too; without reading them. */
export function grubConfigs(reader: Reader): readonly string[] {
  const vendors = ESP_DIRECTORIES.flatMap((esp) =>
    (reader.list(`${esp}/EFI`) ?? []).map(({ name }) => `${esp}/EFI/${name}/grub.cfg`),
  );
  const paths = ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", ...vendors];
  return paths.filter((path) => reader.stat(path)?.type === "file");
}

/** Names in a directory that match, as paths; [] where there is no such directory. */
export function namesIn(reader: Reader, dir: string, pattern: RegExp): readonly string[] {
  return (reader.list(dir) ?? [])
    .filter(({ name }) => pattern.test(name))
    .map(({ name }) => `${dir}/${name}`);
}

/** The text of an EFI variable: four bytes of attributes, then UTF-16 of which ASCII is kept. */
export function efiVariable(reader: Reader, name: string): string | null {
  const state = reader.read(`/sys/firmware/efi/efivars/${name}`, 65_536);
  return state.kind === "file" ? state.text.slice(4).replace(/[^\x20-\x7e]/g, "") : null;
}
