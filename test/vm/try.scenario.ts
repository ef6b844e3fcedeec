/** --try: a boot that is kept, one that panics and one that comes up with nothing reserved, with nobody at the console. */

import assert from "node:assert/strict";
import type { Guest } from "./guest.js";
import { type Bench, guestOn, imageOf, putTool, TOOL } from "./images.js";
import type { Layout } from "./layout.js";
import type { Shown } from "./report.js";

/** MiB */
const MEMORY = 2048;
const MIB = 1024 * 1024;
const CUSTOM = "$(dirname $(readlink -f /boot/grub/grub.cfg))/custom.cfg";

interface Trial {
  readonly underWay: unknown;
  readonly last: { readonly kept: boolean; readonly why: string } | null;
}

export async function oneBoot(layout: Layout, bench: Bench): Promise<Shown> {
  const { steps } = bench;
  const guest = await guestOn(await imageOf(layout, bench), layout, bench, { memory: MEMORY });
  try {
    await steps.step("boot", async () => void (await guest.up()));
    await putTool(guest);
    await steps.step("on trial: what boots by default is not touched", async () => {
      await guest.must(`${TOOL} --crashkernel 256M --try --yes`, 1500);
      assert.doesNotMatch(await guest.must("cat /boot/grub/grub.cfg"), /crashkernel=256M/);
    });
    await steps.step("comes up: kept", async () => {
      await guest.reboot();
      const { kept, why } = await ended(guest);
      assert.equal(kept, true, why);
      assert.match(await guest.must("cat /proc/cmdline"), /crashkernel=256M panic=10 kdump_setup\.trial=1/);
      assert.match(await guest.must("cat /boot/grub/grub.cfg"), /crashkernel=256M/);
    });
    await steps.step("and the boot after it is an ordinary one", async () => {
      await guest.reboot();
      await asBefore(guest);
    });
    const why = await steps.step("panics on trial: back by itself, on the old command line", async () => {
      await guest.must(`${TOOL} --crashkernel 300M --try --yes`, 1500);
      // an init that ends at once: "Attempted to kill init!"
      await guest.must(`sed -i '/kdump_setup.trial/s#$# init=/bin/false#' ${CUSTOM}`);
      const console = guest.console();
      await guest.reboot(600);
      assert.match(guest.since(console), /Kernel panic - not syncing: Attempted to kill init/);
      await asBefore(guest);
      const said = await ended(guest);
      assert.equal(said.kept, false);
      assert.match(await guest.must(`${TOOL} status`), /trial: not kept/);
      return said.why;
    });
    const unreserved = await steps.step("comes up with nothing reserved: not kept", async () => {
      await guest.must(`${TOOL} --crashkernel 1900M --force --try --yes`, 1500);
      await guest.reboot();
      const said = await ended(guest);
      assert.equal(said.kept, false);
      assert.equal(await guest.must("cat /sys/kernel/kexec_crash_size"), "0\n");
      await guest.reboot();
      await asBefore(guest);
      return said.why;
    });
    await guest.powerOff();
    return { summary: `kept; after a panic: ${why}; with nothing reserved: ${unreserved}` };
  } finally {
    await guest.kill();
  }
}

/** 256M by the default entry, and a capture kernel loaded. */
async function asBefore(guest: Guest): Promise<void> {
  const cmdline = await guest.must("cat /proc/cmdline");
  assert.match(cmdline, /crashkernel=256M/);
  assert.doesNotMatch(cmdline, /kdump_setup/);
  assert.equal(Number(await guest.must("cat /sys/kernel/kexec_crash_size")), 256 * MIB);
  await guest.must("until [ $(cat /sys/kernel/kexec_crash_loaded) = 1 ]; do sleep 2; done", 400);
}

/** Once the unit has looked at the boot: nothing of the trial stays but how it ended. */
async function ended(guest: Guest): Promise<{ readonly kept: boolean; readonly why: string }> {
  await guest.must("while [ -e /etc/systemd/system/kdump-setup-trial.service ]; do sleep 2; done", 900);
  // it writes down the end before it goes
  await guest.must(
    "while systemctl is-active --quiet kdump-setup-trial.service; do sleep 2; done; sleep 5",
    300,
  );
  const { underWay, last }: Trial = JSON.parse(await guest.must(`${TOOL} trial --format json`));
  assert.equal(underWay, null);
  assert.ok(last !== null, "a trial has ended");
  assert.doesNotMatch(await guest.must("grub-editenv list; true"), /next_entry=./);
  assert.equal((await guest.must(`cat ${CUSTOM} 2>/dev/null; true`)).includes("kdump_setup"), false);
  return last;
}
