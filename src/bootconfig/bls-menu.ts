import type { BlsEntry } from "../edit/bls-entry.js";
import type { GrubMenu, MenuEntry } from "./grub-cfg.js";

/** An entry, and the words the kernel gets when GRUB has put in its variables. */
export interface BlsLine {
  readonly entry: BlsEntry;
  readonly args: readonly string[];
}

/** The menu GRUB makes of entries, in the form of one it reads from a file: `section` is the entry's own file. */
export function blsMenu(lines: readonly BlsLine[]): GrubMenu {
  return {
    entries: lines.map(menuEntry),
    places: [],
    defaults: [],
    timeouts: [],
    settings: [],
    loose: [],
    usesBls: true,
    configfile: null,
    sections: [],
    outside: [],
    faults: [],
  };
}

function menuEntry({ entry, args }: BlsLine): MenuEntry {
  const line = entry.options?.line ?? 1;
  const kernel =
    entry.linux === null
      ? null
      : { command: "linux", path: entry.linux, args, variables: [], line, xen: false };
  return {
    title: entry.title,
    id: entry.path,
    submenu: [],
    line,
    lastLine: null,
    section: entry.path,
    // one that loads no kernel starts something else (efi, uki)
    kind: kernel === null ? "foreign" : "normal",
    kernel,
    kernels: kernel === null ? [] : [kernel],
    hypervisor: null,
    initrds: entry.initrds,
    options: [],
    body: [],
  };
}
