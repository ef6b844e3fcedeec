/**
 * Power cuts: the same change again and again on the same machine, each time killed at another moment, its disk
 * without what was not flushed. The machine is taken up each time from one saved state in which everything is ready,
 * so that a cut costs one boot, the one after it.
 */

import assert from "node:assert/strict";
import path from "node:path";
import { checkDisk } from "./disk-check.js";
import { sleep } from "./emulator.js";
import type { Guest } from "./guest.js";
import { type Bench, guestWith, kdumpImage, TOOL_FILE } from "./images.js";
import type { Layout } from "./layout.js";
import { randomFrom } from "./random.js";
import { type Survivors, VolatileDisk } from "./volatile-disk.js";

/** Who makes the change: the tool, or an admin with sed and update-grub. */
export type By = "tool" | "generator";

const TOOL = "/usr/local/sbin/kdump-setup";
const DROP_IN = "/etc/default/grub.d/kdump-tools.cfg";
const COMMAND: Readonly<Record<By, string>> = {
  tool: `${TOOL} --crashkernel 256M --yes`,
  generator: `sed -i s/384M-:128M/256M/ ${DROP_IN} && update-grub`,
};
const CONFIG = "/boot/grub/grub.cfg";
const FILES = `/etc/default/grub ${DROP_IN} /etc/default/kdump-tools ${CONFIG}`;
/** Seconds after the change's end in which the cut may still come: the journal's commit interval and some. */
const AFTERWARDS = 8;
const MEMORY = 1024;

type Blocks = ReturnType<VolatileDisk["snapshot"]>;

/** Everything that is the same for all cuts. */
interface Ready {
  readonly image: string;
  readonly blocks: Blocks;
  /** the saved state */
  readonly state: string;
  /** sha256sum's lines of FILES, before the change and after it */
  readonly before: string;
  readonly after: string;
  /** seconds the change takes */
  readonly takes: number;
}

interface Cut {
  readonly moment: number;
  /** the last thing the change said before the power went */
  readonly during: string;
  readonly lost: number;
  readonly boots: boolean;
  /** old, new or else what each of FILES is after the boot */
  readonly found: string;
  /** what is wrong after the mending; null when nothing is */
  readonly wrong: string | null;
}

export async function powerCuts(
  layout: Layout,
  bench: Bench,
  by: By,
  options: { readonly cuts: number; readonly seed: number },
): Promise<void> {
  const { steps } = bench;
  await steps.step("the disk loses what is not flushed", async () => await checkDisk(bench.dir));
  const image = await kdumpImage(layout, bench);
  const ready = await makeReady(layout, bench, by, image);
  const random = randomFrom(options.seed);
  const cuts: Cut[] = [];
  for (let at = 0; at < options.cuts; at += 1) {
    const survivors = at % 2 === 0 ? "none" : "some";
    const moment = random() * (ready.takes + AFTERWARDS);
    await steps.step(`cut ${at + 1} of ${options.cuts}, at ${moment.toFixed(1)} s`, async () => {
      const cut = await oneCut(layout, bench, by, ready, moment, survivors, random);
      cuts.push(cut);
      const verdict = cut.boots ? (cut.wrong ?? (by === "tool" ? "mended" : "of one day")) : "DOES NOT BOOT";
      return `during "${cut.during}", ${cut.lost} blocks lost; found ${cut.found}; ${verdict}`;
    });
  }
  const unbootable = cuts.filter((cut) => !cut.boots).length;
  const wrong = cuts.filter((cut) => cut.wrong !== null).length;
  steps.note(`${cuts.length} cuts: ${unbootable} do not boot, ${wrong} with something wrong afterwards`);
  // the generator's own losses are the comparison, not a failure of this bench
  if (by === "tool") assert.deepEqual({ unbootable, wrong }, { unbootable: 0, wrong: 0 });
}

async function makeReady(layout: Layout, bench: Bench, by: By, image: string): Promise<Ready> {
  const { steps } = bench;
  const state = path.join(bench.dir, "state");
  const base = { firmware: layout.firmware, memory: MEMORY };
  const prepared = await steps.step("machine made ready and its state saved", async () => {
    const socket = path.join(bench.dir, "disk");
    const disk = await VolatileDisk.open(image, socket);
    const guest = await guestWith({ ...base, disk: { kind: "nbd", socket } }, bench);
    try {
      await guest.up();
      await guest.must("until [ $(systemctl is-active kdump-tools) = active ]; do sleep 1; done", 300);
      await guest.put(TOOL_FILE, TOOL, "755");
      // once without effect, so that programs and configuration are in the page cache as on a machine in use
      await guest.must(`${TOOL} --crashkernel 256M --dry-run; sync`, 300);
      const before = await hashes(guest);
      await guest.save(state);
      assert.ok(disk.state.flushes > 0, "the guest never flushed its disk: the bench would lose nothing");
      return { before, blocks: disk.snapshot() };
    } finally {
      await guest.kill();
      await disk.close();
    }
  });
  let measured = { takes: 0, after: "" };
  await steps.step("the change without a cut", async () => {
    await withDisk(bench, image, prepared.blocks, async (_disk, socket) => {
      const guest = await guestWith({ ...base, disk: { kind: "nbd", socket }, from: state }, bench);
      try {
        const offset = guest.console();
        const started = await begin(guest, by, offset);
        while (!guest.since(offset).includes("VM-END")) {
          if ((Date.now() - started) / 1000 > 600) throw new Error(guest.since(offset).slice(-2000));
          await sleep(0.2);
        }
        const takes = (Date.now() - started) / 1000;
        assert.match(guest.since(offset), /VM-END 0/, guest.since(offset).slice(-2000));
        measured = { takes, after: await hashes(guest) };
        assert.notEqual(measured.after, prepared.before, "the change changed nothing");
      } finally {
        await guest.kill();
      }
    });
    return `takes ${measured.takes.toFixed(1)} s`;
  });
  return { image, state, ...prepared, ...measured };
}

