/** A machine's whole life: set up, rebooted, crashed, its dump read, disabled, rolled back. */

import assert from "node:assert/strict";
import { readDump } from "./dump.js";
import type { Guest } from "./guest.js";
import { type Bench, guestOn, imageOf, putTool, TOOL } from "./images.js";
import { type Layout, packagesThere } from "./layout.js";
import type { Shown } from "./report.js";

/** MiB */
const MEMORY = 2048;
const PACKAGE_SECONDS = 1500;

interface Plan {
  /** what stands behind --crashkernel */
  readonly expression: string;
  readonly firstDayOnly?: boolean;
}

interface Reserved {
  /** bytes */
  readonly size: number;
  readonly loaded: boolean;
  /** the last crashkernel= of the running kernel's line; null: none */
  readonly crashkernel: string | null;
}

export async function wholeLife(layout: Layout, bench: Bench, plan: Plan): Promise<Shown> {
  const { steps } = bench;
  const guest = await guestOn(await imageOf(layout, bench), layout, bench, { memory: MEMORY });
  try {
    await steps.step("boot", async () => void (await guest.up()));
    const life = new Life(guest, layout, bench);
    await putTool(guest);
    if (layout.kdumpThere) await life.untilLoaded();
    const firstDay = await life.look();
    if (!layout.kdumpThere) assert.equal(firstDay.reserved.size, 0, "a fresh machine reserves nothing");

    let promised = await life.setUp(plan.expression);
    await life.kept(promised);
    if (plan.expression === "auto") await life.suggested();
    if (plan.firstDayOnly === true) return { summary: shown(promised) };
    const raised = await life.again(plan.expression);
    if (raised !== null) {
      // before its first boot a machine has no capture initrd, whose size then is a guess; once it has one that is over
      promised = raised;
      await life.kept(promised);
      assert.equal(await life.again(plan.expression), null, "raised a second time");
    }
    const setUp = await life.look();

    await steps.step("crash, dump saved, back again", async () => void (await guest.crash()));
    const dump = await steps.step("the dump is valid", async () => await readDump(guest, layout.release));

    await steps.step("kdump-setup --disable --yes", async () => {
      await guest.must(`${TOOL} --disable --yes`, 600);
    });
    await life.reboot("the memory is back, nothing loaded", async () => {
      const { reserved, enabled } = await life.look();
      assert.deepEqual(
        { ...reserved, enabled },
        { size: 0, loaded: false, crashkernel: null, enabled: "disabled" },
      );
    });

    await life.rollback();
    assert.deepEqual((await life.look()).files, setUp.files, "the files are not those of before --disable");
    await life.reboot("as before it was disabled", async () => {
      await life.untilLoaded();
      const { reserved, enabled } = await life.look();
      assert.deepEqual({ reserved, enabled }, { reserved: setUp.reserved, enabled: setUp.enabled });
    });

    await life.rollback();
    if (raised !== null) await life.rollback(); // the run that raised it, then the first
    const mended = await life.look();
    if (packagesThere(layout)) assert.deepEqual(mended.files, firstDay.files, "files of before the set-up");
    // what a package brought with it stays, and the configuration is generated with it; all else is as it was
    for (const [file, hash] of Object.entries(firstDay.files))
      if (file !== layout.release.config) assert.equal(mended.files[file], hash, file);
    await life.reboot("as before the set-up", async () => {
      const { reserved } = await life.look();
      assert.notEqual(reserved.crashkernel, promised.expression);
      if (firstDay.reserved.loaded) await life.untilLoaded();
      if (packagesThere(layout)) assert.deepEqual((await life.look()).reserved, firstDay.reserved);
      if (reserved.crashkernel === null) return "no crashkernel=";
      const whose = packagesThere(layout) ? "" : ", the package's own";
      return `crashkernel=${reserved.crashkernel}${whose}, ${mib(reserved.size)} reserved`;
    });
    await guest.powerOff();
    const ended = "disabled, rolled back, rolled back again, booted after each";
    return { summary: `${shown(promised)}; ${dump}; ${ended}` };
  } finally {
    await guest.kill();
  }
}

interface Look {
  readonly reserved: Reserved;
  /** what systemctl is-enabled says of the unit */
  readonly enabled: string;
  /** sha256 by path */
  readonly files: Readonly<Record<string, string>>;
}

interface Promised {
  /** what was written */
  readonly expression: string;
  readonly bytes: number;
}

class Life {
  readonly #guest: Guest;
  readonly #layout: Layout;
  readonly #bench: Bench;

  constructor(guest: Guest, layout: Layout, bench: Bench) {
    this.#guest = guest;
    this.#layout = layout;
    this.#bench = bench;
  }

