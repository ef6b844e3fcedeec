import type { GrubMenu, MenuPlace } from "./grub-cfg.js";

/**
 * What a value of `default` names: numbers count from 0, else an id or a title, and ">" goes into a submenu
 * (">>" is a ">" in a title). GRUB 2.06, grub-core/normal/menu.c, get_entry_number and grub_menu_execute_entry.
 */
export function placeOf(menu: GrubMenu, value: string): MenuPlace | null {
  let list = menu.places;
  let place: MenuPlace | null = null;
  for (const part of value.replaceAll(">>", "\0").split(">")) {
    const name = part.replaceAll("\0", ">");
    const number = /^\s*\d+/.exec(name);
    place =
      list.find((p) => p.id === name || p.title === name) ??
      (number === null ? null : (list[Number(number[0])] ?? null));
    if (place === null) return null;
    list = place.children;
  }
  return place;
}
