import { readGrubCfg } from "../bootconfig/grub-cfg.js";
import { longestLine } from "../bootconfig/line-length.js";
import type { Finding } from "../crashkernel/finding.js";
import { kernelTraits } from "../crashkernel/generation.js";
import type { Profile } from "../distro/profile.js";
import { evaluateFiles } from "../edit/evaluate.js";
import { RefusedError } from "../errors.js";
import { targetKernel } from "../facts/boots.js";
import { type CaptureInput, collectCapture } from "../facts/capture-parts.js";
import type { Reader } from "../machine/machine.js";
import { crashkernelWords } from "../plan/words.js";
import type { Estimate } from "../sizing/estimators.js";
import type { SizingInput } from "../sizing/input.js";
import { recommend } from "../sizing/recommend.js";
import { shortage } from "../sizing/shortage.js";
import { judgePair, judgeStanding } from "../sizing/standing.js";
import type { BaseFacts, Facts, GrubFacts } from "../types.js";

/** Names of kernels for arm64 with pages of 64 KiB: `.el9.aarch64+64k`, `-generic-64k`, `-64kb`. */
const LARGE_PAGES = /[+-]64kb?$/;
const FOR_SMALL_PAGES =
  "this kernel has pages of 64 KiB, and the vendor's list is for pages of 4 KiB: the capture kernel needs about 100 MiB more (kdump-lib.sh of kdump-utils 63f248c)";

/** What `auto` or `tight` comes to on one system. */
export interface Sized {
  /** what stands behind crashkernel=; the vendor's list where nothing is recommended */
  readonly expression: string;
  /** why nothing is recommended; null where something is */
  readonly refused: string | null;
  readonly estimates: readonly Estimate[];
  readonly inputs: readonly CaptureInput[];
  /** one line a reason, the estimators' numbers first */
  readonly why: readonly string[];
  /** that one of them which says why it is this size */
  readonly decision: string;
  readonly warnings: readonly string[];
}

/**
 * The recommendation for this system. `ramBytes` is the memory, null when it is not known. Throws RefusedError where
 * the profile has no list for the architecture. `facts.grub` and `.kdump` may be missing: then nothing that stands is kept.
 */
export function sizeFor(
  mode: "auto" | "tight",
  reader: Reader,
  facts: BaseFacts & Partial<Pick<Facts, "grub" | "kdump">>,
  profile: Profile,
  ramBytes: bigint | null,
): Sized {
  const { recommended } = profile.crashkernel;
  const largePages = facts.arch === "aarch64" && LARGE_PAGES.test(targetKernel(facts)?.kernel ?? "");
  const key = largePages && recommended["aarch64-64k"] !== undefined ? "aarch64-64k" : facts.arch;
  const listed = recommended[key];
  if (listed === undefined)
    throw new RefusedError(`no size is known for ${profile.title} on ${facts.arch}`, {
      hint: "give one: --crashkernel SIZE",
    });
  const capture = collectCapture(reader, facts, profile, compared(ramBytes, facts));
  // packages differ by architecture, and each may have a source of its own
  const [every, own] = ["", `/${key}`].map((part) => profile.sources[`/crashkernel/recommended${part}`]);
  const source = own ?? every ?? "its profile";
  const input: SizingInput = {
    mode,
    machine: capture.machine,
    parts: capture.parts,
    calibration: capture.calibration,
    vendor: { expression: listed, source: `${profile.title}: ${source}` },
  };
  const fresh = recommend(input);
  const { estimates } = fresh;
  const { inputs } = capture;
  const warnings = [
    ...(largePages && key === facts.arch ? [FOR_SMALL_PAGES] : []),
    ...fresh.warnings,
    ...capture.warnings,
  ];
  if (fresh.kind === "refused") {
    const [refused = "nothing is recommended", ...others] = warnings;
    return {
      expression: listed,
      refused,
      estimates,
      inputs,
      why: fresh.why,
      decision: refused,
      warnings: others,
    };
  }
  const words = facts.grub === undefined ? [] : (standingWords(facts.grub, profile) ?? []);
  const pair = judgePair(words, fresh);
  if (mode === "auto" && pair !== null)
    return { ...pair, refused: null, estimates, inputs, why: [...fresh.why, pair.decision], warnings };
  const stands = only(words);
  const judged = stands === null ? null : judgeStanding(stands, input, fresh);
  const keep = judged?.keep === true;
  return {
    expression: keep && stands !== null ? stands : fresh.expression,
    refused: null,
    estimates,
    inputs,
    why: judged?.why == null ? fresh.why : [...fresh.why, judged.why],
    decision: keep && judged.why !== null ? judged.why : (fresh.why[fresh.why.length - 1] ?? ""),
    warnings: keep || judged?.why == null ? warnings : [judged.why, ...warnings],
  };
}

/** What is known against a size that was asked for by name; null: nothing. `bytes`: what the kernel will reserve. */
export function shortageOf(
  bytes: number,
  reader: Reader,
  facts: Facts,
  profile: Profile,
  ramBytes: bigint | null,
): Finding | null {
  return shortage(bytes, collectCapture(reader, facts, profile, compared(ramBytes, facts)));
}

/** The memory as the kernel compares it with a list: new ones round it up to 128 MiB. */
function compared(ramBytes: bigint | null, facts: BaseFacts): number | null {
  if (ramBytes === null) return null;
  const target = targetKernel(facts);
  const step = (target === null ? null : kernelTraits(target))?.rounding ?? 1n;
  return Number(((ramBytes + step - 1n) / step) * step);
}

/** The one crashkernel= that the sources give a normal entry; null for none, several, and what cannot be told. */
export function standing(grub: GrubFacts, profile: Profile): string | null {
  return only(standingWords(grub, profile) ?? []);
}

function only(words: readonly string[]): string | null {
  const [first, ...others] = words;
  return first === undefined || others.length > 0 ? null : first.slice("crashkernel=".length);
}

/** Every crashkernel= that they give it, in order; null for what cannot be told. */
function standingWords(grub: GrubFacts, { boot }: Profile): readonly string[] | null {
  const files = [grub.defaults, ...grub.dropIns].flatMap(({ path, state }) =>
    state.kind === "file" ? [{ path, text: state.text }] : [],
  );
  const evaluation = evaluateFiles(files, { shell: boot.shell });
  const words: string[] = [];
  for (const name of boot.variables) {
    const value = evaluation.values(name);
    if (value.kind === "unknown") return null;
    if (value.kind === "known") words.push(...crashkernelWords(value.text));
  }
  return words;
}

/** Bytes of the longest line that will boot with these words, by the menu there is; undefined where there is none. */
export function lineLength(grub: GrubFacts, words: readonly string[]): number | undefined {
  const state = grub.config?.state;
  return state?.kind === "file" ? (longestLine(readGrubCfg(state.text), words) ?? undefined) : undefined;
}
