/** What the questions about the dump share. */
import { UsageError } from "../errors.js";
import type { DumpWishes } from "../types.js";
import type { Answer } from "../ui/asker.js";
import { dumpWishes } from "./options/dump.js";
import type { SetupRequest } from "./request.js";
import type { Subject } from "./wizard-questions.js";

export type DumpQuestion = (
  subject: Subject,
  wishes: DumpWishes,
  request: SetupRequest,
) => Promise<Answer<DumpWishes>> | null;

export function wishing<T>(
  asked: Promise<Answer<T>>,
  take: (value: T) => DumpWishes,
): Promise<Answer<DumpWishes>> {
  return asked.then((answer) =>
    answer.kind === "answer" ? { kind: "answer", value: take(answer.value) } : answer,
  );
}

/** What the option of the same meaning would say to it. */
export function checked(
  args: Readonly<Record<string, string>>,
  says: (wishes: DumpWishes) => string = () => "",
): { readonly ok: boolean; readonly says: string } {
  try {
    const wishes = dumpWishes(args);
    return { ok: true, says: wishes === null ? "" : says(wishes) };
  } catch (error) {
    if (error instanceof UsageError) return { ok: false, says: error.message };
    throw error;
  }
}
