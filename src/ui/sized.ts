/** The size that is recommended, beside the vendor's and what other programs would say. ASCII, for a serial console. */
import { type Output, printable } from "./output.js";
import { wrapped } from "./wrap.js";

export interface ShownSize {
  readonly estimates: readonly {
    readonly by: string;
    readonly bytes: number | null;
    readonly how: string;
  }[];
  readonly inputs: readonly { readonly name: string; readonly value: string; readonly source: string }[];
  readonly decision: string;
  readonly warnings: readonly string[];
}

export function showSized(output: Output, { estimates, inputs, decision, warnings }: ShownSize): void {
  const { style, result } = output;
  const sizes = estimates.map(({ by, bytes, how }) => [by, bytes === null ? "-" : mib(bytes), how] as const);
  result(`\nHow large it should be here:\n${table(sizes)}`);
  result(`\n${style.bold(wrapped(plain(decision), 0))}`);
  for (const text of warnings) result(`${style.yellow("warning:")} ${wrapped(plain(text), 2, 9)}`);
  const read = inputs.map(({ name, value, source }) => [name, value, source] as const);
  result(`\nMade from:\n${table(read)}`);
}

/** Two columns as wide as they need, the third wrapped beside them. */
function table(rows: readonly (readonly [string, string, string])[]): string {
  const [first, second] = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lead = 2 + (first ?? 0) + 2 + (second ?? 0) + 3;
  return rows
    .map(([name, value, text]) =>
      `  ${name.padEnd(first ?? 0)}  ${value.padStart(second ?? 0)}   ${wrapped(plain(text), lead)}`.trimEnd(),
    )
    .join("\n");
}

function plain(text: string): string {
  return printable(text)
    .replace(/×/g, "x")
    .replace(/[^\x20-\x7e]/g, "?");
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 1048576)} MiB`;
}
