/** A machine's whole life: set up, rebooted, crashed, its dump read, disabled, rolled back. */

import assert from "node:assert/strict";
import type { Guest } from "./guest.js";
import { type Bench, guestOn, plainImage, TOOL_FILE } from "./images.js";
import type { Layout } from "./layout.js";

const TOOL = "/usr/local/sbin/kdump-setup";
/** Not under /tmp: it must outlive a reboot. */
const OUT = "/var/tmp/dump";

interface Reserved {
  readonly size: number;
  readonly loaded: string;
  readonly cmdline: string;
}

async function reserved(guest: Guest): Promise<Reserved> {
  const text = await guest.must(
    "cat /sys/kernel/kexec_crash_size /sys/kernel/kexec_crash_loaded /proc/cmdline",
  );
  const [size = "", loaded = "", cmdline = ""] = text.split("\n");
  return { size: Number(size), loaded, cmdline };
}

const files = async (guest: Guest): Promise<string> =>
  await guest.must("cd /etc/default; sha256sum grub grub.d/* 2>/dev/null; true");

/** With `smoke` only its first day: set up, rebooted, reserved, loaded. */
export async function wholeLife(layout: Layout, bench: Bench, smoke = false): Promise<void> {
  const { steps } = bench;
  const image = await plainImage(layout, bench);
  const guest = await guestOn(image, layout, bench);
  try {
    await steps.step("boot", async () => void (await guest.up()));
    const before = await files(guest);
    assert.equal((await reserved(guest)).size, 0, "a fresh machine reserves nothing");
    await guest.put(TOOL_FILE, TOOL, "755");

    await steps.step("kdump-setup --crashkernel 256M --yes", async () => {
      await guest.must(`${TOOL} --crashkernel 256M --yes`, 1500);
    });
    await steps.step("reboot", async () => void (await guest.reboot()));
    await steps.step("256M reserved and the capture kernel loaded", async () => {
      await guest.must("until [ $(cat /sys/kernel/kexec_crash_loaded) = 1 ]; do sleep 2; done", 400);
      const now = await reserved(guest);
      assert.equal(now.size, 268435456);
      return now.cmdline;
    });
    if (smoke) return;
    await steps.step("crash, dump saved, back again", async () => void (await guest.crash()));
    await steps.step("the dump is valid", async () => await readDump(guest));

    await steps.step("kdump-setup --disable --yes", async () => {
      await guest.must(`${TOOL} --disable --yes`, 600);
    });
    await steps.step("reboot", async () => void (await guest.reboot()));
    const off = await reserved(guest);
    assert.equal(off.size, 0, `still reserved: ${off.cmdline}`);
    assert.doesNotMatch(off.cmdline, /crashkernel=/);

    await steps.step("kdump-setup rollback --yes", async () => {
      await guest.must(`${TOOL} rollback --yes`, 600);
    });
    await steps.step("reboot", async () => void (await guest.reboot()));
    await steps.step("as before it was disabled", async () => {
      await guest.must("until [ $(cat /sys/kernel/kexec_crash_loaded) = 1 ]; do sleep 2; done", 400);
      assert.equal((await reserved(guest)).size, 268435456);
    });
    await steps.step("rollback of the set-up: the files are those of the first day", async () => {
      await guest.must(`${TOOL} rollback --yes`, 600);
      const after = await files(guest);
      // the package that was installed stays, with the drop-in it brought
      const own = after.split("\n").filter((line) => !line.endsWith("kdump-tools.cfg"));
      assert.deepEqual(own.join("\n"), before);
      await guest.must("grub-script-check /boot/grub/grub.cfg; ! grep crashkernel=256M /boot/grub/grub.cfg");
    });
    await guest.powerOff();
  } finally {
    await guest.kill();
  }
}

/** The newest dump, put together from its flattened form, and read by makedumpfile and by crash. */
async function readDump(guest: Guest): Promise<string> {
  const dump = (await guest.must("ls -1t /var/crash/*/dump.* | head -n 1")).trim();
  assert.notEqual(dump, "", "there is no dump in /var/crash");
  await guest.must(`makedumpfile -R ${OUT} < ${dump}`, 300);
  await guest.must(`rm -f ${OUT}.dmesg; makedumpfile --dump-dmesg ${OUT} ${OUT}.dmesg`, 300);
  await guest.must(`grep -q 'sysrq: Trigger a crash' ${OUT}.dmesg`);
  await guest.must("command -v crash || DEBIAN_FRONTEND=noninteractive apt-get -y -q install crash", 600);
  const [release = "", running = ""] = (await guest.must(`crash --osrelease ${dump}; uname -r`)).split("\n");
  assert.equal(release, running);
  const size = (await guest.must(`stat -c %s ${dump}; rm -f ${OUT} ${OUT}.dmesg`)).trim();
  return `${Math.round(Number(size) / 1024 / 1024)} MiB of ${release}`;
}
