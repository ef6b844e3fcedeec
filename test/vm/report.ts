/** The bench's own lines: a step with its seconds when it ends, a scenario with its verdict, the count at the end. */

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const seconds = (from: number): string => ((Date.now() - from) / 1000).toFixed(0).padStart(5);

export class Steps {
  /** Runs one step and says how long it took; what it returns may be a sentence to show with it. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now();
    const done = (mark: string, more = ""): void => say(`  ${mark}${seconds(started)} s  ${name}${more}`);
    try {
      const result = await work();
      done(" ", typeof result === "string" && result !== "" ? `: ${result}` : "");
      return result;
    } catch (error) {
      done("✗");
      throw error;
    }
  }

  note(text: string): void {
    say(`           ${text}`);
  }
}

export interface Verdict {
  readonly scenario: string;
  /** null when it passed */
  readonly failure: string | null;
}

/** Runs one scenario; what it throws is its failure. */
export async function judged(scenario: string, work: (steps: Steps) => Promise<void>): Promise<Verdict> {
  const started = Date.now();
  say(`▶ ${scenario}`);
  try {
    await work(new Steps());
    say(`✓ ${scenario} (${seconds(started).trim()} s)`);
    return { scenario, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(`✗ ${scenario} (${seconds(started).trim()} s)\n${failure.replace(/^/gm, "    ")}`);
    return { scenario, failure };
  }
}

/** The last line; whether everything passed and something ran. */
export function closing(verdicts: readonly Verdict[]): boolean {
  const failed = verdicts.filter((one) => one.failure !== null);
  for (const one of failed) say(`FAILED ${one.scenario}`);
  say(`\n${verdicts.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 && verdicts.length > 0;
}
