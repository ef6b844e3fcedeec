/** What can be chosen about a dump, with the words to say it in: for messages, and for whoever asks somebody. */

import type { FailAction, PanicTrigger } from "../types.js";

/** The bits of makedumpfile's -d: pages of that kind are left out (makedumpfile(8), makedumpfile 1.7.2). */
const DUMP_LEVEL_BITS = [
  { bit: 1, leavesOut: "zero pages" },
  { bit: 2, leavesOut: "cache that no process has mapped" },
  { bit: 4, leavesOut: "cache that processes have mapped" },
  { bit: 8, leavesOut: "memory of processes" },
  { bit: 16, leavesOut: "free pages" },
] as const;

export const HIGHEST_DUMP_LEVEL = 31;

/** "leaves out zero pages, free pages" */
export function describeLevel(level: number): string {
  const parts = DUMP_LEVEL_BITS.filter(({ bit }) => (level & bit) !== 0).map(({ leavesOut }) => leavesOut);
  return parts.length === 0 ? "leaves nothing out: the whole memory" : `leaves out ${parts.join(", ")}`;
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
