/** What a dump leaves out, what follows when it fails, how many stay, and what makes the kernel panic. */
import { describeLevel, FAIL_ACTIONS, levelTable, PANIC_TRIGGERS } from "../plan/dump-choices.js";
import { effectiveDumpSettings, known } from "../plan/effective-dump-settings.js";
import type { DumpWishes, FailAction, NonEmpty, PanicTrigger } from "../types.js";
import type { Answer } from "../ui/asker.js";
import { printable } from "../ui/output.js";
import { checked, wishing } from "./wizard-dump-answers.js";
import type { Subject } from "./wizard-questions.js";

/** 23 keeps what processes have in memory, 1 and 0 are for those who look into everything. */
const LEVELS = [31, 23, 1, 0];

export async function askLevel(
  { asker, facts, target }: Subject,
  wishes: DumpWishes,
): Promise<Answer<DumpWishes>> {
  for (;;) {
    const now = known(effectiveDumpSettings(facts, target.profile).level);
    const chosen = await asker.choose<number | null | "own">({
      message: "What does a dump leave out?",
      about: levelTable(LEVELS.includes(now ?? 0) ? LEVELS : [now ?? 0, ...LEVELS]),
      choices: [
        {
          title: `as it is set now: ${now === null ? "not known" : now}`,
          value: null,
          ...(now === null ? {} : { note: describeLevel(now) }),
        },
        ...LEVELS.filter((level) => level !== now).map((level) => ({
          title: `level ${level}`,
          value: level,
          note: describeLevel(level),
        })),
        {
          title: "another level",
          value: "own",
          note: "the sum of 1 zero, 2 cache, 4 cache private as well, 8 user, 16 free",
        },
      ],
      initial: 0,
    });
    if (chosen.kind !== "answer") return chosen;
    if (chosen.value !== "own") return { kind: "answer", value: { ...wishes, level: chosen.value } };
    const own = await asker.line({
      message: "Level, 0 to 31",
      initial: "",
      check: (text) => checked({ dumpLevel: text }, ({ level }) => describeLevel(level ?? 0)),
    });
    if (own.kind === "back") continue;
    return own.kind === "leave" ? own : { kind: "answer", value: { ...wishes, level: Number(own.value) } };
  }
}

export function askFailAction(
  { asker, facts, target }: Subject,
  wishes: DumpWishes,
): Promise<Answer<DumpWishes>> {
  const { values } = target.profile.kdump.settings.failAction;
  const now = known(effectiveDumpSettings(facts, target.profile).failAction);
  const stands = typeof now === "string" ? FAIL_ACTIONS[now] : (now?.other ?? "not known");
  const possible = actions().filter((name) => values[name] !== null && name !== now);
  return wishing(
    asker.choose<FailAction | null>({
      message: "When a dump cannot be saved?",
      choices: [
        { title: printable(`as it is set now: ${stands}`), value: null },
        ...possible.map((name) => ({ title: `${name}: ${FAIL_ACTIONS[name]}`, value: name })),
      ],
      initial: Math.max(0, [null, ...possible].indexOf(wishes.failAction)),
    }),
    (failAction) => ({ ...wishes, failAction }),
  );
}

function actions(): readonly FailAction[] {
  return Object.keys(FAIL_ACTIONS) as FailAction[];
}

export function askKeep(
  { asker, facts, target }: Subject,
  wishes: DumpWishes,
): Promise<Answer<DumpWishes>> | null {
  if (target.profile.kdump.settings.keepDumps === null) return null;
  const now = known(effectiveDumpSettings(facts, target.profile).keepDumps);
  return wishing(
    asker.line({
      message: "How many dumps are kept? (all, or a number)",
      initial: String(wishes.keepDumps ?? now ?? "all"),
      check: (text) =>
        text === "all" && now === null
          ? { ok: true, says: "nothing is removed" }
          : checked({ keepDumps: text }),
    }),
    (text) => ({ ...wishes, keepDumps: text === "all" || Number(text) === now ? null : Number(text) }),
  );
}

const EVERYTHING = Object.keys(PANIC_TRIGGERS) as PanicTrigger[];

export function askPanicOn({ asker, facts }: Subject, wishes: DumpWishes): Promise<Answer<DumpWishes>> {
  const x86 = facts.arch === "x86_64";
  const all = EVERYTHING.filter((name) => x86 || !PANIC_TRIGGERS[name].x86Only);
  const choices: NonEmpty<{ title: string; value: readonly PanicTrigger[] | null; note?: string }> = [
    { title: "as it is set now", value: null },
    {
      title: "an oops as well",
      value: ["oops"],
      note: `${PANIC_TRIGGERS.oops.on}: the machine crashes and reboots instead of going on`,
    },
    {
      title: "an oops and a lockup as well",
      value: ["oops", "softlockup", "hardlockup"],
      note: `also ${PANIC_TRIGGERS.softlockup.on}, ${PANIC_TRIGGERS.hardlockup.on}`,
    },
    { title: "everything there is", value: all, note: all.join(", ") },
  ];
  return wishing(
    asker.choose({ message: "What else is to make the kernel panic?", choices, initial: 0 }),
    (panicOn) => ({
      ...wishes,
      panicOn,
    }),
  );
}
