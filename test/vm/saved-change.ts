/**
 * One change of one machine, to be made again and again: the machine stands still just before it, with its memory, its
 * disk and everything the change needs in its page cache, and goes on from there as often as somebody asks.
 */

import assert from "node:assert/strict";
import path from "node:path";
import { reportAtBoot } from "./boot-report.js";
import { sleep } from "./emulator.js";
import { type Guest, PATIENCE, quoted } from "./guest.js";
import { type Bench, guestWith, imageOf, putTool, TOOL } from "./images.js";
import type { Layout } from "./layout.js";
import { type Blocks, VolatileDisk } from "./volatile-disk.js";

/** Who makes the change: the tool, or an admin with sed and the generator. */
export type By = "tool" | "generator";

const DROP_IN = "/etc/default/grub.d/kdump-tools.cfg";
export const CONFIG = "/boot/grub/grub.cfg";
const FILES = `/etc/default/grub ${DROP_IN} /etc/default/kdump-tools ${CONFIG}`;
const COMMAND: Readonly<Record<By, string>> = {
  tool: `${TOOL} --crashkernel 256M --yes`,
  generator: `sed -i 's/crashkernel=.*"/crashkernel=256M"/' ${DROP_IN} && update-grub`,
};
/** The commands that show what the machine's files are, and what is beside them. */
export const HASHES = `sha256sum ${FILES} 2>&1; true`;
export const BESIDE = "ls -A /etc/default /etc/default/grub.d /boot/grub";
/** MiB */
const MEMORY = 1024;
/** Seconds after the change's end in which the power may still go: the file system's commit interval and some. */
export const AFTERWARDS = 6;

export interface State {
  /** sha256sum's lines of FILES */
  readonly hashes: string;
  /** the names beside them */
  readonly beside: string;
  /** the generated configuration */
  readonly config: string;
}

const look = async (guest: Guest): Promise<State> => ({
  hashes: await guest.must(HASHES),
  beside: await guest.must(BESIDE),
  config: await guest.must(`cat ${CONFIG}`),
});

const socketIn = ({ dir }: Bench): string => path.join(dir, "disk");
const machineOf = ({ firmware }: Layout, bench: Bench) =>
  ({ firmware, memory: MEMORY, disk: { kind: "nbd", socket: socketIn(bench) } }) as const;

/** What prepare makes once. */
interface Stands {
  readonly image: string;
  /** the saved state's file */
  readonly state: string;
  readonly blocks: Blocks;
  readonly before: State;
}

export class SavedChange {
  readonly #layout: Layout;
  readonly #bench: Bench;
  readonly #by: By;
  readonly #stands: Stands;
  #after: State = { hashes: "", beside: "", config: "" };
  #takes = 0;
  #work = 0;

  private constructor(layout: Layout, bench: Bench, by: By, stands: Stands) {
    this.#layout = layout;
    this.#bench = bench;
    this.#by = by;
    this.#stands = stands;
  }

  /**
   * Makes the machine ready, saves it, and makes the change once to know what it ends in and how long it takes. At the
   * next boot it tells what these commands say (see reportAtBoot).
   */
  static async prepare(
    layout: Layout,
    bench: Bench,
    by: By,
    report: Readonly<Record<string, string>>,
  ): Promise<SavedChange> {
    const { steps } = bench;
    const image = await imageOf({ ...layout, kdumpThere: true }, bench);
    const state = path.join(bench.dir, `state-${by}`);
    const stands = await steps.step("machine made ready and its state saved", async () => {
      const disk = await VolatileDisk.open(image, socketIn(bench));
      const guest = await guestWith(machineOf(layout, bench), bench);
      try {
        await guest.up();
        await guest.must("until [ $(systemctl is-active kdump-tools) = active ]; do sleep 1; done", 300);
        await putTool(guest);
        await reportAtBoot(guest, by === "tool" ? "devices" : "files", report);
        // once without effect, so that programs and configuration are in the page cache as on a machine in use
        await guest.must(`${TOOL} --crashkernel 256M --dry-run; sync`, 300);
        const before = await look(guest);
        await guest.save(state);
        assert.ok(disk.state.flushes > 0, "the guest never flushed its disk: the bench would lose nothing");
        return { image, state, before, blocks: disk.snapshot() };
      } finally {
        await guest.kill();
        await disk.close();
      }
    });
    const change = new SavedChange(layout, bench, by, stands);
    await steps.step("the change without a cut", async () => {
      await change.measure();
      return `takes ${change.takes.toFixed(1)} s, ${change.work.toFixed(1)} s of processor time`;
    });
    return change;
  }

