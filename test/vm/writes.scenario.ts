/**
 * Every moment of one change: the disk as it would be had the power gone after each single write of the guest, read by
 * GRUB's own file system code (grub-fstest), which replays no journal. The tool's change first, then the same by sed
 * and the generator.
 */

import assert from "node:assert/strict";
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { must, run } from "../support/run.js";
import { sleep } from "./emulator.js";
import { type Bench, cache } from "./images.js";
import type { Layout } from "./layout.js";
import { randomFrom } from "./random.js";
import { Failed, type Shown } from "./report.js";
import { AFTERWARDS, type By, CONFIG, SavedChange } from "./saved-change.js";
import { BLOCK, type Blocks, type DiskEvent } from "./volatile-disk.js";

/**
 * What of the writes that were not flushed is on the disk: nothing, everything, or each block by the toss of a coin.
 */
type View = "none" | "all" | "some";
/** What GRUB finds as its configuration. */
type Found = "old" | "new" | "empty" | "half" | "absent" | "else";

/** How many random choices of what was lost are looked at after each write. */
const TOSSES = 3;

interface Moment {
  /** seconds after the change's first word */
  readonly seconds: number;
  readonly view: View;
  readonly found: Found;
}

interface Tally {
  readonly by: By;
  readonly takes: number;
  readonly writes: number;
  readonly flushes: number;
  readonly states: number;
  readonly counts: Readonly<Partial<Record<Found, number>>>;
  /** what a cut at the very end, AFTERWARDS seconds after the change, leaves */
  readonly last: Found;
  /** seconds in which a cut that loses everything unflushed would leave GRUB without a configuration, and of how many */
  readonly brokenSeconds: number;
  readonly ofSeconds: number;
  readonly broken: readonly Moment[];
}

const isBroken = (found: Found): boolean => found !== "old" && found !== "new";

export async function everyWrite(
  layout: Layout,
  bench: Bench,
  { seed }: { readonly seed: number },
): Promise<Shown> {
  assert.equal(layout.firmware, "bios", "the partition's name is that of a BIOS machine");
  const tool = await tally(layout, bench, "tool", seed);
  const generator = await tally(layout, bench, "generator", seed);
  const data = { tool, generator };
  const summary = `${sentence(tool)}; ${sentence(generator)}`;
  if (tool.broken.length > 0) throw new Failed(summary, data);
  return { summary, data };
}

function sentence({ by, states, counts, last, brokenSeconds, ofSeconds, writes }: Tally): string {
  const kinds: readonly Found[] = ["empty", "half", "absent", "else"];
  const bad = kinds.flatMap((kind) => (counts[kind] === undefined ? [] : [[kind, counts[kind]] as const]));
  const said = bad.length === 0 ? "none broken" : bad.map(([kind, n]) => `${n} ${kind}`).join(", ");
  const who = by === "tool" ? "kdump-setup" : "sed and update-grub";
  return `${who}: ${states} states of the disk after ${writes} writes, ${counts.old ?? 0} old, ${counts.new ?? 0} new, ${said} (${brokenSeconds.toFixed(1)} of ${ofSeconds.toFixed(0)} s), at the end ${last}`;
}

async function tally(layout: Layout, bench: Bench, by: By, seed: number): Promise<Tally> {
  const change = await SavedChange.prepare(layout, bench, by, {});
  const events = await bench.steps.step(`each write of the change by the ${by} kept`, async () => {
    return await recorded(change);
  });
  return await bench.steps.step("read as GRUB reads it", async () => {
    const scratch = path.join(cache, `overlay-${process.pid}-writes-${layout.name}-${by}.raw`);
    await must(["cp", "--sparse=always", change.disk.image, scratch], { seconds: 300 });
    try {
      const moments = await judge(scratch, change, events, seed);
      return summed(by, change.takes, events, moments);
    } finally {
      rmSync(scratch);
    }
  });
}

async function recorded(change: SavedChange): Promise<readonly DiskEvent[]> {
  return await change.withDisk(async (disk) => {
    const guest = await change.resume();
    try {
      const offset = guest.console();
      const started = await change.begin(guest, offset);
      const events = disk.record();
      await change.end(guest, offset, started);
      await sleep(AFTERWARDS);
      return [...events];
    } finally {
      await guest.kill();
    }
  });
}

