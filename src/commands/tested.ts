import { type RecordedTest, readCrashTest, saveCrashTest } from "../apply/crash-test.js";
import { captureSetup } from "../facts/capture-setup.js";
import { collectDumps } from "../facts/dumps.js";
import { judgeTest, type Proof } from "../facts/proof.js";
import type { Machine, Reader } from "../machine/machine.js";

/** The last crash on purpose and what came of it; null where none was recorded. */
export interface Tested {
  readonly recorded: Exclude<RecordedTest, { readonly kind: "absent" }>;
  readonly proof: Proof;
  /** for the JSON document */
  readonly document: Readonly<Record<string, unknown>>;
}

export function lastTest(reader: Reader): Tested | null {
  const recorded = readCrashTest(reader);
  if (recorded.kind === "absent") return null;
  if (recorded.kind === "unreadable") {
    const proof: Proof = { state: "unknown", why: recorded.why };
    return { recorded, proof, document: { ...proof } };
  }
  const { test } = recorded;
  const proof = judgeTest(test, {
    bootId: reader.image ? null : (reader.readText("/proc/sys/kernel/random/boot_id")?.trim() ?? null),
    found: collectDumps(reader, test.directory, []),
    setup: captureSetup(reader, test.setup.initrd?.path ?? "/"),
  });
  const { startedAt, user, setup } = test;
  return { recorded, proof, document: { startedAt, user, kernel: setup.kernel, ...proof } };
}

/** Keeps what was found, so that it stays known when the dump is removed. */
export async function keepResult(machine: Machine, tested: Tested | null): Promise<void> {
  if (tested?.recorded.kind !== "test" || tested.proof.state !== "proved") return;
  const { test } = tested.recorded;
  if (test.found !== null) return;
  const { dump, crashedAt } = tested.proof;
  await saveCrashTest(machine, { ...test, found: { dump, crashedAt } });
}
