import type { ByteText, SourceFile } from "../types.js";
import type { Span } from "./shell-syntax.js";

/** Line and column (both from 1, the column in bytes) of offsets in several files. */
export class Places {
  private readonly files: readonly SourceFile[];
  private readonly starts: (readonly number[] | undefined)[] = [];

  constructor(files: readonly SourceFile[]) {
    this.files = files;
  }

  at(place: { readonly file: number; readonly offset: number }): {
    path: string;
    line: number;
    column: number;
  } {
    const starts = this.starts[place.file] ?? lineStarts(this.files[place.file]?.text ?? "");
    this.starts[place.file] = starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= place.offset) low = middle;
      else high = middle - 1;
    }
    const path = this.files[place.file]?.path ?? "";
    return { path, line: low + 1, column: place.offset - (starts[low] ?? 0) + 1 };
  }

  of(place: { readonly file: number; readonly offset: number }): { path: string; line: number } {
    const { path, line } = this.at(place);
    return { path, line };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

export interface Splice extends Span {
  readonly text: string;
}

/** The text with the splices done; null when two of them touch the same bytes. */
export function splice(text: ByteText, splices: readonly Splice[]): ByteText | null {
  const sorted = [...splices].sort((a, b) => a.start - b.start || a.end - b.end);
  const out: string[] = [];
  let at = 0;
  for (const { start, end, text: replacement } of sorted) {
    if (start < at) return null;
    out.push(text.slice(at, start), replacement);
    at = end;
  }
  out.push(text.slice(at));
  return out.join("");
}

/** What ends the lines of a text: CR LF where most lines end so. */
export function lineEnding(text: ByteText): "\n" | "\r\n" {
  const all = text.split("\n").length - 1;
  const withReturn = text.split("\r\n").length - 1;
  return withReturn > 0 && withReturn * 2 >= all ? "\r\n" : "\n";
}