  async look(): Promise<Look> {
    const { unit, files } = this.#layout.release;
    const text = await this.#guest.must(
      `cat /sys/kernel/kexec_crash_size /sys/kernel/kexec_crash_loaded /proc/cmdline
       systemctl is-enabled ${unit} 2>/dev/null || true
       echo; sha256sum ${files} 2>/dev/null; true`,
    );
    const [head = "", hashes = ""] = text.split("\n\n");
    const [size = "", loaded = "", cmdline = "", enabled = "absent"] = head.split("\n");
    const crashkernel = [...cmdline.matchAll(/(?:^|\s)crashkernel=(\S*)/g)].pop()?.[1] ?? null;
    const pairs = hashes.split("\n").flatMap((line) => {
      const [hash, file] = line.split(/\s+/);
      return hash !== undefined && file !== undefined ? [[file, hash] as const] : [];
    });
    return {
      reserved: { size: Number(size), loaded: loaded === "1", crashkernel },
      enabled,
      files: Object.fromEntries(pairs),
    };
  }

  async untilLoaded(): Promise<void> {
    await this.#guest.must("until [ $(cat /sys/kernel/kexec_crash_loaded) = 1 ]; do sleep 2; done", 400);
  }

  /** Installs the packages first where they are missing, by the tool itself, as it would on its own. */
  async setUp(expression: string): Promise<Promised> {
    const command = `${TOOL} --crashkernel ${expression} --yes --format json`;
    const document = await this.#bench.steps.step(
      `kdump-setup --crashkernel ${expression} --yes`,
      async () => {
        const ended = await this.#guest.ssh(command, { seconds: PACKAGE_SECONDS });
        assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
        const said: SetUp = JSON.parse(ended.stdout);
        return said;
      },
    );
    assert.equal(document.result, "applied");
    assert.equal(document.rebootRequired, true);
    const { reservedBytes, expression: written } = document.crashkernel;
    return { expression: written, bytes: reservedBytes };
  }

  /** Reboots, and finds what was promised. */
  async kept(promised: Promised): Promise<void> {
    await this.reboot("reserved as promised, and loaded", async () => {
      await this.untilLoaded();
      const { reserved } = await this.look();
      assert.equal(reserved.size, promised.bytes);
      assert.equal(reserved.crashkernel, promised.expression);
      return `${mib(reserved.size)} by crashkernel=${promised.expression}`;
    });
  }

  /** What kdump-config of newer releases suggests is what we say it does. */
  async suggested(): Promise<void> {
    await this.#bench.steps.step("kdump-config's own suggestion", async () => {
      const theirs = await this.#guest.must("kdump-config show 2>/dev/null | grep 'suggested size' || true");
      if (theirs.trim() === "") return "none: this kdump-config suggests nothing";
      const { estimates }: Explained = JSON.parse(
        await this.#guest.must(`${TOOL} explain auto --format json`),
      );
      const ours = estimates.find(({ by }) => by === "kdump-config estimate");
      const mebi = ours?.bytes == null ? "not known" : `${Math.ceil(ours.bytes / 1048576)}M`;
      assert.equal(theirs.trim(), `crashkernel suggested size: ${mebi}`, ours?.how);
      return theirs.trim();
    });
  }

  /** The same command again: null when it finds nothing to do, or what `auto` raises the size to, saying so. */
  async again(expression: string): Promise<Promised | null> {
    let raised: Promised | null = null;
    await this.#bench.steps.step("the same again", async () => {
      const answer = await this.#guest.must(`${TOOL} --crashkernel ${expression} --yes --format json`, 300);
      const { result, crashkernel }: SetUp = JSON.parse(answer);
      if (result === "unchanged") return "nothing to do";
      const why = crashkernel.why.find((line) => line.includes("are too little now"));
      assert.ok(expression === "auto" && why !== undefined, `${result}: ${crashkernel.why.join("; ")}`);
      raised = { expression: crashkernel.expression, bytes: crashkernel.reservedBytes };
      return why;
    });
    return raised;
  }

  async rollback(): Promise<void> {
    await this.#bench.steps.step("kdump-setup rollback --yes", async () => {
      await this.#guest.must(`${TOOL} rollback --yes`, 600);
      const { scriptCheck, config } = this.#layout.release;
      await this.#guest.must(`${scriptCheck} ${config}`);
    });
  }

  async reboot(then: string, work: () => Promise<unknown>): Promise<void> {
    await this.#bench.steps.step("reboot", async () => void (await this.#guest.reboot()));
    await this.#bench.steps.step(then, work);
  }
}

/** What of a set-up run's JSON is looked at. */
interface SetUp {
  readonly result: string;
  readonly rebootRequired: boolean;
  readonly crashkernel: {
    readonly expression: string;
    readonly reservedBytes: number;
    readonly why: readonly string[];
  };
}

interface Explained {
  readonly estimates: readonly { readonly by: string; readonly bytes: number | null; readonly how: string }[];
}

const shown = ({ expression, bytes }: Promised): string =>
  `crashkernel=${expression}: ${mib(bytes)} reserved and loaded`;

const mib = (bytes: number): string => `${bytes / 1048576} MiB`;
