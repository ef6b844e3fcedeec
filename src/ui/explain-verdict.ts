/** What the kernel makes of it, and how sure that is, in sentences. */
import type { Evaluated } from "../crashkernel/evaluate.js";
import type { Explanation } from "../crashkernel/explain.js";
import { NOT_PLACED } from "../crashkernel/finding.js";
import type { Room } from "../crashkernel/room.js";
import { exactBytes, formatBytes } from "../crashkernel/size.js";
import { plainCharacters } from "./output.js";

const NOTHING = "The kernel reserves nothing.";

/** The kernel's answer. Without a map of the memory its parser's only: `room` is null then. */
export function verdictLines(explanation: Explanation, room: Room | null): readonly string[] {
  const { evaluated, traits } = explanation;
  if (evaluated === null) return ["What the kernel reserves cannot be said."];
  const logs = evaluated.log.map((line) => `The kernel logs: ${plainCharacters(line)}`);
  if (!evaluated.ok) {
    const silent = evaluated.log.length === 0 && traits?.features.has("supported") === true;
    return [NOTHING, ...logs, ...(silent ? ["It logs nothing about it."] : [])];
  }
  if (evaluated.reserved === 0n) return [NOTHING, ...logs];
  const size = formatBytes(evaluated.reserved);
  if (room?.fit.kind === "no-room")
    return [`The kernel takes it for ${size} and looks for a place.`, ...logs];
  if (explanation.findings.some(({ id, severity }) => severity === "error" && NOT_PLACED.has(id)))
    return [`The kernel takes it for ${size}, finds no place for it and reserves nothing.`, ...logs];
  const cma = evaluated.cma === null ? [] : [`${formatBytes(evaluated.cma)} more come from CMA.`];
  const placed = room?.fit.kind === "placed";
  return [
    `The kernel ${placed ? "reserves" : "takes it for"} ${size} ${where(evaluated, explanation)}.`,
    ...(placed
      ? []
      : [...lowLines(explanation), "Whether a block is free there is only known on the machine."]),
    ...cma,
    ...logs,
  ];
}

function where(evaluated: Extract<Evaluated, { readonly ok: true }>, { low }: Explanation): string {
  if (!evaluated.high)
    return evaluated.base === 0n ? "and chooses the place" : `at ${formatBytes(evaluated.base)}, or nothing`;
  if (low?.kind === "below") return "and looks above 4 GiB first";
  const part = evaluated.low ?? 0n;
  const below =
    part === 0n ? "nothing below it" : `${formatBytes(part)} below it for devices that reach no further`;
  return `above 4 GiB where it can, with ${below}`;
}

function lowLines({ low, ramBytes }: Explanation): readonly string[] {
  switch (low?.kind) {
    case "with":
      return [
        `It lies above 4 GiB, and takes ${formatBytes(low.bytes)} more below 4 GiB for devices that reach no further.`,
      ];
    case "perhaps":
      return [
        `Without a place below 4 GiB it lies above, and takes ${formatBytes(low.bytes)} more below 4 GiB.`,
      ];
    case "below":
      return [
        `A machine with ${formatBytes(ramBytes ?? 0n)} has no memory above 4 GiB as a rule: it lies below, and no low part goes with it.`,
      ];
    case undefined:
      return [];
    default:
      return low satisfies never;
  }
}

/** Where it would lie on this machine, and how sure that is. */
export function roomLines(room: Room): readonly string[] {
  const { fit, largestBelow, largestAbove, align } = room;
  const free = `Largest free block: ${formatBytes(largestBelow)} below 4 GiB, ${formatBytes(largestAbove)} above${align === null ? "" : `, in steps of ${exactBytes(align)}`}.`;
  switch (fit.kind) {
    case "placed": {
      const low =
        fit.low === null
          ? ""
          : `, and ${formatBytes(fit.low.end - fit.low.start)} of low memory at ${formatBytes(fit.low.start)}`;
      return [
        `It fits as the memory is laid out now: at ${formatBytes(fit.crash.start)}${low}.`,
        ...kaslrLines(room),
        free,
      ];
    }
    case "no-room": {
      const what = {
        main: "It does not fit",
        low: "Its low part does not fit",
        offset: "It does not fit at that place",
      };
      const logs = fit.log.map((line) => `The kernel logs: ${plainCharacters(line)}`);
      return [`${what[fit.what]} on this machine: nothing is reserved.`, ...logs, free];
    }
    case "nothing":
      return [free];
    case "unknown":
      return ["How this kernel looks for a place is not known here.", free];
    default:
      return fit satisfies never;
  }
}

function kaslrLines({ kaslr, imageBytes }: Room): readonly string[] {
  if (kaslr === null || imageBytes === null) return [];
  const image = `its own ${formatBytes(imageBytes)}`;
  return kaslr === "steady"
    ? [`With KASLR the kernel puts ${image} elsewhere at each boot, and it fits all the same.`]
    : [
        `With KASLR the kernel puts ${image} elsewhere at each boot: in a bad place it fits only elsewhere, or not at all.`,
      ];
}
