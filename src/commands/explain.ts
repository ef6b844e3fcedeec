import { normalizeArch, UNAME_NAMES } from "../crashkernel/arch.js";
import { assignedLine, lineOfTyped, type Typed } from "../crashkernel/blank.js";
import { type Explanation, explain as explainLine } from "../crashkernel/explain.js";
import { kernelTraits } from "../crashkernel/generation.js";
import { parseMemoryMap } from "../crashkernel/memory-map.js";
import { type Room, roomOn } from "../crashkernel/room.js";
import { formatBytes, parseSize } from "../crashkernel/size.js";
import { EXIT, type ExitCode, KdumpError, UsageError } from "../errors.js";
import { collectArch } from "../facts/arch.js";
import { targetKernel } from "../facts/boots.js";
import { collectBase } from "../facts/collect.js";
import type { Reader } from "../machine/machine.js";
import { openReader } from "../machine/reader.js";
import type { BaseFacts } from "../types.js";
import { showExplanation } from "../ui/explain.js";
import type { Output } from "../ui/output.js";
import { showSized } from "../ui/sized.js";
import { aboutAuto, checkDistro, recommendation } from "./explain-auto.js";
import { type ExplainResult, explanationDocument, sizedDocument } from "./explain-document.js";
import type { Outcome } from "./outcome.js";
import type { ExplainRequest } from "./request.js";
import { ABOUT_THIS_MACHINE } from "./wish.js";

/** What a kernel does with an expression or a whole line. Changes nothing, needs no root and, but for `auto`, no profile. */
export function explain(request: ExplainRequest, output: Output): Outcome {
  const reader = openReader(request.root);
  const { arch, kernel } = request;
  checkNames(request);
  // the memory is taken as it was written, for a size may be past what a number holds
  const base = collectBase(reader, {
    ...(arch === undefined ? {} : { arch }),
    ...(kernel === undefined ? {} : { kernel }),
  });
  const ramBytes = memory(request.ram, base);
  const mode = request.line === "auto" || request.line === "tight" ? request.line : null;
  const sized = mode === null ? null : recommendation(mode, reader, base, request.distro, ramBytes);
  const { line, cut } = lineOf(request, sized?.expression ?? null);
  const target = targetKernel(base);
  if ((kernel !== undefined || arch !== undefined) && target !== null && kernelTraits(target) === null)
    throw new UsageError(`${target.kernel} on ${target.arch} is no kernel that is known here`, {
      hint: "write a release such as 6.1, el8.8 or what uname -r says, and an architecture as uname -m says it",
    });
  const explanation = explainLine(line, { ramBytes, target }, cut);
  const room = roomOf(reader, request.ram, base, explanation);
  const result = resultOf(explanation, room);
  const notes = about(request, base, target?.kernel ?? null);
  const first = mode === null || sized === null ? [] : aboutAuto(mode, sized, request, base);
  const works =
    result === "not-accepted"
      ? working(
          [() => recommendation("auto", reader, base, request.distro, ramBytes).expression, () => "256M"],
          {
            ramBytes,
            target,
          },
        )
      : null;
  const source = memorySource(request.ram, base);
  showExplanation(output, explanation, { first, notes, memory: source, result, room, works });
  if (sized !== null) showSized(output, sized);
  const document = explanationDocument(explanation, { result, notes, room });
  return {
    exit: EXITS[result],
    document: sized === null ? document : { ...document, ...sizedDocument(sized) },
  };
}

const EXITS: Readonly<Record<ExplainResult, ExitCode>> = {
  reserves: EXIT.ok,
  unknown: EXIT.ok,
  nothing: EXIT.refused,
  "not-accepted": EXIT.usage,
};

/** Errors of a line with nothing malformed on it. A set-up run takes neither. */
const WELL_FORMED: ReadonlySet<string> = new Set(["no-parameter", "size-zero"]);

/** As a set-up run takes it: what no machine takes is wrong use, what this machine does not take is refused. */
function resultOf({ evaluated, findings }: Explanation, room: Room | null): ExplainResult {
  const errors = findings.filter((finding) => finding.severity === "error");
  const reserves = evaluated?.ok === true && evaluated.reserved > 0n;
  if (errors.some(({ id }) => !ABOUT_THIS_MACHINE.has(id) && !WELL_FORMED.has(id))) return "not-accepted";
  if (errors.length > 0 || room?.fit.kind === "no-room") return "nothing";
  if (evaluated === null) return "unknown";
  return reserves ? "reserves" : "nothing";
}

