/**
 * Power cuts: the same change again and again, each time killed at another moment, its disk without what was not
 * flushed. A cut costs one boot, the one after it.
 */

import { type Part, reported } from "./boot-report.js";
import { checkDisk } from "./disk-check.js";
import type { Guest } from "./guest.js";
import { type Bench, TOOL } from "./images.js";
import type { Layout } from "./layout.js";
import { randomFrom } from "./random.js";
import { Failed, type Shown } from "./report.js";
import { AFTERWARDS, BESIDE, type By, CONFIG, HASHES, SavedChange } from "./saved-change.js";
import type { Survivors, VolatileDisk } from "./volatile-disk.js";

/** Every so many mended machines are booted once more. */
const BOOT_MENDED = 8;
const BOOT_SECONDS = 300;
const SECOND_NAME = /^grub\.cfg\..*kdump-setup/;

const FOUND = { found: HASHES, check: `grub-script-check ${CONFIG}` };
/** What a machine is asked when it boots after a cut. */
const REPORT: Readonly<Record<By, Readonly<Record<string, string>>>> = {
  generator: FOUND,
  tool: {
    ...FOUND,
    history: `${TOOL} history --format json`,
    rollback: `${TOOL} rollback --yes --format json`,
    after: HASHES,
    beside: BESIDE,
  },
};

interface Cut {
  /** seconds of processor time after the change's first word, see SavedChange.moment */
  readonly moment: number;
  /** the last thing the change said before the power went */
  readonly during: string;
  /** blocks */
  readonly lost: number;
  readonly boots: boolean;
  /** old, new or else what each file is after the boot */
  readonly found: string;
  /** what history says of the newest run; "" where it was not asked */
  readonly history: string;
  /** what is wrong after the mending; null when nothing is */
  readonly wrong: string | null;
}

export async function powerCuts(
  layout: Layout,
  bench: Bench,
  by: By,
  options: { readonly cuts: number; readonly seed: number },
): Promise<Shown> {
  const { steps } = bench;
  await steps.step("the disk loses what is not flushed", async () => await checkDisk(bench.dir));
  const change = await SavedChange.prepare(layout, bench, by, REPORT[by]);
  const random = randomFrom(options.seed);
  const cuts: Cut[] = [];
  for (let at = 0; at < options.cuts; at += 1) {
    // one in each equal share of the time, so that few cuts cover all of it
    const moment = ((at + random()) / options.cuts) * (change.work + AFTERWARDS);
    const how: How = {
      moment,
      survivors: at % 2 === 0 ? "none" : "some",
      random,
      bootMended: at % BOOT_MENDED === BOOT_MENDED - 1,
    };
    await steps.step(`cut ${at + 1} of ${options.cuts}, at ${moment.toFixed(1)} s`, async () => {
      const cut = await change.withDisk(async (disk) => await oneCut(change, disk, by, how, bench));
      cuts.push(cut);
      const verdict = cut.boots ? (cut.wrong ?? "nothing wrong") : "DOES NOT BOOT";
      return `during "${cut.during}", ${cut.lost} blocks lost; found ${cut.found}; ${cut.history}; ${verdict}`;
    });
  }
  const unbootable = cuts.filter((cut) => !cut.boots).length;
  const wrong = cuts.filter((cut) => cut.boots && cut.wrong !== null).length;
  const data = { takes: change.takes, work: change.work, cuts };
  const boot = `${cuts.length - unbootable} of ${cuts.length} cuts boot`;
  const half = cuts.filter(({ found }) => found.includes("old") && found.includes("new")).length;
  if (by === "generator")
    // its losses are the comparison, not a failure of this bench
    return { summary: `${boot}, ${wrong} of them with files of two days or a broken one`, data };
  const summary = `${boot}, ${half} found half-way, ${cuts.length - unbootable - wrong} told by history and as before after rollback`;
  if (unbootable + wrong > 0) throw new Failed(summary, data);
  return { summary, data };
}

interface How {
  readonly moment: number;
  readonly survivors: Survivors;
  readonly random: () => number;
  readonly bootMended: boolean;
}

