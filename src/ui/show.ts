import type { Applied } from "../apply/apply.js";
import type { Shrunk } from "../apply/shrink.js";
import { formatBytes } from "../crashkernel/size.js";
import type { FileDiff } from "../diff/unified.js";
import type { Profile } from "../distro/profile.js";
import { KdumpError } from "../errors.js";
import type { Ran } from "../machine/machine.js";
import { plannedCommands } from "../plan/commands.js";
import type { Command, Facts, Plan, Reason, Step } from "../types.js";
import { colourDiff, type Output, printable } from "./output.js";

/** What this run works on and with, in two lines. */
export function showHost(
  output: Output,
  facts: Facts,
  profile: Profile,
  wish: { readonly expression: string; readonly reservedBytes: number | null },
): void {
  const memory = facts.memory === null ? "memory unknown (give --ram)" : formatBytes(facts.memory.bytes);
  const where = facts.image ? ` under ${facts.root}` : "";
  output.talk(printable(`${profile.title}${where}, ${facts.arch}, ${memory}`));
  if (wish.expression === "") return;
  const reserved = wish.reservedBytes === null ? "" : `: ${formatBytes(wish.reservedBytes)} will be reserved`;
  output.talk(`crashkernel=${wish.expression}${reserved}`);
}

export function showPlan(
  output: Output,
  plan: Plan,
  diffs: readonly FileDiff[],
  warnings: readonly string[],
): void {
  showWarnings(output, [...plan.warnings, ...warnings]);
  for (const file of diffs) output.result(colourDiff(file.diff.replace(/\n$/, ""), output.style));
  for (const reason of plan.why) output.talk(`  ${printable(reason)}`);
  showCommands(output, plannedCommands(plan));
  if (plan.shrink === undefined) return;
  const { fromBytes, toBytes } = plan.shrink;
  const stays = toBytes === 0 ? "nothing stays" : `${formatBytes(toBytes)} stay`;
  output.talk(
    `${formatBytes(fromBytes - toBytes)} go back to the running system at once, ${stays} reserved.`,
  );
}

export function showWarnings(output: Output, warnings: readonly string[]): void {
  for (const text of warnings) output.talk(`${output.style.yellow("warning:")} ${printable(text)}`);
}

export function showCommands(output: Output, commands: readonly Command[]): void {
  if (commands.length === 0) return;
  output.result("Commands:");
  for (const command of commands) output.result(`  ${printable(command.argv.join(" "))}`);
}

export function showReasons(output: Output, reasons: readonly Reason[]): void {
  output.error(output.style.red("Refused:"));
  for (const { severity, text } of reasons) {
    output.error(`  - ${printable(text)}${severity === "objection" ? " (--force goes past this)" : ""}`);
  }
}

export function showStep(output: Output, step: Step): void {
  const what = {
    "write-file": () => (step.kind === "write-file" ? `write ${step.path}` : ""),
    "remove-file": () => (step.kind === "remove-file" ? `remove ${step.path}` : ""),
    regenerate: () => (step.kind === "regenerate" ? `generate ${step.config}` : ""),
    unit: () => (step.kind === "unit" ? `${step.action} ${step.unit}` : ""),
    "unit-links": () => (step.kind === "unit-links" ? `restore ${step.unit}` : ""),
    runtime: () => (step.kind === "runtime" ? step.command.argv.join(" ") : ""),
  };
  output.talk(`${output.style.cyan("→")} ${printable(what[step.kind]())}`);
}

export function showRan(output: Output, command: Command, ran: Ran): void {
  const said = `${ran.stdout}${ran.stderr}`.trimEnd();
  output.detail(printable(`$ ${command.argv.join(" ")}\n${said}`));
}

export function showApplied(
  output: Output,
  applied: Applied,
  about: {
    readonly reboot: Plan["reboot"];
    readonly image: boolean;
    readonly words: readonly string[] | null;
    readonly settingsOnly?: boolean;
    readonly trial?: boolean;
  },
): void {
  const { style } = output;
  for (const ran of applied.commands) {
    const said = `${ran.stdout}${ran.stderr}`.trimEnd();
    if (said !== "") output.talk(printable(`$ ${ran.argv.join(" ")}\n${said.replace(/^/gm, "  ")}`));
  }
  showWarnings(output, applied.warnings);
  switch (applied.kind) {
    case "applied": {
      output.result(style.green(doneText(about)));
      if (about.reboot === "needed")
        output.result(
          about.image
            ? "It takes effect when this system boots."
            : "It takes effect at the next boot: reboot this machine.",
        );
      if (about.words !== null) output.result(`To take it back: kdump-setup rollback ${applied.journal}`);
      return;
    }
    case "rolled-back":
      output.error(style.red(`Failed: ${printable(applied.error.message)}`));
      showStderr(output, applied.error);
      output.error("Everything that was changed was put back.");
      return;
    case "stuck":
      output.error(style.red(`Failed: ${printable(applied.error.message)}`));
      showStderr(output, applied.error);
      output.error(style.red("Not everything could be put back:"));
      for (const { what, why, backup } of applied.notUndone) {
        output.error(printable(`  ${what}: ${why}${backup === null ? "" : `; what it was is in ${backup}`}`));
      }
      return;
    default:
      applied satisfies never;
  }
}

/** What --now came to. */
export function showShrunk(output: Output, { reservedBytes, releasedBytes, kept, unarmed }: Shrunk): void {
  const stays =
    reservedBytes === 0 ? "nothing is reserved now" : `${formatBytes(reservedBytes)} stay reserved`;
  output.result(`Given back at once: ${formatBytes(releasedBytes)}; ${stays}.`);
  if (kept !== null) showWarnings(output, [`the rest comes back with the next boot: ${kept}`]);
  if (unarmed === null) return;
  output.error(output.style.red(`No capture kernel is loaded any more: ${printable(unarmed)}`));
  output.error("A crash before the next boot saves no dump: reboot this machine.");
}

function doneText({
  words,
  settingsOnly,
  trial,
}: {
  readonly words: readonly string[] | null;
  readonly settingsOnly?: boolean;
  readonly trial?: boolean;
}): string {
  if (words === null) return "Taken back.";
  if (settingsOnly === true) return "Done: the dump's settings are as wished.";
  if (trial === true)
    return `On trial: the next boot, and only that one, carries ${words.join(" ")}; kdump-setup trial says how it stands.`;
  const wanted = words.length === 0 ? "no crashkernel=" : words.join(" ");
  return `Done: every normal boot entry carries ${wanted}, and nothing else of them changed.`;
}

function showStderr(output: Output, error: Error): void {
  if ("stderr" in error && typeof error.stderr === "string" && error.stderr.trim() !== "") {
    output.error(printable(error.stderr.trimEnd()).replace(/^/gm, "  "));
  }
  if (error instanceof KdumpError && error.hint !== undefined) output.error(printable(error.hint));
}