/** Judges the disk after each event. `scratch` is a copy of the image, and is written to. */
async function judge(
  scratch: string,
  change: SavedChange,
  events: readonly DiskEvent[],
  seed: number,
): Promise<readonly Moment[]> {
  const disk = new Scratch(scratch);
  const random = randomFrom(seed);
  const moments: Moment[] = [];
  try {
    disk.put(change.disk.blocks);
    const [old, made] = [change.before.config, change.after.config];
    assert.equal(kindOf(await configOf(scratch), old, made), "old", "what GRUB finds before the change");
    const look = async (seconds: number, view: View): Promise<void> => {
      moments.push({ seconds, view, found: kindOf(await configOf(scratch), old, made) });
    };
    // what is in the file is always the view "all"; `lost` is how it gets to "none"
    let lost = new Map<number, Buffer>();
    for (const event of events) {
      const { seconds } = event;
      if (event.kind === "flush") {
        if (lost.size === 0) continue;
        lost = new Map();
        await look(seconds, "none");
        continue;
      }
      const previous = disk.put(event.blocks);
      if (event.durable) for (const at of event.blocks.keys()) lost.delete(at);
      else for (const [at, block] of previous) if (!lost.has(at)) lost.set(at, block);
      await look(seconds, event.durable && lost.size === 0 ? "none" : "all");
      if (event.durable && lost.size > 0) {
        // this one is safe at once, past those that wait for a flush
        const back = disk.put(lost);
        await look(seconds, "none");
        disk.put(back);
      }
      if (lost.size < 2) continue;
      for (let toss = 0; toss < TOSSES; toss += 1) {
        const back = disk.put(new Map([...lost].filter(() => random() < 0.5)));
        await look(seconds, "some");
        disk.put(back);
      }
    }
  } finally {
    disk.close();
  }
  return moments;
}

class Scratch {
  readonly #fd: number;

  constructor(file: string) {
    this.#fd = openSync(file, "r+");
  }

  /** Writes these blocks; returns what was there. */
  put(blocks: Blocks): Map<number, Buffer> {
    const previous = new Map<number, Buffer>();
    for (const [at, block] of blocks) {
      const before = Buffer.alloc(BLOCK);
      readSync(this.#fd, before, 0, BLOCK, at * BLOCK);
      previous.set(at, before);
      assert.equal(writeSync(this.#fd, block, 0, BLOCK, at * BLOCK), BLOCK);
    }
    return previous;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** What GRUB reads as its configuration; null: it finds no such file, or cannot read it. */
async function configOf(image: string): Promise<string | null> {
  const ended = await run(["grub-fstest", image, "cat", `(loop0,msdos1)${CONFIG}`], { seconds: 60 });
  return ended.code === 0 ? ended.stdout : null;
}

function kindOf(text: string | null, old: string, made: string): Found {
  if (text === null) return "absent";
  if (text === old) return "old";
  if (text === made) return "new";
  if (/^\0*$/.test(text)) return "empty";
  return made.startsWith(text) || old.startsWith(text) ? "half" : "else";
}

function summed(by: By, takes: number, events: readonly DiskEvent[], moments: readonly Moment[]): Tally {
  const counts: Partial<Record<Found, number>> = {};
  for (const { found } of moments) counts[found] = (counts[found] ?? 0) + 1;
  // what a cut leaves that loses everything: from each change of the durable disk to the next
  const durable = moments.filter(({ view }) => view === "none");
  const ofSeconds = takes + AFTERWARDS;
  const brokenSeconds = durable.reduce((sum, { seconds, found }, at) => {
    const until = durable[at + 1]?.seconds ?? ofSeconds;
    return isBroken(found) ? sum + Math.max(0, until - seconds) : sum;
  }, 0);
  return {
    by,
    takes,
    writes: events.filter(({ kind }) => kind === "write").length,
    flushes: events.filter(({ kind }) => kind === "flush").length,
    states: moments.length,
    counts,
    last: durable.at(-1)?.found ?? "old",
    brokenSeconds,
    ofSeconds,
    broken: moments.filter(({ found }) => isBroken(found)),
  };
}
