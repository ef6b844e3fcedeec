/**
 * The wizard: what was found, the questions only a person can answer, and then the very run that the flags would start.
 * It changes nothing by itself.
 */
import { EXIT, RefusedError } from "../errors.js";
import { openMachine } from "../machine/host.js";
import { remembering } from "../machine/remembering.js";
import { quoted } from "../plan/shell-word.js";
import { untilInterrupted } from "../ui/ask.js";
import { type Choice, openAsker } from "../ui/asker.js";
import { showFound } from "../ui/found.js";
import type { Output } from "../ui/output.js";
import { dropTypedAhead } from "../ui/typed-ahead.js";
import { dumpOptions } from "./options/dump.js";
import { JSON_SCHEMA, type Outcome, refusedOutcome } from "./outcome.js";
import type { SetupRequest, WizardRequest } from "./request.js";
import { NEEDS_ROOT, setup } from "./setup.js";
import { openTarget } from "./target.js";
import { think } from "./think.js";
import { ifAny } from "./wizard-dump.js";
import { QUESTIONS, type Subject } from "./wizard-questions.js";

export async function wizard(request: WizardRequest, output: Output): Promise<Outcome> {
  const target = openTarget(request, openMachine);
  if (!target.base.effectiveRoot) throw new RefusedError(NEEDS_ROOT);
  let facts = target.look();
  showFound(output, facts, target.profile);
  let wished: SetupRequest = { ...request, command: "setup", crashkernel: "auto" };
  // a system nothing can be done on is said before anything is asked; that there is nothing to give back never refuses
  const possible = think({ ...wished, crashkernel: null, disable: true }, target, facts);
  if (possible.planned.kind === "refused") return refusedOutcome(output, possible, target);
  for (;;) {
    const answered = await askAll(
      { target: { ...target, machine: remembering(target.machine) }, facts },
      wished,
    );
    if (answered === null) return nothing(output);
    wished = { ...answered, dump: ifAny(answered.dump) };
    const last: { verdict: Verdict } = { verdict: "no" };
    const outcome = await setup(wished, output, openMachine, async (message, signal) => {
      last.verdict = await untilInterrupted(askVerdict(message), signal);
      return last.verdict === "yes";
    });
    const refused = outcome.exit === EXIT.refused && last.verdict !== "yes";
    if (last.verdict === "revise" || (refused && (await askWhatNow()) === "revise")) {
      // packages may have come in since
      facts = target.look();
      continue;
    }
    if (outcome.exit === EXIT.ok && last.verdict === "yes")
      output.talk(`The same without questions: ${commandLineOf(wished)}`);
    return outcome;
  }
}

/** How the last question was answered. */
type Verdict = "yes" | "revise" | "no";

/** Every question in its turn, with the way back; null when somebody left. */
async function askAll(about: Omit<Subject, "asker">, request: SetupRequest): Promise<SetupRequest | null> {
  const asker = await openAsker();
  try {
    const asked: number[] = [];
    let wished = request;
    for (let at = 0; at < QUESTIONS.length; ) {
      const answer = await (QUESTIONS[at]?.({ ...about, asker }, wished) ?? null);
      if (answer?.kind === "leave") return null;
      if (answer?.kind === "back") {
        at = asked.pop() ?? 0;
        continue;
      }
      if (answer !== null) {
        asked.push(at);
        wished = answer.value;
      }
      at += 1;
      // what is left belongs to a reservation
      if (wished.disable) break;
    }
    return wished;
  } finally {
    asker.close();
  }
}

/** The answers before it may be typed ahead, this one may not: it is about the plan that is shown above it. */
function askVerdict(message: string): Promise<Verdict> {
  return askLast({
    message,
    choices: [
      { title: "no, leave everything as it is", value: "no" },
      { title: "yes", value: "yes" },
      { title: "back to the questions", value: "revise" },
    ],
    initial: 0,
  });
}

/** One answer that is refused need not cost the others. */
function askWhatNow(): Promise<Verdict> {
  return askLast({
    message: "That cannot be done. What now?",
    choices: [
      { title: "back to the questions", value: "revise" },
      { title: "leave everything as it is", value: "no" },
    ],
    initial: 0,
  });
}

async function askLast(question: Choice<Verdict>): Promise<Verdict> {
  await dropTypedAhead();
  const asker = await openAsker();
  try {
    const answer = await asker.choose(question);
    return answer.kind === "answer" ? answer.value : answer.kind === "back" ? "revise" : "no";
  } finally {
    asker.close();
  }
}

function nothing(output: Output): Outcome {
  output.talk("Nothing was changed.");
  return {
    exit: EXIT.ok,
    document: { schema: JSON_SCHEMA, command: "setup", result: "planned", changed: false },
  };
}

/** The flags that stand for what was answered. */
function commandLineOf(wished: SetupRequest): string {
  const { root, ram, kernel, arch, distro, crashkernel } = wished;
  const words = ["kdump-setup"];
  if (root !== "/") words.push("--root", root);
  for (const [name, value] of Object.entries({ ram, kernel, arch, distro }))
    if (value !== undefined) words.push(`--${name}`, value);
  words.push(...(crashkernel === null ? ["--disable"] : ["--crashkernel", crashkernel]));
  if (wished.dump !== null) words.push(...dumpOptions(wished.dump));
  words.push("--yes");
  if (wished.reboot) words.push("--reboot");
  return words.map(quoted).join(" ");
}
