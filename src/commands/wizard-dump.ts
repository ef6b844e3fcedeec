/** What the wizard asks about the dump itself: nothing, unless somebody wants another setting than there is. */
import { effectiveDumpSettings, known } from "../plan/effective-dump-settings.js";
import type { DumpWishes } from "../types.js";
import type { Answer, Choice } from "../ui/asker.js";
import { printable } from "../ui/output.js";
import type { SetupRequest } from "./request.js";
import type { DumpQuestion } from "./wizard-dump-answers.js";
import { roomFor } from "./wizard-dump-room.js";
import { askFailAction, askKeep, askLevel, askPanicOn } from "./wizard-dump-what.js";
import { askDirectory, askKey, askTarget } from "./wizard-dump-where.js";
import type { Question, Subject } from "./wizard-questions.js";

export const NO_WISHES: DumpWishes = {
  level: null,
  directory: null,
  target: null,
  keyFile: null,
  failAction: null,
  keepDumps: null,
  panicOn: null,
};

export const DUMP_QUESTIONS: readonly Question[] = [
  askWhether,
  whenWished(askTarget),
  whenWished(askDirectory),
  whenWished(askKey),
  whenWished(askLevel),
  whenWished(askFailAction),
  whenWished(askKeep),
  whenWished(askPanicOn),
];

/** Only where settings are to be changed at all. */
function whenWished(ask: DumpQuestion): Question {
  return (subject, request) => {
    if (request.dump === null) return null;
    const asked = ask(subject, request.dump, request);
    return (
      asked?.then((answer) =>
        answer.kind === "answer" ? { kind: "answer", value: { ...request, dump: answer.value } } : answer,
      ) ?? null
    );
  };
}

async function askWhether(subject: Subject, request: SetupRequest): Promise<Answer<SetupRequest>> {
  const { asker, facts, target } = subject;
  const now = effectiveDumpSettings(facts, target.profile);
  const level = known(now.level);
  const kept = known(now.keepDumps);
  const goes = known(now.targets)?.map((one) => (one.kind === "local" ? "" : `${one.kind} ${one.where}, `));
  const stands = `${goes?.join("") ?? ""}${known(now.directory) ?? "an unknown directory"}, level ${level ?? "not known"}, ${kept === null ? "all kept" : `${kept} kept`}`;
  const question: Choice<DumpWishes | null> = {
    message: "The dump itself?",
    about: await roomFor(subject, request, NO_WISHES),
    choices: [
      { title: "as it is set now", value: null, note: printable(stands) },
      {
        title: "other settings",
        value: request.dump ?? NO_WISHES,
        note: "where it goes, what it leaves out, what follows when it fails, what panics",
      },
    ],
    initial: request.dump === null ? 0 : 1,
  };
  return asker
    .choose(question)
    .then((answer) =>
      answer.kind === "answer" ? { kind: "answer", value: { ...request, dump: answer.value } } : answer,
    );
}

/** Wishes that wish nothing are none. */
export function ifAny(wishes: DumpWishes | null): DumpWishes | null {
  return wishes === null || Object.values(wishes).every((wish) => wish === null) ? null : wishes;
}
