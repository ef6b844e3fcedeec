/** Where a dump goes. */
import { type EffectiveTarget, effectiveDumpSettings, known } from "../plan/effective-dump-settings.js";
import type { DumpTarget, DumpWishes } from "../types.js";
import type { Answer } from "../ui/asker.js";
import { printable } from "../ui/output.js";
import { dumpWishes } from "./options/dump.js";
import type { SetupRequest } from "./request.js";
import { checked } from "./wizard-dump-answers.js";
import { roomFor } from "./wizard-dump-room.js";
import type { Subject } from "./wizard-questions.js";

export async function askTarget(
  { asker, facts, target }: Subject,
  wishes: DumpWishes,
): Promise<Answer<DumpWishes>> {
  const now = known(effectiveDumpSettings(facts, target.profile).targets);
  for (;;) {
    const kinds: readonly (DumpTarget["kind"] | null)[] = [null, "local", "nfs", "ssh"];
    const chosen = await asker.choose({
      message: "Where does a dump go?",
      choices: [
        {
          title: "as it is set now",
          value: null,
          note: now === null ? "which is not known" : printable(now.map(placeOf).join(", ")),
        },
        { title: "a directory of this machine", value: "local" as const },
        { title: "an NFS export", value: "nfs" as const },
        { title: "another host, by SSH", value: "ssh" as const },
      ],
      initial: Math.max(0, kinds.indexOf(wishes.target?.kind ?? null)),
    });
    if (chosen.kind !== "answer") return chosen;
    const kind = chosen.value;
    if (kind === null || kind === "local")
      return { kind: "answer", value: { ...wishes, target: kind === null ? null : { kind } } };
    const before = wishes.target?.kind === kind ? wishes.target.where : "";
    const where = await asker.line({
      message: kind === "nfs" ? "HOST:PATH of the export" : "USER@HOST",
      initial: before,
      check: (text) => checked({ target: `${kind}:${text}` }),
    });
    if (where.kind === "back") continue;
    if (where.kind === "leave") return where;
    const { target = null } = dumpWishes({ target: `${kind}:${where.value}` }) ?? {};
    return { kind: "answer", value: { ...wishes, target } };
  }
}

function placeOf(target: EffectiveTarget): string {
  if (target.kind === "local") return "a directory of this machine";
  return `${target.kind === "other" ? target.key : target.kind} ${target.where}`;
}

export async function askDirectory(
  subject: Subject,
  wishes: DumpWishes,
  request: SetupRequest,
): Promise<Answer<DumpWishes>> {
  const { facts, target } = subject;
  const now = known(effectiveDumpSettings(facts, target.profile).directory) ?? "";
  const asked = await subject.asker.line({
    message: "Directory for dumps",
    about: await roomFor(subject, request, wishes),
    initial: wishes.directory ?? now,
    check: (text) => checked({ coreDir: text }),
  });
  if (asked.kind !== "answer") return asked;
  const { directory = null } = dumpWishes({ coreDir: asked.value }) ?? {};
  return { kind: "answer", value: { ...wishes, directory: directory === now ? null : directory } };
}

export function askKey(
  { asker, facts, target }: Subject,
  wishes: DumpWishes,
): Promise<Answer<DumpWishes>> | null {
  if (wishes.target?.kind !== "ssh") return null;
  const now = known(effectiveDumpSettings(facts, target.profile).keyFile) ?? "";
  return asker
    .line({
      message: "Private key for it",
      initial: wishes.keyFile ?? now,
      check: (text) => checked({ target: "ssh:a@b", sshKey: text }),
    })
    .then((asked) =>
      asked.kind === "answer"
        ? { kind: "answer", value: { ...wishes, keyFile: asked.value === now ? null : asked.value } }
        : asked,
    );
}
