/**
 * Whether a crash on purpose led to a saved dump: the record that was written before it, matched with what is there
 * now. Values in, values out.
 */
import type { FoundDumps, SavedDump } from "./dumps.js";

/** What a saved dump depends on. Another one of it, and the proof is of something that is not there any more. */
export interface CaptureSetup {
  /** uname -r and uname -v of the running kernel, which is also the one that captures: a rebuilt one keeps its release */
  readonly kernel: string;
  readonly build: string;
  readonly reservedBytes: number;
  /** the capture kernel's initrd, links followed; null when none is where the package puts it */
  readonly initrd: { readonly path: string; readonly bytes: number; readonly changedAt: string } | null;
}

/** Written, and on the disk, before the kernel is told to crash. */
export interface CrashTest {
  readonly schema: "kdump-setup-crash-test/1";
  readonly startedAt: string;
  readonly user: string;
  readonly version: string;
  readonly bootId: string;
  readonly setup: CaptureSetup;
  /** where the dump is expected */
  readonly directory: string;
  /** dumps that stood there before, by the names of their directories */
  readonly dumps: readonly string[];
  /** what a later run found, so that it stays known when the dump is removed; null: nothing was found yet */
  readonly found: { readonly dump: string; readonly crashedAt: string | null } | null;
}

export type Proof =
  /** this is still the boot it was started in: the kernel has not crashed */
  | { readonly state: "pending" }
  | {
      readonly state: "proved";
      readonly dump: string;
      readonly crashedAt: string | null;
      /** what is not as it was then, in words; [] when the proof holds */
      readonly changed: readonly string[];
    }
  | { readonly state: "incomplete"; readonly dump: string }
  | { readonly state: "no-dump" }
  /** nothing can be said: the directory cannot be looked into */
  | { readonly state: "unknown"; readonly why: string };

export interface Now {
  readonly bootId: string | null;
  readonly found: FoundDumps;
  /** null where it cannot be told, as of an image */
  readonly setup: CaptureSetup | null;
}

export function judgeTest(test: CrashTest, now: Now): Proof {
  const changed = now.setup === null ? [] : differences(test.setup, now.setup);
  if (test.found !== null) return { state: "proved", ...test.found, changed };
  if (now.bootId === test.bootId) return { state: "pending" };
  if (now.found.kind === "unreadable") return { state: "unknown", why: now.found.why };
  const dumps = now.found.kind === "dumps" ? now.found.dumps.filter((dump) => isOf(test, dump)) : [];
  // the first crash after the record is the one that was asked for
  const saved = dumps.filter(({ state }) => state === "saved").at(-1);
  if (saved !== undefined)
    return { state: "proved", dump: saved.directory, crashedAt: saved.crashedAt, changed };
  const denied = dumps.find(({ state }) => state === "unreadable");
  if (denied !== undefined) return { state: "unknown", why: `${denied.directory} cannot be read` };
  const part = dumps.find(({ state }) => state === "incomplete");
  return part === undefined ? { state: "no-dump" } : { state: "incomplete", dump: part.directory };
}

/** Between the record and the crash lies a sync; clocks of a machine that boots anew are not far off. */
const EARLIER_MS = 60 * 1000;
const LATER_MS = 15 * 60 * 1000;

/** A dump of this machine that was not there before, of that kernel, and of that time where it says so. */
function isOf(test: CrashTest, { name, host, release, crashedAt }: SavedDump): boolean {
  if (host !== null || test.dumps.includes(name)) return false;
  if (release !== null && release !== test.setup.kernel) return false;
  if (crashedAt === null) return true;
  const after = Date.parse(crashedAt) - Date.parse(test.startedAt);
  return after >= -EARLIER_MS && after <= LATER_MS;
}

function differences(then: CaptureSetup, now: CaptureSetup): readonly string[] {
  const sameInitrd = JSON.stringify(then.initrd) === JSON.stringify(now.initrd);
  return [
    ...(then.kernel === now.kernel && then.build === now.build ? [] : [`the kernel is ${now.kernel} now`]),
    ...(sameInitrd ? [] : ["the capture kernel's initrd was made anew"]),
    ...(then.reservedBytes === now.reservedBytes ? [] : ["the reservation has another size"]),
  ];
}