async function oneCut(
  layout: Layout,
  bench: Bench,
  by: By,
  ready: Ready,
  moment: number,
  survivors: Survivors,
  random: () => number,
): Promise<Cut> {
  const base = { firmware: layout.firmware, memory: MEMORY };
  return await withDisk(bench, ready.image, ready.blocks, async (disk, socket) => {
    const from = { kind: "nbd", socket } as const;
    const victim = await guestWith({ ...base, disk: from, from: ready.state }, bench);
    let during = "";
    let lost = 0;
    try {
      const offset = victim.console();
      const started = await begin(victim, by, offset);
      await sleep(moment - (Date.now() - started) / 1000);
      await victim.kill();
      lost = disk.cut(survivors, random);
      during = victim.since(offset).trim().split("\n").pop() ?? "";
    } finally {
      await victim.kill();
    }
    const guest = await guestWith({ ...base, disk: from }, bench);
    try {
      await guest.up(300, null, guest.console());
    } catch (error) {
      bench.steps.note(error instanceof Error ? error.message : String(error));
      await guest.kill();
      return { moment, during, lost, boots: false, found: "nothing", wrong: "does not boot" };
    }
    try {
      const found = compared(await hashes(guest), ready);
      const wrong = by === "tool" ? await mended(guest, ready) : await asGenerated(guest, found);
      return { moment, during, lost, boots: true, found, wrong };
    } finally {
      await guest.kill();
    }
  });
}

async function withDisk<T>(
  bench: Bench,
  image: string,
  blocks: Blocks,
  work: (disk: VolatileDisk, socket: string) => Promise<T>,
): Promise<T> {
  const socket = path.join(bench.dir, "disk");
  const disk = await VolatileDisk.open(image, socket, blocks);
  try {
    return await work(disk, socket);
  } finally {
    await disk.close();
  }
}

/** Begins the change in the background, its words on the console; the time when it did. */
async function begin(guest: Guest, by: By, offset: number): Promise<number> {
  const script = `echo VM-START; ${COMMAND[by]}; echo VM-END $?`;
  // the power may go before ssh has ended
  guest.must(`setsid sh -c '${script}' >/dev/ttyS0 2>&1 </dev/null &`).catch(() => undefined);
  const began = Date.now();
  while (!guest.since(offset).includes("VM-START")) {
    if (Date.now() - began > 60_000) throw new Error("the change does not begin");
    await sleep(0.05);
  }
  return Date.now();
}

const hashes = async (guest: Guest): Promise<string> => await guest.must(`sha256sum ${FILES} 2>&1; true`);

/** "old old old new": what each of FILES is. */
function compared(now: string, { before, after }: Ready): string {
  const [old, made] = [before.split("\n"), after.split("\n")];
  return now
    .trim()
    .split("\n")
    .map((line, at) =>
      line === old[at] ? (line === made[at] ? "same" : "old") : line === made[at] ? "new" : "ELSE",
    )
    .join(" ");
}

/** history speaks, rollback takes back what there is, and every file is as it was before. Null when so. */
async function mended(guest: Guest, ready: Ready): Promise<string | null> {
  const history = await guest.ssh(`${TOOL} history`, { seconds: 120 });
  if (history.code !== 0) return `history ends with ${history.code}: ${history.stderr}`;
  const check = await guest.ssh(`grub-script-check ${CONFIG}`);
  if (check.code !== 0) return `grub.cfg is no script: ${check.stderr}`;
  const rollback = await guest.ssh(`${TOOL} rollback --yes`, { seconds: 300 });
  const now = await hashes(guest);
  if (now === ready.before) return null;
  return `after rollback (${rollback.code}): ${compared(now, ready)}\n${history.stdout}${rollback.stdout}${rollback.stderr}`;
}

/** After sed and update-grub: the drop-in and the configuration must be of one day. */
async function asGenerated(guest: Guest, found: string): Promise<string | null> {
  const check = await guest.ssh(`grub-script-check ${CONFIG}`);
  if (check.code !== 0) return `grub.cfg is no script: ${check.stderr}`;
  const kinds = new Set(found.split(" ").filter((one) => one !== "same"));
  return kinds.size <= 1 && !kinds.has("ELSE") ? null : `the files are of two days: ${found}`;
}
