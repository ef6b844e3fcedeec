import prompts from "prompts";
import type { Answer, Asker, Choice, Line } from "./asker.js";
import { openKeyboard } from "./keyboard.js";
import { inCharset, say } from "./output.js";

const HINT = "Enter takes, Esc goes back, ^C leaves";

/** Menus by prompts. It tells a question left by Esc from one left by ^C only through the key itself. */
export function openMenuAsker(): Asker {
  const keyboard = openKeyboard();
  const tell = (lines: readonly string[] = []): void => {
    for (const line of lines) say(process.stderr, inCharset(`${line}\n`, process.stderr));
  };
  const put = async <T>(question: prompts.PromptObject<"value">): Promise<Answer<T>> => {
    let left = false;
    const answers = await prompts(
      { ...question, stdin: keyboard.stream, stdout: process.stderr },
      {
        onCancel: () => {
          left = true;
          return false;
        },
      },
    );
    if (left) return { kind: keyboard.last() === "escape" ? "back" : "leave" };
    return { kind: "answer", value: answers.value as T };
  };
  return {
    async choose<T>({ message, about, choices, initial }: Choice<T>) {
      tell(about);
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
    line({ message, about, initial, check }: Line) {
      tell(about);
      return put<string>({
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
      });
    },
    close: keyboard.close,
  };
}
