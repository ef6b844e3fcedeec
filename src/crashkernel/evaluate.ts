/**
 * What a kernel makes of the `crashkernel=` parameters of a command line: the parser's answers put together the way
 * the architecture's `reserve_crashkernel()` does. What is reserved in the end also needs room on the memory map.
 */
import { Buffer } from "node:buffer";
import { type KernelTarget, type KernelTraits, kernelTraits } from "./generation.js";
import { CommandLine, type ParsedParameter } from "./kernel-parser.js";

const EINVAL = -22;

interface Common {
  /** the parser's log lines, in order, without a time stamp */
  readonly log: readonly string[];
  /** what the extra look for `,high` returned, where one was made and came to nothing; null otherwise */
  readonly highRet: number | null;
  /** the parameter that was taken (an index into the bytes of the line), and the entry of its list that matched */
  readonly token: number | null;
  readonly entry: number | null;
}

export type Evaluated =
  | (Common & {
      readonly ok: true;
      /** bytes; 0 when the parser is content and yet nothing is reserved */
      readonly reserved: bigint;
      /** bytes; 0: the kernel chooses the place */
      readonly base: bigint;
      readonly high: boolean;
      /** bytes below 4G that go with `,high`; null when it is no `,high` */
      readonly low: bigint | null;
      /** bytes of `,cma`; null when there is none */
      readonly cma: bigint | null;
    })
  | (Common & {
      readonly ok: false;
      /** the last line the parser logs; null when it says nothing */
      readonly error: string | null;
      /** negative errno of the parser; null when this kernel has no parser, or is not known */
      readonly ret: number | null;
      /** byte of the line where the parser gave up; null when it did not get that far */
      readonly stoppedAt: number | null;
    });

/**
 * `cmdline` as text (bytes past ASCII count as UTF-8), cut as the kernel cuts it; `systemRam` in bytes as the
 * kernel counts them. An unknown target gives `ok: false` with `ret: null` and a sentence in `error`.
 */
export function evaluateCmdline(cmdline: string, systemRam: bigint, target: KernelTarget): Evaluated {
  const traits = kernelTraits(target);
  if (traits !== null) return evaluateFor(traits, cmdline, systemRam);
  return { ...SILENT, ok: false, error: "this kernel release or architecture is not known", ret: null };
}

const SILENT = { log: [], highRet: null, token: null, entry: null, stoppedAt: null } as const;

export function evaluateFor(traits: KernelTraits, cmdline: string, systemRam: bigint): Evaluated {
  if (!traits.features.has("supported")) return { ...SILENT, ok: false, error: null, ret: null };
  const line = new CommandLine(bootCommandLine(cmdline, traits.commandLineSize), traits);
  const answer = combine(line, traits, systemRam);
  const { ret, found, high, low, highRet } = answer;
  const common = { log: line.log, highRet, token: found.token, entry: found.entry };
  // a bad number with a good start leaves its size behind, and the kernel reserves that
  const cma = traits.features.has("cma") && !answer.early ? line.find(",cma", 0n).size : 0n;
  if (ret !== 0)
    return {
      ...common,
      ok: false,
      error: line.log[line.log.length - 1] ?? null,
      ret,
      stoppedAt: found.stoppedAt,
    };
  return {
    ...common,
    ok: true,
    reserved: found.size,
    base: found.base,
    high,
    low,
    cma: cma === 0n ? null : cma,
  };
}

/** The bytes the kernel keeps: up to a NUL, and one less than COMMAND_LINE_SIZE. */
export function bootCommandLine(cmdline: string, size: number): string {
  const bytes = Buffer.from(cmdline.slice(0, size), "utf8")
    .toString("latin1")
    .slice(0, size - 1);
  const nul = bytes.indexOf("\0");
  return nul < 0 ? bytes : bytes.slice(0, nul);
}

interface Answer {
  readonly ret: number;
  /** the parameter that decides */
  readonly found: ParsedParameter;
  readonly high: boolean;
  readonly low: bigint | null;
  readonly highRet: number | null;
  /** the parser returned before it looked for `,cma` */
  readonly early: boolean;
}

function combine(line: CommandLine, traits: KernelTraits, ram: bigint): Answer {
  const plain = line.find(null, ram);
  const one = (ret: number, found: ParsedParameter, rest: Partial<Answer> = {}): Answer => ({
    ret,
    found,
    high: false,
    low: null,
    highRet: null,
    early: false,
    ...rest,
  });
  /** what the parser that all architectures share checks at its end */
  const checked = (found: ParsedParameter): number => {
    if (traits.features.has("zeroIsError") && found.size === 0n) return EINVAL;
    if (found.ret !== 0) return found.ret;
    return traits.features.has("sizeBelowMemory") && found.size >= ram ? EINVAL : 0;
  };
  switch (traits.high) {
    case "plain-only":
      return one(checked(plain), plain);
    case "if-none": {
      if (plain.ret === 0 && plain.size > 0n) return one(0, plain);
      const high = line.find(",high", 0n);
      if (high.ret !== 0 || high.size === 0n) return one(plain.ret, plain, { highRet: high.ret });
      const low = line.find(",low", 0n);
      return one(0, high, { high: true, low: low.ret === 0 ? low.size : traits.defaultLow });
    }
    case "if-absent":
    case "generic": {
      if (plain.token !== null) return one(checked(plain), plain);
      const generic = traits.high === "generic";
      const high = line.find(",high", 0n);
      if (high.ret !== 0 || high.size === 0n)
        return one(generic ? EINVAL : plain.ret, high.token === null ? plain : high, {
          highRet: generic ? null : high.ret,
          early: true,
        });
      const low = line.find(",low", 0n);
      if (low.token !== null && low.ret !== 0)
        return one(generic ? low.ret : plain.ret, low, { highRet: generic ? null : high.ret, early: true });
      return one(checked(high), high, { high: true, low: low.token === null ? traits.defaultLow : low.size });
    }
    default:
      return traits.high satisfies never;
  }
}
