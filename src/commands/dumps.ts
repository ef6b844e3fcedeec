import { LOCK_FILE } from "../apply/journal.js";
import { EXIT, RefusedError } from "../errors.js";
import { collectDumps, type FoundDumps, type SavedDump } from "../facts/dumps.js";
import { openMachine } from "../machine/host.js";
import type { Machine } from "../machine/machine.js";
import { openDump } from "../plan/open-dump.js";
import { type DumpDirectory, savedDumpsIn } from "../plan/saved-dumps.js";
import { canAsk, confirm } from "../ui/ask.js";
import { type ShownDump, showDumps } from "../ui/dumps.js";
import { type Output, printable } from "../ui/output.js";
import { showWarnings } from "../ui/show.js";
import { showTested } from "./crash-test.js";
import { interruptible } from "./interrupt.js";
import { hostOf, JSON_SCHEMA, type Outcome } from "./outcome.js";
import { askedWith, carryOutPrune, proposePrune } from "./prune.js";
import type { DumpsRequest } from "./request.js";
import { openTarget, type Target } from "./target.js";
import { keepResult, lastTest, type Tested } from "./tested.js";

/** What was saved when this system crashed; with --prune, all but the newest of it removed. */
export async function dumps(request: DumpsRequest, output: Output): Promise<Outcome> {
  const target = openTarget(request, openMachine);
  if (request.prune === null) return list(output, target);
  const count = request.prune;
  if (count === 0 && !request.force)
    throw new RefusedError("--prune 0 would remove every dump, also the one nobody has looked at yet", {
      reasons: [{ id: "no-dump-left", severity: "objection", text: "--prune 0 would remove every dump" }],
      hint: "give --prune 1 to keep the newest one, or --force",
    });
  const asks = !request.yes && !request.dryRun;
  if (request.dryRun || (asks && !canAsk())) {
    const seen = lookFor(target);
    const proposed = proposePrune(output, seen, count);
    const document = { ...documentOf(target, seen), ...proposed.document };
    if (!asks) return { exit: proposed.changes && request.exitCode ? EXIT.changes : EXIT.ok, document };
    if (!proposed.changes) return { exit: EXIT.ok, document };
    const message = "there is nobody to answer the question, so nothing was removed: give --yes";
    output.error(message);
    return { exit: EXIT.usage, document: { ...document, error: { message, exitCode: EXIT.usage } } };
  }
  if (!target.base.effectiveRoot) throw new RefusedError("removing dumps needs root: run it with sudo");
  return interruptible(async (signal) => {
    const lock = await target.machine.lock(LOCK_FILE, request.lockTimeout ?? 0, signal);
    try {
      const seen = lookFor(target);
      const proposed = proposePrune(output, seen, count);
      const document = { ...documentOf(target, seen), ...proposed.document };
      if (!proposed.changes) return { exit: EXIT.ok, document };
      if (!request.yes && !(await confirm(askedWith(proposed), signal))) {
        output.talk("Nothing was removed.");
        return { exit: EXIT.ok, document };
      }
      // the dump that proves something may be one of them
      await keepResult(target.machine, seen.tested);
      return carryOutPrune(output, target.machine, proposed, document, signal);
    } finally {
      lock.release();
    }
  });
}

export interface Seen {
  readonly directory: DumpDirectory;
  readonly found: FoundDumps;
  /** the last crash on purpose */
  readonly tested: Tested | null;
}

function lookFor({ machine, profile, look }: Target): Seen {
  const directory = savedDumpsIn(look(), profile);
  const found = collectDumps(machine, directory.path, profile.kdump.dumps.debugKernels);
  return { directory, found, tested: lastTest(machine) };
}

function list(output: Output, target: Target): Outcome {
  const seen = lookFor(target);
  const { directory, found } = seen;
  showWarnings(output, [...target.warnings, ...directory.notes]);
  const where = printable(`${directory.path} (${directory.source})`);
  showTested(output, seen.tested);
  if (found.kind === "absent") output.result(`No dump: there is no directory ${where}.`);
  else if (found.kind === "unreadable") output.result(`${where} cannot be read: ${found.why}.`);
  else if (found.dumps.length === 0) output.result(`No dump in ${where}.`);
  else {
    output.result(`Dumps in ${where}:`);
    showDumps(
      output,
      found.dumps.map((dump) => shown(target, dump)),
    );
  }
  return { exit: EXIT.ok, document: { ...documentOf(target, seen), result: "listed" } };
}

function documentOf(target: Target, { directory, found, tested }: Seen): Readonly<Record<string, unknown>> {
  return {
    schema: JSON_SCHEMA,
    command: "dumps",
    host: hostOf(target.base, target.profile.id),
    directory: {
      path: directory.path,
      source: directory.source,
      state: found.kind === "dumps" ? "readable" : found.kind,
    },
    dumps: found.kind === "dumps" ? found.dumps.map((dump) => shown(target, dump)) : [],
    test: tested?.document ?? null,
    warnings: [...target.warnings, ...directory.notes],
  };
}

/** Commands name files as the host does, so that they can be copied also for an image. */
function shown({ machine, profile }: Target, dump: SavedDump): ShownDump & { readonly path: string | null } {
  const outside = (path: string) => hostName(machine, path);
  const { release, debugKernel, path } = dump;
  const whole = path === null || dump.state === "unreadable" ? null : { ...dump, path: outside(path) };
  const kernel = debugKernel === null ? "vmlinux" : outside(debugKernel.path);
  const open = whole === null ? { commands: [], unflatten: null } : openDump(kernel, whole);
  return {
    name: dump.name,
    host: dump.host,
    directory: dump.directory,
    path,
    bytes: dump.bytes,
    totalBytes: dump.totalBytes,
    state: dump.state,
    crashedAt: dump.crashedAt,
    kernel: release,
    machine: dump.machine,
    format: dump.format,
    flattened: dump.flattened,
    packed: dump.packed,
    compression: dump.compression,
    level: dump.level,
    log: dump.log,
    panic: dump.panic,
    debugKernel:
      debugKernel === null || release === null
        ? null
        : { ...debugKernel, package: profile.kdump.dumps.debugPackage.replace("{release}", release) },
    open: open.commands,
    unflatten: open.unflatten,
  };
}

function hostName({ root }: Machine, path: string): string {
  return root === "/" ? path : `${root}${path}`;
}
