import { createInterface } from "node:readline";
import type { Answer, Asker, Choice, Line } from "./asker.js";
import { inCharset, printable, say } from "./output.js";
import { wrapped } from "./wrap.js";

/** Lines typed ahead have arrived by then, so that they can be shown beside the questions they answer. */
const ARRIVAL_MS = 20;

/** Line by line, in ASCII and without moving the cursor: for a dumb terminal, a serial console, a log. */
export function openPlainAsker(): Asker {
  // as a terminal it would move the cursor; so the lines are the terminal driver's own
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const waiting: ((line: string | null) => void)[] = [];
  const typedAhead: string[] = [];
  let ended = false;
  const end = (): void => {
    ended = true;
    for (const tell of waiting.splice(0)) tell(null);
  };
  lines.on("line", (line) => {
    const tell = waiting.shift();
    if (tell === undefined) typedAhead.push(line);
    else tell(line);
  });
  lines.on("close", end);
  process.on("SIGINT", end);

  const put = (text: string): void => say(process.stderr, inCharset(text, process.stderr));
  const read = (): Promise<string | null> => {
    const ahead = typedAhead.shift();
    if (ahead !== undefined) {
      // the terminal has shown it where it was typed, and not beside its question
      put(`${printable(ahead)}\n`);
      return Promise.resolve(ahead);
    }
    return ended ? Promise.resolve(null) : new Promise((resolve) => waiting.push(resolve));
  };
  /** Asks until `take` takes the line; what stands above the first prompt comes with it. */
  const ask = async <T>(
    above: readonly string[],
    prompt: string,
    take: (line: string) => { readonly value: T } | string,
  ): Promise<Answer<T>> => {
    let shown = above.map((line) => `${line}\n`).join("");
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
      put(`${shown}${prompt} (b goes back, q leaves): `);
      const line = await read();
      if (line === null) put("\n");
      if (line === null || line.trim() === "q") return { kind: "leave" };
      if (line.trim() === "b") return { kind: "back" };
      const taken = take(line.trim());
      if (typeof taken !== "string") return { kind: "answer", value: taken.value };
      shown = `  ${wrapped(taken, 2)}\n`;
    }
  };
  return {
    choose<T>({ message, about = [], choices, initial }: Choice<T>) {
      const listed = choices.flatMap(({ title, note }, index) => [
        `  ${index + 1}) ${title}`,
        ...(note === undefined ? [] : [`     ${wrapped(note, 5)}`]),
      ]);
      return ask([...about, message, ...listed], `Number [${initial + 1}]`, (line) => {
        const number = line === "" ? initial + 1 : /^\d{1,3}$/.test(line) ? Number(line) : 0;
        const chosen = choices[number - 1];
        return chosen === undefined
          ? `a number from 1 to ${choices.length} is needed`
          : { value: chosen.value };
      });
    },
    line({ message, about = [], initial, check }: Line) {
      return ask(about, initial === "" ? message : `${message} [${initial}]`, (line) => {
        const text = line === "" ? initial : line;
        const { ok, says } = check(text);
        return ok ? { value: text } : says;
      });
    },
    close() {
      process.removeListener("SIGINT", end);
      lines.removeListener("close", end);
      lines.close();
    },
  };
}
