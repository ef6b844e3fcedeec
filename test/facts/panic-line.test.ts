import assert from "node:assert/strict";
import { test } from "node:test";
import { panicLine } from "../../src/facts/panic-line.js";

/** What kernels wrote when they crashed, and the line that an admin wants of it. */
const LOGS: readonly (readonly [string, string, string | null])[] = [
  [
    "through sysrq",
    "[    9.151097] sysrq: Trigger a crash\n[    9.151374] Kernel panic - not syncing: sysrq triggered crash\n[    9.15] Call Trace:\n",
    "Kernel panic - not syncing: sysrq triggered crash",
  ],
  [
    "through sysrq on 3.10, where it was an oops",
    "[  100.1] SysRq : Trigger a crash\n[  100.2] BUG: unable to handle kernel NULL pointer dereference at           (null)\n[  100.3] Oops: 0002 [#1] SMP\n",
    "BUG: unable to handle kernel NULL pointer dereference at           (null)",
  ],
  [
    "an oops that was fatal",
    "[ 5.0] BUG: unable to handle page fault for address: ffff8881\n[ 5.1] Oops: 0000 [#1] PREEMPT SMP\n[ 5.2] Kernel panic - not syncing: Fatal exception in interrupt\n",
    "BUG: unable to handle page fault for address: ffff8881",
  ],
  [
    "an earlier complaint, then what it died of",
    "[ 1.0] BUG: workqueue lockup - pool cpus=0\n[99.0] Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled\n",
    "Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled",
  ],
  [
    "priorities and callers before the text",
    "<0>[   12.345678][ T1234] kernel BUG at mm/slub.c:305!\n",
    "kernel BUG at mm/slub.c:305!",
  ],
  [
    "only that it was fatal",
    "[ 5.2] Kernel panic - not syncing: Fatal exception\n",
    "Kernel panic - not syncing: Fatal exception",
  ],
  [
    "on ARM",
    "[ 5.2] Unable to handle kernel paging request at virtual address dead\n[ 5.3] Internal error: Oops: 96000004 [#1] SMP\n",
    "Unable to handle kernel paging request at virtual address dead",
  ],
  ["a log that was cut off before", "[ 5.2] usb 1-1: new device\n", null],
  ["an empty log", "", null],
];

for (const [name, log, wanted] of LOGS)
  test(`why it crashed, out of the saved log: ${name}`, () => {
    assert.equal(panicLine(log), wanted);
  });
