import { StepFailed } from "../errors.js";

/** True when somebody is there to answer. prompts with standard input at its end never resolves. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Yes or no, with "no" when the question is left by ^C. Throws StepFailed when `signal` fires while it stands there:
 * a question nobody can answer any more must not hold the lock.
 */
export async function confirm(message: string, signal: AbortSignal): Promise<boolean> {
  const { default: prompts } = await import("prompts");
  const question = { type: "confirm" as const, name: "yes", message, initial: false, stdout: process.stderr };
  const asked = prompts(question).then((answer) => answer.yes === true);
  let onAbort: () => void = () => undefined;
  const interrupted = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
    signal.addEventListener("abort", onAbort);
  });
  const answer = await Promise.race([asked, interrupted]);
  signal.removeEventListener("abort", onAbort);
  if (answer !== null) return answer;
  process.stdin.destroy();
  throw new StepFailed("interrupted at the question; nothing was changed");
}