  get before(): State {
    return this.#stands.before;
  }

  /** What it ends in. */
  get after(): State {
    return this.#after;
  }

  /** seconds the change takes */
  get takes(): number {
    return this.#takes;
  }

  /** seconds of processor time it takes: the same however busy the host is */
  get work(): number {
    return this.#work;
  }

  /** The disk as it was when the machine was saved, for one more run. */
  async withDisk<T>(work: (disk: VolatileDisk) => Promise<T>): Promise<T> {
    const disk = await VolatileDisk.open(this.#stands.image, socketIn(this.#bench), this.#stands.blocks);
    try {
      return await work(disk);
    } finally {
      await disk.close();
    }
  }

  /** The disk's image without what was written since the first boot, and that. */
  get disk(): Pick<Stands, "image" | "blocks"> {
    return this.#stands;
  }

  /** The machine, going on from where it was saved; on the disk that withDisk opened. */
  async resume(): Promise<Guest> {
    return await guestWith(
      { ...machineOf(this.#layout, this.#bench), from: this.#stands.state },
      this.#bench,
    );
  }

  /** The machine, switched on; on the disk that withDisk opened. */
  async boot(): Promise<Guest> {
    return await guestWith(machineOf(this.#layout, this.#bench), this.#bench);
  }

  /** Begins the change in the background, its words on the console; the time when it did. */
  async begin(guest: Guest, offset: number): Promise<number> {
    const script = quoted(`echo VM-START; ${COMMAND[this.#by]}; echo VM-END $?`);
    // the power may go before ssh has ended
    guest.must(`setsid sh -c ${script} >/dev/ttyS0 2>&1 </dev/null &`).catch(() => undefined);
    const began = Date.now();
    while (!guest.since(offset).includes("VM-START")) {
      if (Date.now() - began > PATIENCE * 60_000) throw new Error("the change does not begin");
      await sleep(0.05);
    }
    return Date.now();
  }

  /**
   * Waits for a moment of the change: so many seconds of processor time after its beginning, or, past its end, so many
   * seconds after that.
   */
  async moment(guest: Guest, offset: number, moment: number): Promise<void> {
    const worked = guest.worked;
    const ended = (): boolean => guest.since(offset).includes("VM-END");
    const during = Math.min(moment, this.#work);
    while (guest.worked - worked < during && !ended()) await sleep(0.02);
    if (moment <= this.#work) return;
    while (!ended()) await sleep(0.1);
    await sleep(moment - this.#work);
  }

  /** Waits until it has ended; throws when it did not end with 0. Seconds. */
  async end(guest: Guest, offset: number, started: number): Promise<number> {
    while (!guest.since(offset).includes("VM-END")) {
      if (Date.now() - started > PATIENCE * 300_000) throw new Error(guest.since(offset).slice(-2000));
      await sleep(0.1);
    }
    const takes = (Date.now() - started) / 1000;
    assert.match(guest.since(offset), /VM-END 0/, guest.since(offset).slice(-2000));
    return takes;
  }

  async measure(): Promise<void> {
    await this.withDisk(async () => {
      const guest = await this.resume();
      try {
        const offset = guest.console();
        const started = await this.begin(guest, offset);
        const worked = guest.worked;
        this.#takes = await this.end(guest, offset, started);
        this.#work = guest.worked - worked;
        this.#after = await look(guest);
      } finally {
        await guest.kill();
      }
    });
    assert.notEqual(this.#after.hashes, this.before.hashes, "the change changed nothing");
  }

  /** "old old old new": what each of FILES is, in the order default/grub, drop-in, kdump-tools, grub.cfg. */
  compared(hashes: string): string {
    const [old, made] = [this.before.hashes.split("\n"), this.#after.hashes.split("\n")];
    return hashes
      .trim()
      .split("\n")
      .map((line, at) =>
        line === old[at] ? (line === made[at] ? "same" : "old") : line === made[at] ? "new" : "ELSE",
      )
      .join(" ");
  }
}
