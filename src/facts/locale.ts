import type { Reader } from "../machine/machine.js";
import { parseOsRelease } from "./os.js";

/** locale.conf(5), and where releases older than it keep the same. */
const FILES = ["/etc/locale.conf", "/etc/default/locale"];

/**
 * LANG of the system, null when it has none. The generator writes `set lang=` and translated titles from it
 * (grub-mkconfig of GRUB 2.06), so it has to run with the system's own and not with ours.
 */
export function collectLocale(reader: Reader): string | null {
  for (const path of FILES) {
    const text = reader.readText(path);
    const lang = text === null ? undefined : parseOsRelease(text).get("LANG");
    if (lang !== undefined && /^[A-Za-z0-9_.@-]{1,64}$/.test(lang)) return lang;
  }
  return null;
}
