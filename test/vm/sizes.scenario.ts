/**
 * The smallest reservation that saves a dump, by memory, and what happens one step below it. The kernel is booted
 * without GRUB, as only its crashkernel= differs; everything else is as the tool and the package set it up.
 */

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { must } from "../support/run.js";
import { UUID } from "./disk.js";
import { sleep } from "./emulator.js";
import { type Guest, PATIENCE } from "./guest.js";
import { type Bench, cache, guestOn, guestWith, imageOf, kernelFor, putTool, TOOL } from "./images.js";
import type { Layout } from "./layout.js";
import { Failed, type Shown } from "./report.js";

/** MiB of memory; the first one is searched, the others are looked at around what was found there. */
const MEMORIES = [2048, 1024, 4096, 8192];
/** MiB between two sizes that are tried. */
const STEP = 8;
/** MiB: the first search's bounds; the upper one is the size the other scenarios show to work. */
const BOUNDS = { least: 64, most: 256 };
/** Seconds of silence after which a machine is said to hang: a capture kernel's longest pause is far shorter. */
const SILENCE = 60 * PATIENCE;
const LONGEST = 400 * PATIENCE;

type Outcome = "dump" | "back without a dump" | "hangs";

interface Attempt {
  /** MiB of the machine, and reserved */
  readonly memory: number;
  readonly size: number;
  readonly loaded: boolean;
  readonly outcome: Outcome;
  /** seconds from the crash until the normal kernel starts again; null when it never does */
  readonly backAfter: number | null;
  /** what the console says of the reason; null when there was a dump */
  readonly why: string | null;
}

/** What far too little comes to: nothing is loaded, and the normal kernel's own panic= decides. */
interface FarTooLittle {
  readonly attempt: Attempt;
  /** how the tool ends when it is asked for that size, and why */
  readonly toolEnds: number | null;
  readonly toolSays: string;
  /** the same with kernel.panic=10 in the normal kernel */
  readonly withPanic: Attempt;
}

interface Measured {
  readonly memory: number;
  /** MiB */
  readonly smallest: number;
  /** what --crashkernel auto reserves there, MiB */
  readonly auto: number;
  /** what each estimator of `explain auto` says there */
  readonly estimates: readonly EstimateSaid[];
  readonly below: Attempt;
}

interface EstimateSaid {
  readonly by: string;
  /** MiB, rounded up; null where it is not known */
  readonly mib: number | null;
}

interface Subject {
  /** MiB that --crashkernel auto would reserve, and how the estimators came to it; by memory */
  readonly auto: Map<number, { readonly mib: number; readonly estimates: readonly EstimateSaid[] }>;
  readonly attempts: Attempt[];
  system: System | null;
}

/** What was measured: the estimate for it is what `auto` rests on. */
interface System {
  /** package versions */
  readonly kernel: string;
  readonly kdumpTools: string;
  readonly bytes: {
    readonly kernelFile: number;
    /** init_size of the image's header */
    readonly kernelInit: number;
    readonly captureInitrd: number;
    /** of the files in it */
    readonly captureInitrdUnpacked: number;
  };
}

export async function sizes(layout: Layout, bench: Bench): Promise<Shown> {
  const image = path.join(cache, `overlay-${process.pid}-sizes-${layout.name}.raw`);
  const subject: Subject = { auto: new Map(), attempts: [], system: null };
  try {
    await setUp(layout, bench, image);
    const attempt = async (memory: number, size: number): Promise<boolean> => {
      const known = subject.attempts.find((one) => one.memory === memory && one.size === size);
      if (known !== undefined) return known.outcome === "dump";
      const done = await told(`${size} MiB of ${memory}`, bench, async () => {
        return await oneAttempt(layout, bench, image, { memory, size }, subject);
      });
      subject.attempts.push(done);
      return done.outcome === "dump";
    };
    const measured: Measured[] = [];
    let guess: number | null = null;
    for (const memory of MEMORIES) {
      const smallest: number =
        guess === null
          ? await halved(async (size) => await attempt(memory, size))
          : await around(guess, async (size) => await attempt(memory, size));
      guess = smallest;
      await attempt(memory, smallest - STEP);
      const below = subject.attempts.find((one) => one.memory === memory && one.size === smallest - STEP);
      assert.ok(below !== undefined);
      const { mib, estimates } = subject.auto.get(memory) ?? { mib: 0, estimates: [] };
      measured.push({ memory, smallest, below, auto: mib, estimates });
    }
    return judged(measured, await farTooLittle(layout, bench, image, subject), subject);
  } finally {
    rmSync(image, { force: true });
  }
}

