/** The record of a crash on purpose, and the crash. */
import { StepFailed } from "../errors.js";
import type { CrashTest } from "../facts/proof.js";
import type { Machine, Reader } from "../machine/machine.js";
import { JOURNAL_DIRECTORY } from "./journal.js";
import { ensureJournalDirectory } from "./journal-directory.js";

const FILE = `${JOURNAL_DIRECTORY}/crash-test.json`;
/** A file system that does not answer (a server that is gone) must not keep the machine waiting for ever. */
const SYNC_SECONDS = 120;

/** absent: no test was ever started. unreadable: only root may look, or it is damaged. */
export type RecordedTest =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "test"; readonly test: CrashTest };

export function readCrashTest(reader: Reader): RecordedTest {
  const state = reader.read(FILE, 4 * 1024 * 1024);
  if (state.kind === "absent") return { kind: "absent" };
  if (state.kind !== "file")
    return {
      kind: "unreadable",
      why: state.kind === "unreadable" ? `${FILE}: ${state.why}` : `${FILE} is no file`,
    };
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(state.text, "latin1").toString("utf8"));
  } catch {
    return { kind: "unreadable", why: `${FILE} is not JSON` };
  }
  return isTest(value)
    ? { kind: "test", test: value }
    : { kind: "unreadable", why: `${FILE} has not the form this version knows` };
}

/** In place and on the disk when it returns. */
export async function saveCrashTest(machine: Machine, test: CrashTest): Promise<void> {
  await ensureJournalDirectory(machine);
  const text = `${JSON.stringify(test, null, 1)}\n`;
  await machine.replace(FILE, Buffer.from(text, "utf8").toString("latin1"), 0o600);
}

/**
 * Writes the record, syncs every file system and crashes the kernel. Returns never where all goes well; where the kernel
 * still runs, the record of what did not happen is taken back and StepFailed thrown.
 */
export async function crash(machine: Machine, test: CrashTest, signal: AbortSignal): Promise<never> {
  const before = readCrashTest(machine);
  await saveCrashTest(machine, test);
  try {
    const synced = await machine.run({ argv: ["sync"], timeoutSeconds: SYNC_SECONDS }, { signal });
    if (synced.exitCode !== 0)
      throw new StepFailed(
        `the file systems could not be synced: sync ${synced.failure ?? `ended with ${synced.exitCode}`}`,
      );
    if (signal.aborted) throw new StepFailed("interrupted");
    await machine.crashKernel();
    throw new StepFailed("the kernel was told to crash and still runs", {
      hint: "dmesg may say why; nothing else was changed",
    });
  } catch (error) {
    if (before.kind === "test") await saveCrashTest(machine, before.test);
    else machine.remove(FILE);
    throw error;
  }
}

function isTest(value: unknown): value is CrashTest {
  return (
    isObject(value) &&
    value.schema === "kdump-setup-crash-test/1" &&
    [value.startedAt, value.user, value.version, value.bootId, value.directory].every(isText) &&
    !Number.isNaN(Date.parse(String(value.startedAt))) &&
    Array.isArray(value.dumps) &&
    value.dumps.every(isText) &&
    isSetup(value.setup) &&
    (value.found === null ||
      (isObject(value.found) && isText(value.found.dump) && isTextOrNull(value.found.crashedAt)))
  );
}

function isSetup(setup: unknown): boolean {
  if (!isObject(setup) || !isText(setup.kernel) || !isText(setup.build)) return false;
  const { initrd, reservedBytes } = setup;
  const known = initrd === null || (isObject(initrd) && isText(initrd.path) && isText(initrd.changedAt));
  return typeof reservedBytes === "number" && known;
}

const isText = (value: unknown): boolean => typeof value === "string";
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
