import { bootFileNames } from "../machine/boot-files.js";
import type { Facts, NonEmpty, Plan, Reason } from "../types.js";
import type { Output } from "../ui/output.js";
import { showWarnings } from "../ui/show.js";
import { judgeCandidate } from "../verify/candidate.js";
import type { Target } from "./target.js";

/**
 * Before somebody is asked: what would the generator make of the sources as they are? Differences that have nothing
 * to do with us (an edit never applied, a new kernel) are shown now, and a generator that fails is known now.
 */
export async function previewProblems(
  target: Target,
  facts: Facts,
  plan: Plan,
  output: Output,
  signal: AbortSignal,
): Promise<NonEmpty<Reason> | null> {
  const step = plan.steps.find((one) => one.kind === "regenerate");
  if (step?.kind !== "regenerate") return null;
  const argv = target.profile.boot.preview;
  const env = step.command.env === undefined ? {} : { env: step.command.env };
  const ran = await target.machine.run(
    { argv, timeoutSeconds: step.command.timeoutSeconds, ...env },
    { signal },
  );
  if (ran.exitCode !== 0) {
    const end = ran.failure ?? `ends with ${ran.exitCode}`;
    const said = ran.stderr.trim().split("\n").slice(-3).join(" | ");
    return [
      {
        id: "generator-fails",
        severity: "refusal",
        text: `${argv.join(" ")} ${end} already without any change: ${said}`,
      },
    ];
  }
  const text = ran.stdoutBytes;
  const after = {
    kind: "file" as const,
    target: step.candidate,
    text,
    mode: 0o600,
    uid: 0,
    gid: 0,
    sha256: "",
  };
  const bootFiles = bootFileNames(target.machine);
  const verdict = judgeCandidate(
    { before: facts.grub.config?.state ?? { kind: "absent" }, after, words: null, bootFiles },
    null,
  );
  showWarnings(output, verdict.warnings);
  const [first, ...rest] = verdict.problems.map(
    (problem): Reason => ({
      id: "generator-drift",
      severity: "refusal",
      text: `${argv.join(" ")} would write something unsafe already without any change: ${problem}`,
    }),
  );
  return first === undefined ? null : [first, ...rest];
}
