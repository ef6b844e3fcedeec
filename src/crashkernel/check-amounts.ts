/** What is wrong with single numbers: octal, a unit that is missing or that the kernel does not know. */
import { checkOffset } from "./check-offset.js";
import type { Finding } from "./finding.js";
import type { KernelTraits } from "./generation.js";
import { type ParsedWord, type PlacedAmount, placeAmounts } from "./layout.js";
import { formatBytes } from "./size.js";

const MIB = 1n << 20n;
/** No kernel image and its initrd fit into less. */
const SMALLEST = 16n * MIB;

export function checkAmounts(word: ParsedWord, traits: KernelTraits | null): readonly Finding[] {
  if (word.value === null) return [];
  const kind = word.value.kind;
  return placeAmounts(word.value, word.valueAt).flatMap((placed) => [
    ...notation(placed, traits),
    ...(placed.role === "size" && (kind === "fixed" || kind === "ranges" || kind === "high")
      ? tooSmall(placed)
      : []),
    ...(placed.role === "bound" ? smallBound(placed) : []),
    ...(placed.role === "offset" ? checkOffset(placed, traits) : []),
  ]);
}

function notation({ amount, at }: PlacedAmount, traits: KernelTraits | null): Finding[] {
  const findings: Finding[] = [];
  const say = (severity: Finding["severity"], id: string, message: string, where = at): void => {
    findings.push({ severity, id, message, at: where });
  };
  if (/^0[0-9]/.test(amount.text)) {
    const decimal = amount.text.replace(/^0+(?=[0-9])/, "");
    const same = BigInt(/^[0-9]+/.exec(decimal)?.[0] ?? "0") < 8n;
    say(
      same ? "warning" : "objection",
      "octal",
      `${amount.text} begins with 0 and is octal: the kernel reads ${formatBytes(amount.bytes)}`,
    );
  }
  if (/^0x[0-9a-f]*e$/i.test(amount.text))
    say("warning", "hex-digit", `the last letter of ${amount.text} is a hexadecimal digit, not a unit`);
  const unit = amount.text.slice(-1).toUpperCase();
  const isUnit = "TPE".includes(unit) && !/^0x[0-9a-f]+$/i.test(amount.text);
  if (isUnit && traits === null)
    say("note", "unit-new", `kernels before 3.17 do not know the unit ${unit}`, at + amount.text.length - 1);
  if (isUnit && traits !== null && !traits.features.has("largeUnits"))
    say(
      "error",
      "unit-unknown",
      `kernel ${traits.label} does not know the unit ${unit}, only K, M and G`,
      at + amount.text.length - 1,
    );
  return findings;
}

function tooSmall({ amount, at }: PlacedAmount): Finding[] {
  if (amount.bytes === 0n || amount.bytes >= SMALLEST) return [];
  const unit = /^[1-9][0-9]{0,4}$/.test(amount.text) ? ` Write ${amount.text}M` : "";
  const why = /[0-9]$/.test(amount.text) ? `: is the unit missing?${unit}` : ", where no capture kernel fits";
  return [
    {
      severity: "objection",
      id: "size-tiny",
      message: `${amount.text} reserves ${formatBytes(amount.bytes)}${why}`,
      at,
    },
  ];
}

function smallBound({ amount, at }: PlacedAmount): Finding[] {
  if (amount.bytes === 0n || amount.bytes >= MIB) return [];
  const message = `the range bound ${amount.text} is ${formatBytes(amount.bytes)}: is the unit missing?`;
  return [{ severity: "objection", id: "bound-tiny", message, at }];
}
