/** What an auditor and an admin see of a real machine: before the set-up, armed, and after a crash on purpose. */

import assert from "node:assert/strict";
import type { Guest } from "./guest.js";
import { type Bench, guestOn, imageOf, putTool, TOOL } from "./images.js";
import type { Layout } from "./layout.js";
import type { Shown } from "./report.js";

/** MiB */
const MEMORY = 2048;
const EXPRESSION = "256M";
const SMALLER = "192M";
const MIB = 1024 * 1024;

interface Audit {
  readonly checks: readonly { readonly id: string; readonly status: string }[];
}

interface Status {
  readonly links: readonly { readonly id: string; readonly state: string; readonly value: string }[];
  readonly next: string;
}

interface Dumps {
  readonly dumps: readonly { readonly kernel: string | null }[];
}

/** Without these no dump would be saved. */
const VITAL = [
  "crashkernel.reserved",
  "crashkernel.running",
  "crashkernel.valid",
  "crashkernel.size",
  "boot.entries",
  "boot.drift",
  "service.enabled",
  "service.active",
  "capture.loaded",
  "capture.present",
  "capture.panic",
];

export async function frontDoors(layout: Layout, bench: Bench): Promise<Shown> {
  const { steps } = bench;
  const guest = await guestOn(await imageOf(layout, bench), layout, bench, { memory: MEMORY });
  try {
    await steps.step("boot", async () => void (await guest.up()));
    await putTool(guest);
    await steps.step("set up and rebooted", async () => {
      await guest.must(`${TOOL} --crashkernel ${EXPRESSION} --watch --yes`, 1500);
      const pending = await status(guest);
      assert.match(pending.next, /reboot/, "status before the reboot");
      await guest.reboot();
      await loaded(guest);
    });
    const failing = await steps.step("--check of the armed machine", async () => {
      const { checks } = await asked<Audit>(guest, "--check");
      for (const id of VITAL)
        assert.equal(checks.find((one) => one.id === id)?.status, "pass", `${id}: ${JSON.stringify(checks)}`);
      return checks.filter((one) => one.status === "fail").map(({ id }) => id);
    });
    await steps.step("status of the armed machine", async () => {
      const { links } = await status(guest);
      for (const { id, state, value } of links.filter((one) => one.id !== "newest"))
        assert.equal(state, "ok", `${id}: ${value}`);
    });
    await steps.step("--watch: after the boot, and after a change", async () => {
      await seen(guest, /would be saved: 256 MiB reserved, capture kernel loaded/);
      await guest.must("kdump-config unload; touch /boot/changed");
      await seen(guest, /may not be saved: capture\.loaded/);
      assert.match(await guest.must("cat /run/motd.d/kdump-setup"), /^kdump: a crash .* may not be saved/);
      await guest.must("kdump-config load; rm /boot/changed");
      await seen(guest, /would be saved/);
      await guest.must("! test -e /run/motd.d/kdump-setup");
    });
    await steps.step("made smaller at run time, and armed again", async () => {
      const before = await memoryOf(guest);
      await guest.must(`${TOOL} --crashkernel ${SMALLER} --now --yes`, 1500);
      await loaded(guest);
      const after = await memoryOf(guest);
      assert.equal(after.reserved, 192 * MIB);
      assert.ok(after.total - before.total > 60 * MIB, `MemTotal grew by ${after.total - before.total}`);
    });
    await steps.step("crash-test", async () => {
      // whose connection ends with the machine
      await guest.crashBy(`${TOOL} crash-test --yes --hostname $(hostname)`);
      await loaded(guest);
    });
    const proved = await steps.step("crash-test --result, dumps, status", async () => {
      await guest.must(`${TOOL} crash-test --result`);
      const { dumps } = await asked<Dumps>(guest, "dumps");
      const kernel = (await guest.must("uname -r")).trim();
      assert.deepEqual(
        dumps.map((one) => one.kernel),
        [kernel],
      );
      const { links } = await status(guest);
      const newest = links.find(({ id }) => id === "newest");
      assert.equal(newest?.state, "ok", JSON.stringify(links));
      return newest?.value;
    });
    const released = await steps.step(
      "--disable --now: the memory is back, and no boot was needed",
      async () => {
        const before = await memoryOf(guest);
        await guest.must(`${TOOL} --disable --now --yes`, 1500);
        const after = await memoryOf(guest);
        assert.equal(after.reserved, 0);
        await guest.must("! ls /etc/systemd/system | grep kdump-setup");
        const grown = Math.floor((after.total - before.total) / MIB);
        assert.ok(grown > 180, `MemTotal grew by ${grown} MiB`);
        return grown;
      },
    );
    await guest.powerOff();
    const rest = failing.length === 0 ? "compliant" : `failing by default policy: ${failing.join(", ")}`;
    return {
      summary: `armed, ${rest}; crashed by crash-test, proved; newest dump: ${proved}; --now gave ${released} MiB back`,
    };
  } finally {
    await guest.kill();
  }
}

/** Its exit code is what it has to say, and no fault. */
async function asked<T>(guest: Guest, command: string): Promise<T> {
  const said = await guest.ssh(`${TOOL} ${command} --format json`, { seconds: 300 });
  return JSON.parse(said.stdout);
}

/** Until the newest line of the unit of --watch says it. */
async function seen(guest: Guest, says: RegExp): Promise<void> {
  const newest =
    "journalctl -q -b -o cat _SYSTEMD_UNIT=kdump-setup-watch.service | grep 'a crash of' | tail -n 1";
  let line = "";
  for (let looks = 0; looks < 60; looks += 1) {
    line = await guest.must(`sleep 3; ${newest}`);
    if (says.test(line)) return;
  }
  const all = await guest.must(
    "journalctl -q -b --no-pager -u kdump-setup-watch.service -u kdump-setup-watch.path",
  );
  assert.match(line, says, all);
}

/** Bytes. */
async function memoryOf(guest: Guest): Promise<{ readonly reserved: number; readonly total: number }> {
  const reserved = Number(await guest.must("cat /sys/kernel/kexec_crash_size"));
  const total = Number(await guest.must("awk '/^MemTotal:/ { print $2 }' /proc/meminfo")) * 1024;
  return { reserved, total };
}

const status = (guest: Guest): Promise<Status> => asked(guest, "status");

async function loaded(guest: Guest): Promise<void> {
  await guest.must("until [ $(cat /sys/kernel/kexec_crash_loaded) = 1 ]; do sleep 2; done", 400);
}
