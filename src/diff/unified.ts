import type { ByteText, FileState, Plan, Step } from "../types.js";

export interface FileDiff {
  readonly path: string;
  /** unified diff as text, ready to be shown; "" when nothing differs */
  readonly diff: string;
}

/** A unified diff a file of what the plan writes or removes. The generated configuration is not known yet. */
export async function diffPlan(plan: Plan): Promise<readonly FileDiff[]> {
  const diffs: FileDiff[] = [];
  for (const step of plan.steps) {
    const change = fileChange(step);
    if (change !== null) diffs.push(await unifiedDiff(change.path, change.before, change.after));
  }
  return diffs;
}

function fileChange(step: Step): { path: string; before: ByteText | null; after: ByteText | null } | null {
  if (step.kind === "write-file") return { path: step.path, before: textOf(step.before), after: step.text };
  if (step.kind === "remove-file") return { path: step.path, before: textOf(step.before), after: null };
  return null;
}

function textOf(state: FileState): ByteText | null {
  return state.kind === "file" ? state.text : null;
}

/** null stands for a file that is not there. */
export async function unifiedDiff(
  path: string,
  before: ByteText | null,
  after: ByteText | null,
): Promise<FileDiff> {
  const { createTwoFilesPatch } = await import("diff");
  const from = before === null ? "/dev/null" : path;
  const to = after === null ? "/dev/null" : path;
  const patch = createTwoFilesPatch(from, to, toText(before), toText(after), undefined, undefined, {
    context: 3,
  });
  // the package begins with "Index:" and a line of "=", which diff(1) does not write
  return { path, diff: patch.replace(/^(Index: .*\n)?=+\n/, "") };
}

function toText(bytes: ByteText | null): string {
  return bytes === null ? "" : Buffer.from(bytes, "latin1").toString("utf8");
}
