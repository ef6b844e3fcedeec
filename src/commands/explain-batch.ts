/** `explain --batch`: a stream of JSON lines through the kernel's parser, in bounded memory. */
import type { Readable, Writable } from "node:stream";
import { TextDecoder } from "node:util";
import { answerLine } from "../crashkernel/batch.js";
import { EXIT, type ExitCode } from "../errors.js";
import { shortAnswer } from "./explain-document.js";

/** No command line is longer than 1 MiB anywhere; more in one line is not kept. */
const MAX_LINE = 1 << 20;
/** characters written at once */
const CHUNK = 1 << 16;

/** One line out for each line in, in order; a bad line is answered as such and stops nothing. */
export async function explainBatch(input: Readable, out: Writable): Promise<ExitCode> {
  let gone = false;
  out.on("error", () => {
    gone = true;
  });
  let pending = "";
  for await (const lines of linesOf(input)) {
    for (const line of lines) {
      pending += `${JSON.stringify(line === null ? TOO_LONG : answer(line))}\n`;
      if (pending.length < CHUNK) continue;
      await write(out, pending);
      if (gone) return EXIT.ok;
      pending = "";
    }
  }
  if (pending !== "") await write(out, pending);
  return EXIT.ok;
}

const TOO_LONG = { ok: false, error: "this line is longer than 1 MiB" };

function answer(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let line: string;
  try {
    line = DECODER.decode(bytes);
  } catch {
    return { ok: false, error: "this line is not UTF-8" };
  }
  const answered = answerLine(line);
  return answered.kind === "bad-line"
    ? { ok: false, error: answered.error }
    : shortAnswer(answered.evaluated);
}

const DECODER = new TextDecoder("utf-8", { fatal: true });

/** Waits until there is room again, or nobody reads any more. */
async function write(out: Writable, text: string): Promise<void> {
  if (out.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      for (const event of ENDS) out.off(event, done);
      resolve();
    };
    for (const event of ENDS) out.on(event, done);
  });
}

const ENDS = ["drain", "close", "error"] as const;

/**
 * The lines of each piece of input, without their line breaks; null in the place of one that is too long. A last
 * line needs no line break.
 */
async function* linesOf(input: Readable): AsyncGenerator<readonly (Uint8Array | null)[]> {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    if (length > MAX_LINE) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const take = (): Uint8Array | null => {
    const line = length > MAX_LINE ? null : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of input) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk), "utf8");
    const lines: (Uint8Array | null)[] = [];
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      add(bytes.subarray(from, end));
      lines.push(take());
      from = end + 1;
    }
    add(bytes.subarray(from));
    yield lines;
  }
  if (length > 0) yield [take()];
}
