import prompts from "prompts";
import type { Answer, Asker, Choice, Line } from "./asker.js";

const HINT = "Enter takes, Esc goes back, ^C leaves";

/** Menus by prompts. It tells a question left by Esc from one left by ^C only through the key itself. */
export function openMenuAsker(): Asker {
  let lastKey = "";
  const onKey = (_text: unknown, key: { readonly name?: string } | undefined): void => {
    lastKey = key?.name ?? "";
  };
  process.stdin.on("keypress", onKey);
  const put = async <T>(question: prompts.PromptObject<"value">): Promise<Answer<T>> => {
    lastKey = "";
    let left = false;
    const answers = await prompts(
      { ...question, stdout: process.stderr },
      {
        onCancel: () => {
          left = true;
          return false;
        },
      },
    );
    if (left) return { kind: lastKey === "escape" ? "back" : "leave" };
    return { kind: "answer", value: answers.value as T };
  };
  return {
    async choose<T>({ message, choices, initial }: Choice<T>) {
      const chosen = await put<number>({
        type: "select",
        name: "value",
        message,
        hint: HINT,
        initial,
        // prompts takes a value of undefined for the index, and some of ours may be null
        choices: choices.map(({ title, note }, index) => ({
          title,
          value: index,
          ...(note === undefined ? {} : { description: note }),
        })),
      });
      if (chosen.kind !== "answer") return chosen;
      const { value } = choices[chosen.value] ?? choices[0];
      return { kind: "answer", value };
    },
    line: ({ message, initial, check }: Line) =>
      put<string>({
        type: "text",
        name: "value",
        message,
        initial,
        validate: (text: string) => {
          const { ok, says } = check(text === "" ? initial : text);
          return ok || says;
        },
        // what it will do, while it is typed
        onRender(this: { msg?: string; value?: string; done?: boolean }) {
          const typed = this.value === undefined || this.value === "" ? initial : this.value;
          const says = typed === "" || this.done === true ? "" : check(typed).says;
          this.msg = says === "" ? message : `${message} [${says}]`;
        },
      }),
    close() {
      process.stdin.removeListener("keypress", onKey);
    },
  };
}
