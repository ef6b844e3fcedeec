/** Why the kernel crashed, in its own words: one line of the log that was saved with the dump. */

/** What a kernel says when it ends; after an oops with panic_on_oops only that it was fatal. */
const PANIC = /Kernel panic - not syncing: (?!Fatal exception)/;
/** What it says before it takes the machine apart: newer and older kernels, x86, ARM, POWER and s390x. */
const CAUSE =
  /\bBUG: |kernel BUG at |general protection fault|Unable to handle kernel |divide error|double fault|stack-protector|sysrq ?: Trigger a crash/i;
const OOPS = /\bOops\b|Kernel panic - not syncing/;

/** The last such line without its time stamp, as bytes were read; null when the log has none. */
export function panicLine(log: string): string | null {
  const lines = log.split("\n");
  for (const pattern of [PANIC, CAUSE, OOPS])
    for (let at = lines.length - 1; at >= 0; at -= 1) {
      const line = lines[at] ?? "";
      if (pattern.test(line))
        return line.replace(/^(?:<\d+>)?(?:\[[ \d.]+\](?:\[\s*[CT]\d+\])? ?)?/, "").trim();
    }
  return null;
}
