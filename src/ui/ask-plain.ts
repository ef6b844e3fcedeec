import { createInterface } from "node:readline";
import type { Answer, Asker, Choice, Line } from "./asker.js";
import { inCharset, say } from "./output.js";

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
    if (ahead !== undefined) return Promise.resolve(ahead);
    return ended ? Promise.resolve(null) : new Promise((resolve) => waiting.push(resolve));
  };
  /** Asks until `take` takes the line. */
  const ask = async <T>(
    prompt: string,
    take: (line: string) => { readonly value: T } | string,
  ): Promise<Answer<T>> => {
    for (;;) {
      put(`${prompt} (b goes back, q leaves): `);
      const line = await read();
      if (line === null) put("\n");
      if (line === null || line.trim() === "q") return { kind: "leave" };
      if (line.trim() === "b") return { kind: "back" };
      const taken = take(line.trim());
      if (typeof taken !== "string") return { kind: "answer", value: taken.value };
      put(`  ${taken}\n`);
    }
  };
  return {
    choose<T>({ message, choices, initial }: Choice<T>) {
      put(`${message}\n`);
      for (const [index, { title, note }] of choices.entries())
        put(`  ${index + 1}) ${title}\n${note === undefined ? "" : `     ${note}\n`}`);
      return ask(`Number [${initial + 1}]`, (line) => {
        const number = line === "" ? initial + 1 : /^\d{1,3}$/.test(line) ? Number(line) : 0;
        const chosen = choices[number - 1];
        return chosen === undefined
          ? `a number from 1 to ${choices.length} is needed`
          : { value: chosen.value };
      });
    },
    line({ message, initial, check }: Line) {
      return ask(initial === "" ? message : `${message} [${initial}]`, (line) => {
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
