import type { Sysctl } from "../facts/audit-facts.js";
import { PANIC_TRIGGERS } from "../kernel-files.js";
import { isLoaded } from "./capture.js";
import { type Check, fail, pass, skipped, unknown } from "./check.js";
import { type AuditInput, ON_AN_IMAGE } from "./input.js";

/** What turns a fault into a panic, and what a panic then does. */
export function panicChecks(input: AuditInput): readonly Check[] {
  return [oops(input), triggers(input), hang(input)];
}

const fileOf = (name: string): string => `/proc/sys/${name.replace(/\./g, "/")}`;

function settingOf({ more }: AuditInput, name: string): Sysctl {
  return more.sysctls.find((one) => one.name === name) ?? { name, now: null, atBoot: null };
}

function oops(input: AuditInput): Check {
  const id = "panic.oops";
  const { name, now, atBoot } = settingOf(input, "kernel.panic_on_oops");
  const value = input.facts.image ? (atBoot?.value ?? null) : now;
  const evidence = input.facts.image ? (atBoot?.path ?? "/etc/sysctl.d") : fileOf(name);
  const place = atBoot === null ? null : { path: atBoot.path, line: atBoot.line };
  if (value === null && input.facts.image)
    return skipped(id, { reason: `${ON_AN_IMAGE}, and no sysctl file sets it`, evidence });
  if (value === null) return unknown(id, { reason: `${evidence} cannot be read`, evidence });
  const seen = { actual: `${name}=${value}`, evidence, place };
  if (value === "1") return pass(id, seen);
  return fail(id, { ...seen, fix: `write ${name}=1 into a file in /etc/sysctl.d, then sysctl --system` });
}

/** panic_on_oops is left out: the package's own script sets it when it loads the capture kernel. */
function triggers(input: AuditInput): Check {
  const id = "panic.triggers";
  if (input.facts.image) return skipped(id, { reason: ON_AN_IMAGE, evidence: "/proc/sys" });
  const set = input.more.sysctls.filter(
    ({ name, atBoot }) => atBoot !== null && name !== "kernel.panic_on_oops",
  );
  const [first, ...rest] = set.filter(({ now, atBoot }) => now !== null && now !== atBoot?.value);
  if (first === undefined) {
    const actual = set.map(({ name, now }) => `${name}=${now ?? "not in this kernel"}`).join(", ");
    return pass(id, { actual: actual === "" ? "no sysctl file sets one" : actual, evidence: "/proc/sys" });
  }
  const differ = [first, ...rest].map(
    ({ name, now, atBoot }) => `${name} is ${now}, ${atBoot?.path} says ${atBoot?.value}`,
  );
  const { atBoot } = first;
  return fail(id, {
    actual: differ.join("; "),
    evidence: fileOf(first.name),
    place: atBoot === null ? null : { path: atBoot.path, line: atBoot.line },
    fix: "sysctl --system puts in force what the files say, or take it out of them",
  });
}

function hang(input: AuditInput): Check {
  const id = "panic.hang";
  const evidence = fileOf("kernel.panic");
  if (input.facts.image) return skipped(id, { reason: ON_AN_IMAGE, evidence });
  const { now } = settingOf(input, "kernel.panic");
  if (isLoaded(input) === true) return pass(id, { actual: "a capture kernel is loaded", evidence });
  if (now === null) return unknown(id, { reason: `${evidence} cannot be read`, evidence });
  if (now !== "0") return pass(id, { actual: `kernel.panic=${now}`, evidence });
  const armed = PANIC_TRIGGERS.filter((name) => !["0", null].includes(settingOf(input, name).now));
  if (isLoaded(input) === null)
    return unknown(id, { reason: "whether a capture kernel is loaded is not known", evidence });
  if (armed.length === 0)
    return pass(id, {
      actual: "kernel.panic=0, and nothing but a panic of the kernel's own stops it",
      evidence,
    });
  return fail(id, {
    actual: `no capture kernel is loaded, kernel.panic=0, and a fault becomes a panic (${armed.join(", ")}): the machine would hang`,
    evidence,
    fix: "load the capture kernel (capture.loaded), or write kernel.panic=10 into a file in /etc/sysctl.d",
  });
}