async function told(name: string, { steps }: Bench, work: () => Promise<Attempt>): Promise<Attempt> {
  let done: Attempt | undefined;
  await steps.step(name, async () => {
    done = await work();
    const loaded = done.loaded ? "loaded" : "NOT loaded";
    return `${loaded}; ${done.outcome}${done.why === null ? "" : `: ${done.why}`}`;
  });
  assert.ok(done !== undefined);
  return done;
}

/** A size the capture kernel does not even fit in. */
async function farTooLittle(
  layout: Layout,
  bench: Bench,
  image: string,
  subject: Subject,
): Promise<FarTooLittle> {
  const [memory = 0, size] = [MEMORIES[0], BOUNDS.least];
  const ends = { code: null as number | null, says: "" };
  const attempt = await told(`${size} MiB of ${memory}`, bench, async () => {
    const ask = async (guest: Guest): Promise<void> => {
      const said = await guest.ssh(`${TOOL} --crashkernel ${size}M --dry-run`, { seconds: 120 });
      ends.code = said.code;
      ends.says = /^.*cannot hold.*$/m.exec(said.stderr)?.[0] ?? said.stderr;
    };
    return await oneAttempt(layout, bench, image, { memory, size, before: ask }, subject);
  });
  const withPanic = await told(`${size} MiB of ${memory}, kernel.panic=10`, bench, async () => {
    const set = async (guest: Guest): Promise<void> => void (await guest.must("sysctl -w kernel.panic=10"));
    return await oneAttempt(layout, bench, image, { memory, size, before: set }, subject);
  });
  return { attempt, toolEnds: ends.code, toolSays: ends.says, withPanic };
}

const REFUSED = 3;

function judged(measured: readonly Measured[], little: FarTooLittle, { attempts, system }: Subject): Shown {
  const data = { system, measured, attempts, little };
  const list = measured.map(
    ({ memory, smallest, auto, below }) =>
      `${memory} MiB: ${smallest} (auto ${auto}; ${below.size}: ${below.outcome})`,
  );
  const { attempt, withPanic, toolEnds } = little;
  const least = `${attempt.size} MiB: ${attempt.loaded ? "" : "not loaded, "}${attempt.outcome}, with kernel.panic=10 ${withPanic.outcome}`;
  const summary = `Linux ${system?.kernel}: the smallest that saves a dump at ${list.join(", ")}; ${least}`;
  const wrong: string[] = [];
  if (measured.some(({ auto, smallest }) => auto < smallest)) wrong.push("auto reserves too little");
  const hanging = attempts.filter((one) => one.outcome === "hangs");
  if (hanging.length > 0)
    wrong.push(`hangs at ${hanging.map(({ size, memory }) => `${size} of ${memory}`).join(", ")} MiB`);
  if (!attempt.loaded && toolEnds !== REFUSED)
    wrong.push(`the tool does not refuse what cannot be loaded: ${little.toolSays}`);
  if (withPanic.outcome === "hangs") wrong.push("kernel.panic=10 does not help");
  if (wrong.length > 0) throw new Failed(`${wrong.join("; ")}: ${summary}`, data);
  return { summary, data };
}

/** The smallest size that works, between the bounds, by halving. */
async function halved(works: (size: number) => Promise<boolean>): Promise<number> {
  let [least, most] = [BOUNDS.least, BOUNDS.most];
  while (most - least > STEP) {
    const middle = least + Math.floor((most - least) / 2 / STEP) * STEP;
    if (await works(middle)) most = middle;
    else least = middle;
  }
  return most;
}

/** The smallest size that works, step by step from one that is near. */
async function around(near: number, works: (size: number) => Promise<boolean>): Promise<number> {
  let size = near;
  while (!(await works(size))) size += STEP;
  while (size > BOUNDS.least && (await works(size - STEP))) size -= STEP;
  return size;
}

/** The machine with its kdump packages and what the tool adds to their settings, `panic=` above all. */
async function setUp(layout: Layout, bench: Bench, image: string): Promise<void> {
  const from = await imageOf({ ...layout, kdumpThere: true }, bench);
  await must(["cp", "--sparse=always", from, image], { seconds: 300 });
  await bench.steps.step("set up by kdump-setup", async () => {
    const disk = { kind: "raw", path: image } as const;
    const guest = await guestWith({ firmware: layout.firmware, disk, memory: 1024 }, bench);
    try {
      await guest.up();
      await putTool(guest);
      await guest.must(`${TOOL} --crashkernel ${BOUNDS.most}M --yes`, 600);
      await guest.powerOff();
    } finally {
      await guest.kill();
    }
  });
}

interface Try {
  readonly memory: number;
  readonly size: number;
  /** done on the machine before it crashes */
  readonly before?: (guest: Guest) => Promise<void>;
}

