/**
 * A list that stands there already, from an earlier run as a rule. The package builds its capture initrd at the first
 * boot only, and each kernel update builds another: a second run must not change the size for every MiB of it.
 * It has to be enough at every size of memory, as the disk may be copied, and no waste on this machine.
 */
import { kernelSize, parseSize } from "../crashkernel/size.js";
import { mib } from "./estimators.js";
import type { SizingInput } from "./input.js";
import { estimateNeed, LARGE, neededAt } from "./need.js";
import { bounds, type Range, rangesOf, sameSizes, sizeAt } from "./ranges.js";
import { type Recommendation, SHARE } from "./recommend.js";

export interface Standing {
  readonly keep: boolean;
  /** one line; null where it says the same as what would be recommended now */
  readonly why: string | null;
}

/** What is left of the margin at least, and how many times the size that would be recommended now is no waste yet. */
const KEPT = { auto: { least: 1.1, most: 2 }, tight: { least: 1.05, most: 1.25 } } as const;

/** null: it is no list of the kind that is recommended, so it is not an earlier run's. */
export function judgeStanding(
  expression: string,
  input: SizingInput,
  fresh: Recommendation,
): Standing | null {
  const [standing, wanted, vendor] = [expression, fresh.expression, input.vendor.expression].map(rangesOf);
  if (standing === undefined || wanted === undefined || vendor === undefined) return null;
  if (fresh.kind === "refused" || !expression.includes(":")) return null;
  if (sameSizes(standing, wanted)) return { keep: true, why: null };
  const alike = bounds(standing, vendor).every((ram) => {
    const [ours, theirs] = [sizeAt(standing, ram), sizeAt(vendor, ram)];
    return ours > 0n === theirs > 0n && (input.mode === "tight" || ours >= theirs);
  });
  if (!alike) return null;
  const { least, most } = KEPT[input.mode];
  const need = estimateNeed(input);
  const { ramBytes } = input.machine;
  const here = ramBytes === null ? null : BigInt(ramBytes);
  const elsewhere = everywhere(standing, wanted);
  const says = (ram: bigint): string =>
    `${expression} stands there already: ${mib(Number(sizeAt(standing, ram)))}${ram === here ? "" : ` at ${kernelSize(ram)} of memory`}`;
  for (const ram of here === null ? elsewhere : [here, ...elsewhere]) {
    const [has, now] = [Number(sizeAt(standing, ram)), Number(sizeAt(wanted, ram))];
    const needed = need === null ? now : least * neededAt(need, ram);
    if (has < Math.min(needed, now))
      return { keep: false, why: `${says(ram)} are too little now, ${mib(needed)} are needed` };
  }
  for (const ram of here === null ? elsewhere : [here]) {
    // where a quarter of the memory is not enough for the need any more, `wanted` is the vendor's size again
    const enough = Math.max(Number(sizeAt(wanted, ram)), need === null ? 0 : neededAt(need, ram));
    if (Number(sizeAt(standing, ram)) > most * enough)
      return { keep: false, why: `${says(ram)} are far more than is needed now` };
  }
  const about =
    here === null
      ? ", enough at every size of memory"
      : `: its ${mib(Number(sizeAt(standing, here)))} are still enough (anew it would be ${mib(Number(sizeAt(wanted, here)))})`;
  return { keep: true, why: `${expression} stands there already and stays${about}` };
}

/** Where the lists change, but for memory of which the size that stands is more than its share: there it was not raised. */
function everywhere(standing: readonly Range[], wanted: readonly Range[]): readonly bigint[] {
  const size = sizeAt(standing, LARGE - 1n);
  return bounds(standing, wanted).filter((ram) => ram >= BigInt(SHARE) * size);
}

/**
 * A reservation in two parts, as a vendor's program that reckons on the machine itself writes it: kept where it comes to
 * no less than what would be recommended now. null: it is none, or comes to less.
 */
export function judgePair(
  words: readonly string[],
  fresh: Pick<Recommendation, "reservedBytes">,
): { readonly expression: string; readonly decision: string } | null {
  const parts = words.map((word) => /^crashkernel=(\d{1,6}[MG]),(high|low)$/.exec(word));
  const sizes = parts.map((part) => parseSize(part?.[1] ?? ""));
  if (parts.length !== 2 || parts[0]?.[2] === parts[1]?.[2]) return null;
  let bytes = 0;
  for (const size of sizes) {
    if (size.kind === "error") return null;
    bytes += Number(size.bytes);
  }
  if (fresh.reservedBytes !== null && bytes < fresh.reservedBytes) return null;
  const expression = words.map((word) => word.slice("crashkernel=".length)).join(" ");
  return { expression, decision: `${mib(bytes)}: ${expression} stands and is no less, so it stays` };
}