function lineOf(request: ExplainRequest, recommended: string | null): Typed {
  if (recommended !== null) return { line: `crashkernel=${recommended}`, cut: null };
  const assigned = assignedLine(request.line);
  if (assigned !== null) return { line: assigned.line, cut: null };
  return request.whole ? { line: request.line, cut: null } : lineOfTyped(request.line);
}

/** Options that nothing else looks at where an expression is given. */
function checkNames({ arch, kernel, distro, line, whole }: ExplainRequest): void {
  if (!whole && line.trim() === "")
    throw new UsageError("the expression is empty", { hint: "write for example kdump-setup explain 256M" });
  if (kernel?.trim() === "")
    throw new UsageError("--kernel is empty", { hint: "write a release, as uname -r says it" });
  if (arch !== undefined && normalizeArch(arch) === null)
    throw new UsageError(`--arch ${JSON.stringify(arch)} is not known`, {
      hint: `known are ${UNAME_NAMES.join(", ")}`,
    });
  if (distro !== undefined) checkDistro(distro);
}

const LEAST_MEMORY = 16n << 20n;

function memory(ram: string | undefined, base: BaseFacts): bigint | null {
  if (ram === undefined) return base.memory === null ? null : BigInt(base.memory.bytes);
  const size = parseSize(ram);
  if (size.kind === "ok" && size.bytes >= LEAST_MEMORY) return size.bytes;
  if (size.kind === "ok")
    throw new UsageError(`--ram ${ram} is ${formatBytes(size.bytes)}, less than any machine has`, {
      hint: /^[1-9][0-9]*$/.test(ram) ? `did you mean ${ram}M?` : "write for example --ram 16G",
    });
  const short = /^([0-9]+[KMGT])i?B$/i.exec(ram)?.[1];
  if (short !== undefined)
    throw new UsageError(`--ram ${ram}: a unit is one letter`, { hint: `write ${short.toUpperCase()}` });
  throw new UsageError(`--ram ${JSON.stringify(ram)}: ${size.message}`, {
    hint: "write for example --ram 16G",
  });
}

function memorySource(ram: string | undefined, base: BaseFacts): string {
  if (ram !== undefined) return "--ram";
  if (base.memory === null) return "not known: give --ram";
  switch (base.memory.source) {
    case "iomem":
      return "System RAM of /proc/iomem";
    case "memory-blocks":
      return "estimated from /sys/devices/system/memory; root can read the exact value";
    case "meminfo":
      return "estimated from /proc/meminfo; root can read the exact value";
    case "option":
      return "--ram";
    default:
      return base.memory.source satisfies never;
  }
}

/** The first of the values, each without its name, that has nothing against it there; null when all have. */
function working(
  values: readonly (() => string)[],
  machine: Parameters<typeof explainLine>[1],
): string | null {
  for (const value of values) {
    let expression: string;
    try {
      expression = value();
    } catch (error) {
      // no profile fits, or it has no list for this architecture
      if (error instanceof KdumpError) continue;
      throw error;
    }
    const { evaluated, findings } = explainLine(`crashkernel=${expression}`, machine);
    const takes = evaluated === null || (evaluated.ok && evaluated.reserved > 0n);
    if (takes && !findings.some(({ severity }) => severity === "error" || severity === "objection"))
      return expression;
  }
  return null;
}

/** Only for the machine we run on: of another one the memory's size is known at most. */
function roomOf(
  reader: Reader,
  ram: string | undefined,
  base: BaseFacts,
  { line, traits }: Explanation,
): Room | null {
  if (reader.image || ram !== undefined || traits === null || base.memory?.source !== "iomem") return null;
  if (traits.arch !== normalizeArch(collectArch(reader))) return null;
  const map = parseMemoryMap(reader.readText("/proc/iomem") ?? "");
  return map === null ? null : roomOn(line, map, traits);
}

function about(request: ExplainRequest, base: BaseFacts, kernel: string | null): readonly string[] {
  const inside = base.blockers.some(({ id }) => id === "container" || id === "wsl");
  const host = inside && !base.image && (request.ram === undefined || request.kernel === undefined);
  const assigned = assignedLine(request.line);
  return [
    ...(assigned === null
      ? []
      : [`the kernel gets what stands between the quotation marks of ${assigned.name}`]),
    ...(host ? ["this is a container: its kernel and memory are the host's"] : []),
    ...(!base.image && !base.effectiveRoot && request.ram === undefined
      ? ["root is told, too, where in memory it would lie"]
      : []),
    ...(kernel === null ? ["no kernel is installed there: give --kernel"] : []),
  ];
}