async function oneAttempt(
  layout: Layout,
  bench: Bench,
  image: string,
  { memory, size, before }: Try,
  subject: Subject,
): Promise<Attempt> {
  const append = `root=UUID=${UUID.root} ro console=ttyS0,115200 norandmaps crashkernel=${size}M`;
  const direct = { ...(await kernelFor(layout, bench)), append };
  const guest = await guestOn(image, layout, bench, { memory, direct });
  try {
    await guest.up();
    const { unit } = layout.release;
    await guest.must(
      `while systemctl is-active ${unit} | grep -q activating; do sleep 1; done; systemctl is-active ${unit} || true`,
      300,
    );
    const state = await guest.must("cat /sys/kernel/kexec_crash_size /sys/kernel/kexec_crash_loaded");
    const [reserved, loaded] = state.split("\n");
    assert.equal(Number(reserved), size * 1048576, "the kernel reserved something else");
    if (!subject.auto.has(memory)) subject.auto.set(memory, await autoOf(guest));
    subject.system ??= await systemOf(guest);
    await before?.(guest);
    return { memory, size, loaded: loaded === "1", ...(await crash(guest)) };
  } finally {
    await guest.kill();
  }
}

/** What of a dry run's JSON is looked at. */
interface Planned {
  readonly crashkernel: { readonly reservedBytes: number };
}

interface Explained {
  readonly estimates: readonly { readonly by: string; readonly bytes: number | null }[];
}

async function autoOf(guest: Guest): Promise<{ mib: number; estimates: readonly EstimateSaid[] }> {
  const said = await guest.must(`${TOOL} --crashkernel auto --dry-run --format json`, 300);
  const { crashkernel }: Planned = JSON.parse(said);
  const { estimates }: Explained = JSON.parse(await guest.must(`${TOOL} explain auto --format json`, 300));
  return {
    mib: crashkernel.reservedBytes / 1048576,
    estimates: estimates.map(({ by, bytes }) => ({
      by,
      mib: bytes === null ? null : Math.ceil(bytes / 1048576),
    })),
  };
}

async function systemOf(guest: Guest): Promise<System> {
  const said = await guest.must(`uname -v
    dpkg-query -W -f '\${Version}\n' kdump-tools
    cd /var/lib/kdump; stat -L -c %s vmlinuz; od -An -tu4 -j 0x260 -N 4 vmlinuz; stat -L -c %s initrd.img
    unmkinitramfs initrd.img /run/unpacked; du -s -b /run/unpacked | cut -f1; rm -r /run/unpacked`);
  const [kernel = "", kdumpTools = "", ...sizes] = said.trim().split("\n");
  const [kernelFile = 0, kernelInit = 0, captureInitrd = 0, captureInitrdUnpacked = 0] = sizes.map(Number);
  return {
    kernel: /Debian (\S+)/.exec(kernel)?.[1] ?? kernel,
    kdumpTools,
    bytes: { kernelFile, kernelInit, captureInitrd, captureInitrdUnpacked },
  };
}

/** Crashes it, and watches the console until the normal kernel starts again or nothing more is said. */
async function crash(guest: Guest): Promise<Pick<Attempt, "outcome" | "backAfter" | "why">> {
  const before = await guest.must("sync; ls /var/crash 2>/dev/null; true");
  const offset = guest.console();
  const started = Date.now();
  await guest.trigger();
  let [length, last] = [0, Date.now()];
  while (Date.now() - started < LONGEST * 1000) {
    await sleep(1);
    const said = guest.since(offset);
    const lines = [...said.matchAll(/\] Command line: (.*)\n/g)].map((found) => found[1] ?? "");
    // the capture kernel is the one that is told where the old memory's headers are
    if (lines.some((line) => !line.includes("elfcorehdr="))) {
      const backAfter = Math.round((Date.now() - started) / 1000);
      await guest.up();
      const after = await guest.must("ls /var/crash 2>/dev/null; ls /var/crash/*/dump.* 2>/dev/null; true");
      if (after !== before && /dump\.\d+$/m.test(after)) return { outcome: "dump", backAfter, why: null };
      return { outcome: "back without a dump", backAfter, why: reason(said) };
    }
    if (said.length !== length) [length, last] = [said.length, Date.now()];
    if (Date.now() - last > SILENCE * 1000) break;
  }
  return { outcome: "hangs", backAfter: null, why: reason(guest.since(offset)) };
}

/** The last panic, or else the last line. */
function reason(said: string): string {
  const panics = [...said.matchAll(/Kernel panic - not syncing: (.*)/g)].map((found) => found[1] ?? "");
  return (panics.pop() ?? said.trim().split("\n").pop() ?? "").trim();
}
