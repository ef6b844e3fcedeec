/** What the wizard asks, in that order: only what cannot be read off the machine. */
import { formatBytes } from "../crashkernel/size.js";
import { KdumpError } from "../errors.js";
import type { Facts, NonEmpty } from "../types.js";
import type { Answer, Asker, Choice } from "../ui/asker.js";
import { printable } from "../ui/output.js";
import type { SetupRequest } from "./request.js";
import { standing } from "./size.js";
import type { Target } from "./target.js";
import { resolveWish, type Wish } from "./wish.js";
import { DUMP_QUESTIONS } from "./wizard-dump.js";

export interface Subject {
  readonly target: Target;
  readonly facts: Facts;
  readonly asker: Asker;
}

/** Asks, and answers with the request as it is wished then; null where there is nothing to ask. */
export type Question = (subject: Subject, request: SetupRequest) => Promise<Answer<SetupRequest>> | null;

export const QUESTIONS: NonEmpty<Question> = [askSize, ...DUMP_QUESTIONS, askReboot];

type Size =
  | { readonly kind: "expression"; readonly text: string }
  | { readonly kind: "own" }
  | { readonly kind: "none" };

async function askSize(subject: Subject, request: SetupRequest): Promise<Answer<SetupRequest>> {
  for (;;) {
    const chosen = await subject.asker.choose(sizeChoice(subject, request));
    if (chosen.kind !== "answer") return chosen;
    const size = chosen.value;
    if (size.kind === "none")
      return { kind: "answer", value: { ...request, crashkernel: null, disable: true, dump: null } };
    const reserving = { ...request, disable: false };
    if (size.kind === "expression")
      return { kind: "answer", value: { ...reserving, crashkernel: size.text } };
    const own = await subject.asker.line({
      message: "crashkernel=",
      initial: "",
      check: (text) => checked(wishFor(text, subject)),
    });
    if (own.kind === "back") continue;
    return own.kind === "leave" ? own : { kind: "answer", value: { ...reserving, crashkernel: own.value } };
  }
}

function sizeChoice(subject: Subject, request: SetupRequest): Choice<Size> {
  const { facts, target } = subject;
  const choices: Choice<Size>["choices"][number][] = [];
  const offer = (name: string, text: string, wish: Wish | string, note?: string): void => {
    if (typeof wish === "string") return;
    const reserved = wish.reservedBytes === null ? "" : `: ${formatBytes(wish.reservedBytes)} here`;
    choices.push({
      title: `${name}${reserved}`,
      value: { kind: "expression", text },
      note: printable(note ?? `crashkernel=${wish.expression}`),
    });
  };
  const auto = wishFor("auto", subject);
  const stands = standing(facts.grub, target.profile);
  const left = stands === null ? null : wishFor(stands, subject);
  const recommended = typeof auto === "string" ? "" : auto.expression;
  const vendor = target.profile.crashkernel.recommended[facts.arch];
  const own = vendor === undefined || vendor !== stands ? "" : ", the distribution's own";
  // what would be refused is not offered as good enough to stay
  const stays = left !== null && typeof left !== "string" && left.reasons.length === 0;
  if (stands !== null && stands === recommended) offer(`leave it as it is${own}: it is enough`, stands, auto);
  else {
    offer(
      "auto, as this machine needs",
      "auto",
      auto,
      typeof auto === "string" ? "" : auto.sizing[auto.sizing.length - 1],
    );
    if (stands !== null && left !== null && stays) offer(`leave it as it is${own}`, stands, left);
  }
  if (vendor !== undefined && vendor !== recommended && !(stays && vendor === stands))
    offer("the distribution's own", vendor, wishFor(vendor, subject));
  choices.push({
    title: "an own expression",
    value: { kind: "own" },
    note: "a size or a list of ranges, checked while you type",
  });
  choices.push({
    title: "no crash dumps: give the memory back",
    value: { kind: "none" },
    note: "takes every crashkernel= out and disables the service",
  });
  const [first, ...rest] = choices;
  if (first === undefined) throw new Error("there is always an own expression to offer");
  const before = choices.findIndex(({ value }) =>
    value.kind === "expression"
      ? value.text === request.crashkernel
      : value.kind === "none" && request.disable,
  );
  return {
    message: "Memory for the capture kernel?",
    choices: [first, ...rest],
    initial: Math.max(0, before),
  };
}

/** What is wrong with it, or what it comes to. */
function wishFor(text: string, { facts, target }: Subject): Wish | string {
  try {
    return resolveWish(text, facts, target.profile, target.machine);
  } catch (error) {
    if (error instanceof KdumpError) return error.message;
    throw error;
  }
}

function checked(wish: Wish | string): { readonly ok: boolean; readonly says: string } {
  if (typeof wish === "string") return { ok: false, says: wish.replace(/^--crashkernel[^:]*: /, "") };
  const [objection] = wish.reasons;
  if (objection !== undefined) return { ok: false, says: objection.text };
  const [warning] = wish.warnings;
  const reserved =
    wish.reservedBytes === null
      ? "what it reserves is not known"
      : `reserves ${formatBytes(wish.reservedBytes)} here`;
  return { ok: true, says: warning === undefined ? reserved : `${reserved}; ${warning}` };
}

function askReboot({ facts, asker }: Subject, request: SetupRequest): Promise<Answer<SetupRequest>> | null {
  if (facts.image) return null;
  const question: Choice<boolean> = {
    message: "It takes effect at a boot. Reboot at the end?",
    choices: [
      { title: "no, I reboot later", value: false },
      { title: "yes, reboot this machine at the end", value: true },
    ],
    initial: request.reboot ? 1 : 0,
  };
  return asker
    .choose(question)
    .then((answer) =>
      answer.kind === "answer" ? { kind: "answer", value: { ...request, reboot: answer.value } } : answer,
    );
}
