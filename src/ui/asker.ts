/** How the wizard puts a question: on a screen that can move its cursor as a menu, elsewhere line by line. */
import type { NonEmpty } from "../types.js";
import { isUtf8 } from "./output.js";

/** leave: by ^C, ^D or a terminal that went away. */
export type Answer<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "back" }
  | { readonly kind: "leave" };

export interface Choice<T> {
  readonly message: string;
  /** lines above it, to choose by */
  readonly about?: readonly string[];
  readonly choices: NonEmpty<{
    readonly title: string;
    readonly value: T;
    /** one line more about it */
    readonly note?: string;
  }>;
  /** index of the one that Enter takes */
  readonly initial: number;
}

/** One line of text. */
export interface Line {
  readonly message: string;
  readonly about?: readonly string[];
  /** what Enter alone takes */
  readonly initial: string;
  /** of what stands there so far: may it be taken, and what it will do or what is wrong with it */
  readonly check: (text: string) => { readonly ok: boolean; readonly says: string };
}

export interface Asker {
  readonly choose: <T>(question: Choice<T>) => Promise<Answer<T>>;
  readonly line: (question: Line) => Promise<Answer<string>>;
  /** gives the terminal back */
  readonly close: () => void;
}

/** The menus draw with UTF-8 signs and move the cursor: no for TERM=dumb, and for a locale of another character set. */
export function drawsMenus(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.TERM !== undefined && env.TERM !== "" && env.TERM !== "dumb" && isUtf8(env);
}

export async function openAsker(): Promise<Asker> {
  return drawsMenus(process.env)
    ? (await import("./ask-menu.js")).openMenuAsker()
    : (await import("./ask-plain.js")).openPlainAsker();
}
