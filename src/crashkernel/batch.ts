/** One line of `explain --batch`: a JSON object in, the answer of that kernel out. Never throws. */
import { type Evaluated, evaluateFor } from "./evaluate.js";
import { kernelTraits } from "./generation.js";
import { U64_MAX } from "./number.js";

export type BatchAnswer =
  | { readonly kind: "evaluated"; readonly evaluated: Evaluated }
  | { readonly kind: "bad-line"; readonly error: string };

/** `line`: `{"cmdline","ramBytes","kernel","arch"}`; what else is in it is passed over. */
export function answerLine(line: string): BatchAnswer {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return bad("this line is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return bad('this line is no JSON object with "cmdline", "ramBytes", "kernel" and "arch"');
  const fields: { readonly [name: string]: unknown } = { ...value };
  const { cmdline, kernel, arch } = fields;
  if (typeof cmdline !== "string") return bad("cmdline is no text");
  if (typeof kernel !== "string") return bad("kernel is no text");
  if (typeof arch !== "string") return bad("arch is no text");
  const ram = bytesOf(fields.ramBytes);
  if (typeof ram === "string") return bad(ram);
  const traits = kernelTraits({ kernel, arch });
  if (traits === null) return bad("this kernel release or architecture is not known");
  return { kind: "evaluated", evaluated: evaluateFor(traits, cmdline, ram) };
}

function bad(error: string): BatchAnswer {
  return { kind: "bad-line", error };
}

/** A string is what is wrong. */
function bytesOf(value: unknown): bigint | string {
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && value >= 0) return BigInt(value);
    return value > Number.MAX_SAFE_INTEGER
      ? "ramBytes past 2^53-1 has to be a decimal string"
      : "ramBytes is no whole number of bytes";
  }
  if (typeof value !== "string" || !/^[0-9]{1,20}$/.test(value))
    return "ramBytes is no whole number of bytes";
  const bytes = BigInt(value);
  return bytes <= U64_MAX ? bytes : "ramBytes is past 64 bits";
}
