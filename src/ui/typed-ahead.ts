/** Long enough for what the terminal holds already to arrive; it is read, not waited for. */
const DRAIN_MS = 50;
const INTERRUPT = 0x03;

/**
 * Forgets what was typed before now. A question whose yes changes something is answered only by who has seen it: what
 * was typed while the plan was still being made was meant for something else.
 */
export async function dropTypedAhead(): Promise<void> {
  const { stdin } = process;
  if (stdin.isTTY !== true) return;
  const drop = (typed: Buffer | string): void => {
    // a ^C is not a signal while the terminal is read key by key
    if (Buffer.from(typed).includes(INTERRUPT)) process.kill(process.pid, "SIGINT");
  };
  // key by key, so that a line nobody has ended yet goes as well
  stdin.setRawMode(true);
  stdin.on("data", drop);
  // whoever asked before has paused it
  stdin.resume();
  await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  // on a busy machine the timer is due before the terminal was looked at: once round, and once more for what that brought
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  stdin.removeListener("data", drop);
  stdin.pause();
  stdin.setRawMode(false);
}
