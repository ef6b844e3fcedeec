/** True when somebody is there to answer. prompts with standard input at its end never resolves. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Yes or no, with "no" when the question is left by ^C or the terminal goes away. */
export async function confirm(message: string): Promise<boolean> {
  const { default: prompts } = await import("prompts");
  const answer = await prompts({
    type: "confirm",
    name: "yes",
    message,
    initial: false,
    stdout: process.stderr,
  });
  return answer.yes === true;
}
