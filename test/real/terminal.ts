/** A real pseudo-terminal, by tmux: what a program writes to it, and keys pressed on it. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { bundle, must, run } from "../support/roots.js";
import { temporaryDirectory } from "../support/temporary.js";

export interface Terminal {
  /** presses keys, by tmux's names: "y", "Enter", "C-c" */
  keys(...names: readonly string[]): Promise<void>;
  /** the screen as a person sees it, once it shows that; throws with what it shows instead after so many seconds (30) */
  until(shows: RegExp, seconds?: number): Promise<string>;
  /** the same with the lines that were too long for the screen in one piece */
  joined(): Promise<string>;
  /** every byte that was written to the terminal */
  raw(): string;
  /** the line goes dead: SIGHUP, and nothing more to read or to write */
  close(): Promise<void>;
  /** exit code of kdump-setup, waited for */
  ended(): Promise<number>;
}

/** kdump-setup ARGS on a terminal of 100 by 60 unless another size is wanted. */
export async function terminal(
  t: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { columns, rows }: { readonly columns: number; readonly rows: number } = { columns: 100, rows: 60 },
): Promise<Terminal> {
  const dir = temporaryDirectory(t);
  const name = path.basename(dir);
  const tmux = (...words: readonly string[]) => must(["tmux", "-L", name, "-f", "/dev/null", ...words]);
  const settings = Object.entries(env).map(([key, value]) => `${key}='${value}'`);
  const quoted = args.map((word) => `'${word}'`).join(" ");
  writeFileSync(
    `${dir}/run.sh`,
    // a shell without a trap would end with the program that a ^C interrupts
    `trap : INT; unset NO_COLOR FORCE_COLOR CI; while [ ! -e ${dir}/go ]; do sleep 0.05; done\n` +
      `env LC_ALL=C.UTF-8 ${settings.join(" ")} ${process.execPath} ${bundle} ${quoted}; echo $? > ${dir}/code\nsleep 60\n`,
  );
  await tmux("new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, `sh ${dir}/run.sh`);
  t.after(async () => {
    await run(["tmux", "-L", name, "kill-server"]);
  });
  await tmux("pipe-pane", `cat > ${dir}/raw`);
  writeFileSync(`${dir}/go`, "");

  const wait = async <T>(
    look: () => Promise<T | null>,
    otherwise: () => Promise<string>,
    seconds = 30,
  ): Promise<T> => {
    for (let n = 0; n < 20 * seconds; n += 1) {
      const found = await look();
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(await otherwise());
  };
  const screen = () => tmux("capture-pane", "-p", "-S", "-200");
  return {
    async keys(...names) {
      await tmux("send-keys", ...names);
    },
    until: (shows, seconds) =>
      wait(
        async () => {
          const text = await screen();
          return shows.test(text) ? text : null;
        },
        async () => `the terminal never showed ${shows}:\n${await screen()}`,
        seconds,
      ),
    joined: () => tmux("capture-pane", "-p", "-J", "-S", "-200"),
    async close() {
      await tmux("kill-server");
    },
    raw: () => readFileSync(`${dir}/raw`, "utf8"),
    ended: () =>
      wait(
        async () => {
          const text = existsSync(`${dir}/code`) ? readFileSync(`${dir}/code`, "utf8") : "";
          return text.endsWith("\n") ? Number(text) : null;
        },
        async () => `it did not end:\n${await screen()}`,
      ),
  };
}
