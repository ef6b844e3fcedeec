/** The bench's own lines: a step with its seconds when it ends, a scenario with its verdict, the matrix at the end. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const since = (from: number): number => Math.round((Date.now() - from) / 1000);
/** A step that takes longer says every so many seconds that it is still under way. */
const HEARTBEAT = 120;

export class Steps {
  readonly #scenario: string;
  readonly #started = Date.now();

  constructor(scenario: string) {
    this.#scenario = scenario;
  }

  /** Runs one step and says how long it took; what it returns may be a sentence to show with it. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now();
    const line = (mark: string, more = ""): void =>
      this.#line(`${mark}${String(since(started)).padStart(5)} s  ${name}${more}`);
    const beating = setInterval(() => line("…", ": still under way"), HEARTBEAT * 1000);
    try {
      const result = await work();
      line(" ", typeof result === "string" && result !== "" ? `: ${result}` : "");
      return result;
    } catch (error) {
      line("✗");
      throw error;
    } finally {
      clearInterval(beating);
    }
  }

  note(text: string): void {
    this.#line(`           ${text}`);
  }

  #line(text: string): void {
    const clock = `${String(Math.floor(since(this.#started) / 60)).padStart(3)} min`;
    say(text.replace(/^/gm, `${clock}  ${this.#scenario}  `));
  }
}

export interface Verdict {
  readonly scenario: string;
  /** null when it passed */
  readonly failure: string | null;
  /** what was shown, one line */
  readonly summary: string;
  readonly seconds: number;
  /** the day, and what git describe said of the tool */
  readonly day: string;
  readonly tool: string;
  /** numbers worth keeping: what each cut found, what each size did */
  readonly data: unknown;
}

/** What a scenario hands back when it passed. */
export interface Shown {
  readonly summary: string;
  readonly data?: unknown;
}

/** Thrown by a scenario that failed and has numbers to keep all the same. */
export class Failed extends Error {
  readonly data: unknown;

  constructor(message: string, data: unknown) {
    super(message);
    this.data = data;
  }
}

/** Runs one scenario; what it throws is its failure. */
export async function judged(
  scenario: string,
  tool: string,
  work: (steps: Steps) => Promise<Shown>,
): Promise<Verdict> {
  const started = Date.now();
  const day = new Date().toISOString().slice(0, 10);
  say(`▶ ${scenario}`);
  try {
    const { summary, data = null } = await work(new Steps(scenario));
    const seconds = since(started);
    say(`✓ ${scenario} (${seconds} s): ${summary}`);
    return { scenario, failure: null, summary, seconds, day, tool, data };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const data = error instanceof Failed ? error.data : null;
    const seconds = since(started);
    say(`✗ ${scenario} (${seconds} s)\n${failure.replace(/^/gm, "    ")}`);
    const summary = (failure.split("\n")[0] ?? "").replace(/^Error: /, "");
    return { scenario, failure, summary, seconds, day, tool, data };
  }
}

/** Keeps the newest verdict of each scenario, so that the matrix can be put together from several runs. */
export function keep(dir: string, verdict: Verdict): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    path.join(dir, `${verdict.scenario.replaceAll("/", "_")}.json`),
    `${JSON.stringify(verdict, null, 1)}\n`,
  );
}

export function kept(dir: string): readonly Verdict[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .sort()
    .filter((name) => name.endsWith(".json"))
    .map((name): Verdict => JSON.parse(readFileSync(path.join(dir, name), "utf8")));
}

/** The matrix, as a table that can be read and pasted. */
export function matrix(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ scenario, failure, summary, seconds, day, tool }) => [
    `\`${scenario}\``,
    day,
    tool,
    `${failure === null ? "passed" : "**failed**"}: ${summary.replaceAll("|", "/")}`,
    String(seconds),
  ]);
  const table = [["scenario", "day", "tool", "result", "s"], ["---", "---", "---", "---", "--:"], ...rows];
  return table.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** The last lines; whether everything passed and something ran. */
export function closing(verdicts: readonly Verdict[]): boolean {
  const failed = verdicts.filter((one) => one.failure !== null);
  say(`\n${matrix(verdicts)}\n`);
  say(`${verdicts.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 && verdicts.length > 0;
}
