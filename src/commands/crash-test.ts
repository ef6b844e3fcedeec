import { crash } from "../apply/crash-test.js";
import { LOCK_FILE } from "../apply/journal.js";
import { EXIT, type ExitCode, UsageError } from "../errors.js";
import { captureSetup } from "../facts/capture-setup.js";
import { collectDumps } from "../facts/dumps.js";
import type { CrashTest, Proof } from "../facts/proof.js";
import { openMachine } from "../machine/host.js";
import { blockerReason, noMachineOfItsOwn } from "../plan/preflight.js";
import { savedDumpsIn } from "../plan/saved-dumps.js";
import type { NonEmpty, Reason } from "../types.js";
import { askText, canAsk } from "../ui/ask.js";
import { type Output, printable } from "../ui/output.js";
import { showProof } from "../ui/proof.js";
import { showReasons, showWarnings } from "../ui/show.js";
import { interruptible } from "./interrupt.js";
import { hostOf, JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { CrashTestRequest } from "./request.js";
import { openTarget, type Target } from "./target.js";
import { keepResult, lastTest, type Tested } from "./tested.js";
import { currentUser } from "./user.js";
import { VERSION } from "./version.js";

/** Crashes this machine on purpose, after its name was typed; what came of it is told by the next run. */
export async function crashTest(request: CrashTestRequest, output: Output): Promise<Outcome> {
  const target = openTarget(request, openMachine);
  const { machine, base } = target;
  const tested = lastTest(machine);
  showTested(output, tested);
  if (base.effectiveRoot && !machine.image) await keepResult(machine, tested);
  const document = documentOf(target, tested);
  if (request.result) {
    if (tested === null) output.result("No crash test was made here.");
    return { exit: exitOf(tested), document: { ...document, result: tested?.proof.state ?? "none" } };
  }
  const ready = readyFor(target);
  if ("reasons" in ready) {
    showReasons(output, ready.reasons);
    return { exit: EXIT.refused, document: { ...document, result: "refused", reasons: ready.reasons } };
  }
  const host = ready.hostname;
  if (request.hostname === null && !canAsk())
    throw new UsageError("there is nobody to type the host's name, so nothing was crashed", {
      hint: 'give --yes --hostname NAME, for example --hostname "$(uname -n)"',
    });
  if (request.hostname !== null && request.hostname !== host) throw wrongName(request.hostname, host);
  return interruptible(async (signal) => {
    const lock = await machine.lock(LOCK_FILE, request.lockTimeout ?? 0, signal);
    try {
      showWarnings(output, [
        ...target.warnings,
        ...ready.notes,
        `${host} crashes at once: no service is stopped and nobody is told; what is not saved is lost. The capture kernel then saves the memory to ${ready.test.directory} and reboots, which takes some minutes`,
      ]);
      if (request.hostname === null) {
        const typed = await askText(`Type the name of this host, ${printable(host)}, to crash it:`, signal);
        if (typed === null || typed === "") {
          output.talk("Nothing was crashed.");
          return { exit: EXIT.ok, document: { ...document, result: "declined" } };
        }
        if (typed !== host) throw wrongName(typed, host);
      }
      return await crash(machine, ready.test, signal);
    } finally {
      lock.release();
    }
  });
}

function wrongName(name: string, host: string): UsageError {
  return new UsageError(`this host is ${host}, not ${JSON.stringify(name)}: nothing was crashed`);
}

export function showTested(output: Output, tested: Tested | null): void {
  if (tested === null) return;
  const { recorded, proof } = tested;
  const test = recorded.kind === "test" ? recorded.test : null;
  showProof(output, test === null ? null : { startedAt: test.startedAt, kernel: test.setup.kernel }, proof);
}

/** 0: a dump was saved, and all is as it was then. 7: none was. 8: it cannot be told, or not of this system as it is. */
function exitOf(tested: Tested | null): ExitCode {
  const proof: Proof | undefined = tested?.proof;
  if (proof?.state === "proved" && proof.changed.length === 0) return EXIT.ok;
  return proof?.state === "no-dump" || proof?.state === "incomplete" ? EXIT.notCompliant : EXIT.undetermined;
}

interface Ready {
  readonly hostname: string;
  readonly test: CrashTest;
  readonly notes: readonly string[];
}

/** Everything that speaks against it at once, or what will be recorded. */
function readyFor(target: Target): Ready | { readonly reasons: NonEmpty<Reason> } {
  const { machine, base, profile } = target;
  const kernel = machine.image ? "" : (machine.readText("/proc/sys/kernel/osrelease")?.trim() ?? "");
  const setup = captureSetup(machine, profile.kdump.captureInitrd.replace("{release}", kernel));
  const hostname = machine.readText("/proc/sys/kernel/hostname")?.trim() ?? "";
  const against: (readonly [boolean, string, string])[] = machine.image
    ? [[true, "image", "only the system that runs can be crashed: leave out --root"]]
    : [
        [!base.effectiveRoot, "not-root", "crashing a machine needs root: run it with sudo"],
        [
          base.reservation.loaded !== true,
          "not-loaded",
          "no capture kernel is loaded (/sys/kernel/kexec_crash_loaded): the machine would crash and save nothing. kdump-setup status says why, and what to do",
        ],
        [
          machine.stat("/proc/sysrq-trigger") === null || machine.stat("/proc/sys/kernel/sysrq") === null,
          "no-sysrq",
          "this kernel has no /proc/sysrq-trigger, through which it could be crashed",
        ],
        [
          setup === null || base.bootId === null || hostname === "",
          "unknown-setup",
          "kernel, reservation or name of this machine cannot be read",
        ],
      ];
  const elsewhere = noMachineOfItsOwn(base.blockers).map(blockerReason);
  const [first, ...rest] = [
    ...elsewhere.map(({ id, text }) => [true, id, text] as const),
    ...against,
  ].flatMap(([is, id, text]): readonly Reason[] => (is ? [{ id, severity: "refusal", text }] : []));
  if (first !== undefined) return { reasons: [first, ...rest] };
  const directory = savedDumpsIn(target.look(), profile);
  const found = collectDumps(machine, directory.path, []);
  const test: CrashTest = {
    schema: "kdump-setup-crash-test/1",
    startedAt: new Date().toISOString(),
    user: currentUser(),
    version: VERSION,
    bootId: base.bootId ?? "",
    setup: setup ?? { kernel, build: "", reservedBytes: 0, initrd: null },
    directory: directory.path,
    dumps: found.kind === "dumps" ? found.dumps.map(({ name }) => name) : [],
    found: null,
  };
  return { hostname, test, notes: directory.notes };
}

function documentOf({ base, profile }: Target, tested: Tested | null): Readonly<Record<string, unknown>> {
  return {
    schema: JSON_SCHEMA,
    command: "crash-test",
    host: hostOf(base, profile.id),
    test: tested?.document ?? null,
  };
}