async function oneCut(change: SavedChange, disk: VolatileDisk, by: By, how: How, bench: Bench): Promise<Cut> {
  const { moment } = how;
  const victim = await change.resume();
  let during = "";
  let lost = 0;
  try {
    const offset = victim.console();
    await change.begin(victim, offset);
    await change.moment(victim, offset, moment);
    await victim.kill();
    lost = disk.cut(how.survivors, how.random);
    during = victim.since(offset).trim().split("\n").pop() ?? "";
  } finally {
    await victim.kill();
  }
  const guest = await change.boot();
  const offset = guest.console();
  try {
    const cut = { moment, during, lost };
    let parts: Parts;
    try {
      parts = await reported(guest, offset, BOOT_SECONDS);
    } catch (error) {
      bench.steps.note(error instanceof Error ? error.message : String(error));
      return { ...cut, boots: false, found: "nothing", history: "", wrong: "does not boot" };
    }
    const found = change.compared(part(parts, "found").out);
    const check = part(parts, "check");
    if (check.code !== 0)
      return { ...cut, boots: true, found, history: "", wrong: `grub.cfg is no script: ${check.err}` };
    if (by === "generator") return { ...cut, boots: true, found, history: "", wrong: asGenerated(found) };
    const { history, wrong } = mended(parts, change, found);
    const again = wrong === null && how.bootMended ? await bootedAgain(guest) : wrong;
    return { ...cut, boots: true, found, history, wrong: again };
  } finally {
    await guest.kill();
  }
}

type Parts = Readonly<Record<string, Part>>;
function part(parts: Parts, name: string): Part {
  const one = parts[name];
  if (one === undefined) throw new Error(`the machine did not tell ${name}`);
  return one;
}

/** What of history's JSON is looked at. */
interface History {
  readonly runs: readonly { readonly state: string }[];
}

/**
 * History tells of every change that is there, rollback takes it back, and every file and every name is as it was.
 * `wrong` is null when so.
 */
function mended(
  parts: Parts,
  change: SavedChange,
  found: string,
): { readonly history: string; readonly wrong: string | null } {
  const asked = part(parts, "history");
  if (asked.code !== 0) return { history: "", wrong: `history ends with ${asked.code}: ${asked.err}` };
  const { runs }: History = JSON.parse(asked.out);
  const state = runs[0]?.state ?? null;
  const history = `history: ${state ?? "no run"}`;
  if (state === null) {
    const changed = found.includes("new") || found.includes("ELSE");
    return { history, wrong: changed ? `files are changed and history knows of no run: ${found}` : null };
  }
  if (state === "applied" && /old|ELSE/.test(found))
    return { history, wrong: `history says applied, and the files are ${found}` };
  if (state !== "applied" && state !== "open") return { history, wrong: `a killed run is called ${state}` };
  const rollback = part(parts, "rollback");
  const said = `${asked.out}\n${rollback.out}${rollback.err}`;
  if (rollback.code !== 0) return { history, wrong: `rollback ends with ${rollback.code}\n${said}` };
  const after = part(parts, "after").out;
  if (after !== change.before.hashes)
    return { history, wrong: `after rollback: ${change.compared(after)}\n${said}` };
  const beside = left(change.before.beside, part(parts, "beside").out);
  return { history, wrong: beside.length > 0 ? `left behind: ${beside.join(" ")}` : null };
}

/**
 * Names that were not there before. Those of the rollback itself may be: it keeps the configuration it replaced under
 * a second name until the machine has booted with the new one.
 */
function left(before: string, after: string): readonly string[] {
  const known = new Set(before.split("\n"));
  return after.split("\n").filter((name) => !known.has(name) && !SECOND_NAME.test(name));
}

/** A mended machine boots to the end, and with the old line. Null, or what is wrong. */
async function bootedAgain(guest: Guest): Promise<string | null> {
  await guest.up();
  await guest.reboot();
  const line = await guest.must("cat /proc/cmdline");
  return line.includes("crashkernel=256M") ? `booted with ${line}` : null;
}

/** After sed and update-grub: the drop-in and the configuration must be of one day. */
function asGenerated(found: string): string | null {
  const kinds = new Set(found.split(" ").filter((one) => one !== "same"));
  return kinds.size <= 1 && !kinds.has("ELSE") ? null : `the files are of two days: ${found}`;
}
