import { createInterface, emitKeypressEvents, type Key } from "node:readline";
import { PassThrough, type Readable } from "node:stream";

/**
 * The keys of a terminal, each for the question that stands there when its turn comes. prompts listens while a question
 * stands and no longer, so that what is typed ahead of the next one would be lost; and a key that follows Enter at once
 * would still go to the question that Enter has answered.
 */
export interface Keyboard {
  /** in the place of standard input: says "keypress", and nothing else */
  readonly stream: Readable;
  /** name of the key that was handed on last */
  readonly last: () => string;
  /** gives the terminal back; what nobody took is gone */
  readonly close: () => void;
}

const ESCAPE_MS = 50;
/** What an end of the input is to a question: the key that leaves it. */
const LEAVE: Key = { name: "d", ctrl: true, sequence: "\u0004" };

export function openKeyboard(): Keyboard {
  const { stdin } = process;
  const stream = new PassThrough();
  const pressed: Key[] = [];
  let last = "";
  let due = false;
  // a turn of the event loop for each: an answer that is checked closes its question a little later
  const handOn = (): void => {
    if (due) return;
    due = true;
    setImmediate(() => {
      due = false;
      if (stream.listenerCount("keypress") === 0) return;
      const key = pressed.shift();
      if (key === undefined) return;
      last = key.name ?? "";
      stream.emit("keypress", key.sequence, key);
      if (pressed.length > 0) handOn();
    });
  };
  const press = (key: Key): void => {
    pressed.push(key);
    handOn();
  };
  const onKey = (_text: unknown, key: Key): void => press(key);
  const onEnd = (): void => press(LEAVE);
  const lines = createInterface({ input: stdin, escapeCodeTimeout: ESCAPE_MS });
  emitKeypressEvents(stdin, lines);
  stdin.on("keypress", onKey);
  stdin.on("end", onEnd);
  stdin.setRawMode(true);
  stream.on("newListener", (event) => {
    if (event === "keypress") handOn();
  });
  return {
    stream,
    last: () => last,
    close() {
      stdin.removeListener("keypress", onKey);
      stdin.removeListener("end", onEnd);
      stdin.setRawMode(false);
      lines.close();
    },
  };
}
