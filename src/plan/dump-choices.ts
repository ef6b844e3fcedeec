/** What can be chosen about a dump, with the words to say it in: for messages, and for whoever asks somebody. */

import type { FailAction, PanicTrigger } from "../types.js";

/**
 * Kinds of pages, and the bits of makedumpfile's -d that leave each out: one of them is enough. Bit 4 is all cache
 * (makedumpfile(8), makedumpfile 1.7.2: "Exclude all cache pages"; private is the page's flag, set by file systems).
 */
const PAGES = [
  { name: "zero", bits: 1 },
  { name: "cache", bits: 2 | 4 },
  { name: "cache private", bits: 4 },
  { name: "user", bits: 8 },
  { name: "free", bits: 16 },
] as const;

export const HIGHEST_DUMP_LEVEL = 31;

/** "leaves out zero pages, free pages" */
export function describeLevel(level: number): string {
  const cache = (level & 4) !== 0 ? "all cache" : "cache that is not private";
  const words = [
    [1, "zero pages"],
    [2 | 4, cache],
    [8, "memory of processes"],
    [16, "free pages"],
  ] as const;
  const parts = words.filter(([bits]) => (level & bits) !== 0).map(([, word]) => word);
  return parts.length === 0 ? "leaves nothing out: the whole memory" : `leaves out ${parts.join(", ")}`;
}

/** Lines of ASCII: which pages each of these levels leaves out, and what they are. */
export function levelTable(levels: readonly number[]): readonly string[] {
  const line = (first: string, cell: (page: (typeof PAGES)[number]) => string): string =>
    ["", first.padStart(5), ...PAGES.map((page) => center(cell(page), page.name.length))]
      .join("  ")
      .trimEnd();
  return [
    "Pages a dump leaves out (x), by its level:",
    line("level", ({ name }) => name),
    ...levels.map((level) => line(`${level}`, ({ bits }) => ((level & bits) !== 0 ? "x" : ""))),
    "  zero: nothing but zeros. cache: files that were read; private: with data of a",
    "  file system's own. user: memory of processes. free: of nobody.",
  ];
}

function center(text: string, width: number): string {
  return text.padStart(Math.ceil((width + text.length) / 2)).padEnd(width);
}

export const FAIL_ACTIONS: Readonly<Record<FailAction, string>> = {
  reboot: "the machine reboots",
  halt: "the machine halts and stays so",
  poweroff: "the machine switches itself off",
  shell: "a shell on the console waits for somebody",
};

/** Kernel settings that are 1 where that makes it panic (Documentation/admin-guide/sysctl/kernel.rst, Linux 6.1). */
export const PANIC_TRIGGERS: Readonly<
  Record<
    PanicTrigger,
    { readonly on: string; readonly sysctls: readonly string[]; readonly x86Only: boolean }
  >
> = {
  oops: { on: "an oops or a BUG of the kernel", sysctls: ["kernel.panic_on_oops"], x86Only: false },
  nmi: {
    on: "an NMI of unknown cause, of a memory or of an I/O error: also what a management board sends",
    sysctls: ["kernel.unknown_nmi_panic", "kernel.panic_on_unrecovered_nmi", "kernel.panic_on_io_nmi"],
    // kernel/sysctl.c, Linux 3.10 to 6.12: inside CONFIG_X86
    x86Only: true,
  },
  softlockup: {
    on: "a CPU that runs nothing else for 20 seconds",
    sysctls: ["kernel.softlockup_panic"],
    x86Only: false,
  },
  hardlockup: {
    on: "a CPU that takes no interrupt for 10 seconds",
    sysctls: ["kernel.hardlockup_panic"],
    x86Only: false,
  },
  hungtask: {
    on: "a task that waits for 120 seconds without being interruptible",
    sysctls: ["kernel.hung_task_panic"],
    x86Only: false,
  },
};

/** Seconds after which a panicked machine reboots; 0: never. */
export const PANIC_REBOOT = "kernel.panic";
