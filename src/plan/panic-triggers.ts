import templates from "virtual:templates";
import type { Profile } from "../distro/profile.js";
import type { DumpFacts, Facts, PanicTrigger, Reason, Step, SysctlFacts } from "../types.js";
import { PANIC_REBOOT, PANIC_TRIGGERS } from "./dump-choices.js";
import { NOTHING, type Part, refusal, unreadable } from "./part.js";

const TEMPLATE = "90-kdump-setup.conf";
const SYSCTL_SECONDS = 30;
/** As captureArguments' onPanic in the profiles. */
const REBOOT_AFTER = "10";
const HANGS = "a panic while no capture kernel is loaded hangs the machine for ever";

/** Every sysctl that has to be looked at before the kernel is made to panic. */
export function sysctlsOf(triggers: readonly PanicTrigger[]): readonly string[] {
  return [...triggers.flatMap((one) => PANIC_TRIGGERS[one].sysctls), PANIC_REBOOT];
}

/**
 * The drop-in of ours that makes the kernel panic on what is named, in the file and now. With nothing loaded a panic
 * under kernel.panic=0, the kernel's own value, hangs the machine for ever: where nobody else says what is to happen
 * then, the file says that it reboots. A loaded capture kernel is started before that counts (kernel/panic.c, 6.1).
 */
export function planPanicTriggers(
  facts: Facts,
  profile: Profile,
  wished: readonly PanicTrigger[],
  sysctls: DumpFacts["sysctls"],
): Part {
  const { panicOn, takesEffect } = profile.kdump.settings;
  const { path, state } = facts.kdump.panicFile;
  const why = state.kind === "absent" ? null : unreadable(facts.kdump.panicFile);
  const reasons: Reason[] = [
    ...(why === null ? [] : [refusal("panic-on", why)]),
    ...wished.flatMap((trigger) => notPossible(facts, trigger, sysctls)),
  ];
  if (reasons.length > 0) return { ...NOTHING, reasons };

  const warnings: string[] = [];
  const reboot = rebootLine(facts, sysctls[PANIC_REBOOT], warnings);
  const triggers = wished.flatMap((trigger) =>
    PANIC_TRIGGERS[trigger].sysctls.map((name) => ({ name, value: "1", on: PANIC_TRIGGERS[trigger].on })),
  );
  const lines = [...triggers, ...reboot];
  for (const { name, value } of lines) warnings.push(...overruled(path, name, value, sysctls[name]));
  for (const trigger of panicOn.always)
    if (!wished.includes(trigger))
      warnings.push(
        `${trigger}: the package itself makes the kernel panic on it whenever it loads the capture kernel`,
      );
  if (takesEffect === "capture" && wished.includes("hungtask"))
    warnings.push(
      "hungtask: the capture kernel reads this setting too, and a disk that keeps it waiting for 120 seconds would cost the dump",
    );
  const text = render(wished, lines);
  const steps: Step[] = [];
  if (state.kind !== "file" || state.text !== text) {
    const on = wished.map((trigger) => `${trigger} (${PANIC_TRIGGERS[trigger].on})`).join(", ");
    steps.push({
      kind: "write-file",
      path,
      before: state,
      text,
      createMode: 0o644,
      why: `the kernel panics on ${on}`,
    });
  }
  steps.push(...atRunTime(facts, path, lines, sysctls));
  return { steps, reasons, warnings, why: steps.map((step) => `${path}: ${step.why}`) };
}

/** With no capture kernel there is nothing to panic for. */
export function planPanicOff(facts: Facts): Part {
  const { path, state } = facts.kdump.panicFile;
  if (state.kind === "absent") return NOTHING;
  const why =
    "no dump is saved any more, so nothing is to panic for one; the running kernel keeps its values";
  return {
    ...NOTHING,
    steps: [{ kind: "remove-file", path, before: state, why }],
    why: [`${path}: ${why}`],
  };
}

interface Line {
  readonly name: string;
  readonly value: string;
  readonly on: string;
}

function render(wished: readonly PanicTrigger[], lines: readonly Line[]): string {
  const settings = lines
    .map(({ name, value, on }, at) => `${lines[at - 1]?.on === on ? "" : `# ${on}\n`}${name} = ${value}`)
    .join("\n");
  const text = templates[TEMPLATE] ?? "{{settings}}\n";
  return text.replace("{{triggers}}", wished.join(",")).replace("{{settings}}", () => settings);
}

function notPossible(facts: Facts, trigger: PanicTrigger, sysctls: DumpFacts["sysctls"]): readonly Reason[] {
  const { x86Only, sysctls: names } = PANIC_TRIGGERS[trigger];
  if (x86Only && !/^(i.86|x86_64)$/.test(facts.arch))
    return [
      refusal(
        "panic-on",
        `--panic-on ${trigger}: the kernel has no such setting on ${facts.arch}, only on x86`,
      ),
    ];
  if (facts.image) return [];
  return names
    .filter((name) => sysctls[name]?.now === null)
    .map((name) => refusal("panic-on", `--panic-on ${trigger}: the running kernel has no ${name}`));
}

function rebootLine(facts: Facts, panic: SysctlFacts | undefined, warnings: string[]): readonly Line[] {
  const word = (facts.cmdline ?? "")
    .split(/\s+/)
    .filter((one) => one.startsWith("panic="))
    .at(-1);
  if (word !== undefined) {
    if (word === "panic=0") warnings.push(`${word} (/proc/cmdline): ${HANGS}`);
    return [];
  }
  const other = panic?.atBoot ?? null;
  if (other === null)
    return [
      {
        name: PANIC_REBOOT,
        value: REBOOT_AFTER,
        on: `and where no capture kernel is loaded, reboot after ${REBOOT_AFTER} seconds instead of hanging`,
      },
    ];
  if (other.value === "0") warnings.push(`kernel.panic=0 (${other.path}:${other.line}): ${HANGS}`);
  return [];
}

/** Files are read in the order of their names, /etc/sysctl.conf last (sysctl.d(5), systemd 252). */
function overruled(
  own: string,
  name: string,
  value: string,
  sysctl: SysctlFacts | undefined,
): readonly string[] {
  const other = sysctl?.atBoot ?? null;
  if (other === null || other.value === value) return [];
  const later = other.path === "/etc/sysctl.conf" || baseName(other.path) > baseName(own);
  return later
    ? [`${name}=${other.value} stands in ${other.path}:${other.line}, which is read later and counts at boot`]
    : [];
}

function atRunTime(
  facts: Facts,
  path: string,
  lines: readonly Line[],
  sysctls: DumpFacts["sysctls"],
): readonly Step[] {
  if (facts.image) return [];
  const others = lines.filter(({ name, value }) => sysctls[name]?.now !== value);
  if (others.length === 0) return [];
  const old = others.flatMap(({ name }) => {
    const now = sysctls[name]?.now ?? null;
    return now === null ? [] : [`${name}=${now}`];
  });
  return [
    {
      kind: "runtime",
      command: { argv: ["sysctl", "-q", "-p", path], timeoutSeconds: SYSCTL_SECONDS },
      undo:
        old.length === 0 ? null : { argv: ["sysctl", "-q", "-w", ...old], timeoutSeconds: SYSCTL_SECONDS },
      unloadedToo: true,
      why: "the running kernel takes the values now",
    },
  ];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
