import templates from "virtual:templates";
import { TRIAL_ID, trialEntry, withTrialEntry } from "../bootconfig/trial-entry.js";
import type { Profile } from "../distro/profile.js";
import { readGrubEnv } from "../edit/grubenv.js";
import type { Facts, NonEmpty, Step, TrialFacts } from "../types.js";
import { NOTHING, objection, type Part, refusal, unreadable } from "./part.js";
import { systemdWord } from "./systemd-word.js";
import { isSysv } from "./sysv.js";

const SECONDS = 60;

/**
 * `--try`: in the place of the edit of GRUB's sources, an entry for one boot. custom.cfg holds it, next_entry of grubenv
 * names it (GRUB takes that out again before it boots the entry, so whatever comes of it, the boot after is the old
 * default), and a unit of ours looks at what came up. GRUB 2.06: util/grub.d/00_header.in and 41_custom.in, grub-reboot.
 */
export function planTrial(facts: Facts, profile: Profile, trial: TrialFacts, words: readonly string[]): Part {
  const refuse = (why: string): Part => ({ ...NOTHING, reasons: [refusal("no-trial", `--try: ${why}`)] });
  if (facts.image) return refuse("an image is not booted here: leave it out");
  if (isSysv(profile.kdump.unit)) return refuse("only systemd can start what looks at the trial boot");
  if (facts.grub.bls !== null)
    return refuse(
      "the menu comes from entries of the boot loader specification, where it is not possible yet: leave it out",
    );
  const config = facts.grub.config?.state;
  if (config?.kind !== "file") return refuse("there is no boot configuration to take the default entry from");
  const { custom, environment } = trial;
  const broken = custom.state.kind === "absent" ? null : unreadable(custom);
  if (broken !== null) return refuse(broken);
  const variables = environment.state.kind === "file" ? readGrubEnv(environment.state.text) : null;
  if (variables === null)
    return refuse(`${environment.path} is no environment block of GRUB's, which a boot of just once takes`);
  if (trial.notWritten !== null)
    return refuse(
      `GRUB has to take the choice out of ${environment.path} before it boots, or the machine would try for ever, and ${trial.notWritten}`,
    );
  const entry = trialEntry(config.text, variables.get("saved_entry") || null, words);
  if (entry.kind === "refused") return refuse(entry.why);
  const reasons =
    trial.toolGone === null
      ? []
      : [
          objection(
            "trial-tool",
            `--try: after the reboot ${trial.toolGone} is to say whether the trial is kept, and it does not stay there: install kdump-setup first, for example in /usr/local/sbin`,
          ),
        ];
  const steps = [
    ...customStep(trial, entry.text, profile),
    ...unitSteps(trial, profile),
    ...chooseStep(trial, variables, profile),
  ];
  const why = [
    `on trial: the next boot, and only that one, is "${entry.title}" with ${words.join(" ")}`,
    "what boots by default is changed once it came up with memory reserved and a capture kernel loaded",
  ];
  return { steps, reasons, warnings: [], why };
}

function customStep({ custom }: TrialFacts, entry: string, profile: Profile): readonly Step[] {
  const { path, state } = custom;
  const standing = state.kind === "file" ? state.text : "";
  const text = withTrialEntry(standing, entry);
  if (text === standing) return [];
  const [program, ...rest] = profile.boot.check;
  const argv: NonEmpty<string> = [program, ...rest.map((word) => word.replace("{file}", path))];
  return [
    { kind: "write-file", path, before: state, text, createMode: 0o600, why: "the entry of the trial boot" },
    { kind: "runtime", command: { argv, timeoutSeconds: SECONDS }, undo: null, why: "GRUB can read it" },
  ];
}

function unitSteps({ unitFile, unit, tool }: TrialFacts, profile: Profile): readonly Step[] {
  const { path, state } = unitFile;
  const text = (templates["kdump-setup-trial.service"] ?? "")
    .replace("{{unit}}", profile.kdump.unit)
    .replace("{{command}}", () => tool.map(systemdWord).join(" "));
  const steps: Step[] = [];
  if (state.kind !== "file" || state.text !== text)
    steps.push({
      kind: "write-file",
      path,
      before: state,
      text,
      createMode: 0o644,
      why: "looks at the trial boot",
    });
  if (unit.state !== "enabled") {
    const argv: NonEmpty<string> = ["systemctl", "enable", unit.name];
    const command = { argv, timeoutSeconds: SECONDS };
    steps.push({
      kind: "unit",
      unit: unit.name,
      action: "enable",
      command,
      before: unit,
      why: "starts it at the next boot",
    });
  }
  return steps;
}

function chooseStep(
  { environment }: TrialFacts,
  variables: ReadonlyMap<string, string>,
  profile: Profile,
): readonly Step[] {
  if (variables.get("next_entry") === TRIAL_ID) return [];
  // its sister of the same package: grub-editenv, grub2-editenv
  const program = profile.boot.check[0].replace(/script-check$/, "editenv");
  const command = (...words: readonly string[]) => {
    const argv: NonEmpty<string> = [program, environment.path, ...words];
    return { argv, timeoutSeconds: SECONDS };
  };
  return [
    {
      kind: "runtime",
      command: command("set", `next_entry=${TRIAL_ID}`),
      undo: command("unset", "next_entry"),
      unloadedToo: true,
      why: "chosen for one boot",
    },
  ];
}
