import { StepFailed } from "../errors.js";
import { drawsMenus } from "./asker.js";
import { dropTypedAhead } from "./typed-ahead.js";

/** Puts a yes-or-no question; throws StepFailed when `signal` fires while it stands there. */
export type Confirm = (message: string, signal: AbortSignal) => Promise<boolean>;

/** True when somebody is there to answer. prompts with standard input at its end never resolves. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Yes or no, with "no" when the question is left by ^C. What was typed before it stood there is no answer. */
export const confirm: Confirm = async (message, signal) =>
  untilInterrupted(
    dropTypedAhead().then(() => (drawsMenus(process.env) ? byMenu(message) : byLine(message))),
    signal,
  );

/** What was typed once the question stood there; null when the question is left by ^C. */
export async function askText(message: string, signal: AbortSignal): Promise<string | null> {
  return untilInterrupted(
    dropTypedAhead().then(() => (drawsMenus(process.env) ? textByMenu(message) : textByLine(message))),
    signal,
  );
}

/** A question nobody can answer any more must not hold the lock: throws StepFailed when `signal` fires first. */
export async function untilInterrupted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: () => void = () => undefined;
  const interrupted = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
    signal.addEventListener("abort", onAbort);
  });
  const answer = await Promise.race([asked.then((value) => ({ value })), interrupted]);
  signal.removeEventListener("abort", onAbort);
  if (answer !== null) return answer.value;
  process.stdin.destroy();
  throw new StepFailed("interrupted at the question; nothing was changed");
}

async function byMenu(message: string): Promise<boolean> {
  const { default: prompts } = await import("prompts");
  const question = { type: "confirm" as const, name: "yes", message, initial: false, stdout: process.stderr };
  return prompts(question).then((answer) => answer.yes === true);
}

async function byLine(message: string): Promise<boolean> {
  const asker = (await import("./ask-plain.js")).openPlainAsker();
  const answer = await asker.line({
    message: `${message} y or n`,
    initial: "n",
    check: (text) => ({ ok: /^(y|yes|n|no)$/i.test(text), says: "y or n is needed" }),
  });
  asker.close();
  return answer.kind === "answer" && /^y/i.test(answer.value);
}

async function textByMenu(message: string): Promise<string | null> {
  const { default: prompts } = await import("prompts");
  const answer = await prompts({ type: "text", name: "text", message, stdout: process.stderr });
  return typeof answer.text === "string" ? answer.text.trim() : null;
}

async function textByLine(message: string): Promise<string | null> {
  const asker = (await import("./ask-plain.js")).openPlainAsker();
  const answer = await asker.line({ message, initial: "", check: () => ({ ok: true, says: "" }) });
  asker.close();
  return answer.kind === "answer" ? answer.value.trim() : null;
}
