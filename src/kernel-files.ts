/** Names of the kernel's own that are read in one room and named in another. */

/** Documentation/ABI/testing/sysfs-kernel-kexec (Linux 6.1). */
export const SIZE_FILE = "/sys/kernel/kexec_crash_size";
export const LOADED_FILE = "/sys/kernel/kexec_crash_loaded";
export const LOCKDOWN_FILE = "/sys/kernel/security/lockdown";
export const CMDLINE_FILE = "/proc/cmdline";

/** What can turn a fault into a panic (Documentation/admin-guide/sysctl/kernel.rst and vm.rst, Linux 6.1). */
export const PANIC_TRIGGERS = [
  "kernel.panic_on_oops",
  "kernel.unknown_nmi_panic",
  "kernel.panic_on_unrecovered_nmi",
  "kernel.panic_on_io_nmi",
  "kernel.softlockup_panic",
  "kernel.hardlockup_panic",
  "kernel.hung_task_panic",
  "vm.panic_on_oom",
] as const;
