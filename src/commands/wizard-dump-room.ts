import { aboutBytes } from "../crashkernel/size.js";
import { effectiveDumpSettings, known } from "../plan/effective-dump-settings.js";
import type { DumpWishes } from "../types.js";
import { printable } from "../ui/output.js";
import { wrapped } from "../ui/wrap.js";
import { withDumpSpace } from "./dump-space.js";
import type { SetupRequest } from "./request.js";
import type { Subject } from "./wizard-questions.js";

/** What is free where dumps go, and what one may take there: a line for above the question, none where neither is known. */
export async function roomFor(
  { facts, target }: Subject,
  request: SetupRequest,
  wishes: DumpWishes,
): Promise<readonly string[]> {
  const directory = wishes.directory ?? known(effectiveDumpSettings(facts, target.profile).directory) ?? null;
  const { dumpSpace } = await withDumpSpace({ ...request, dump: { ...wishes, directory } }, target);
  const most = facts.memory === null ? null : aboutBytes(facts.memory.bytes);
  const need = most === null ? "" : `A dump takes at most the memory, ${most}, and mostly far less.`;
  const free =
    dumpSpace === undefined || directory === null
      ? ""
      : `${printable(directory)}: ${aboutBytes(dumpSpace)} are free.`;
  const line = [free, need].filter((part) => part !== "").join(" ");
  return line === "" ? [] : [wrapped(line, 0)];
}
