import type { FileState, NamedFile, Reason, SourceFile, Step } from "../types.js";

/** What one part of the thinking contributes to a plan. */
export interface Part {
  readonly steps: readonly Step[];
  readonly reasons: readonly Reason[];
  readonly warnings: readonly string[];
  readonly why: readonly string[];
}

export const NOTHING: Part = { steps: [], reasons: [], warnings: [], why: [] };

export function refusal(id: string, text: string): Reason {
  return { id, severity: "refusal", text };
}

/** A reason of exit 3 that --force goes past. */
export function objection(id: string, text: string): Reason {
  return { id, severity: "objection", text };
}

/** Why a file that should be edited cannot be; null when it can. */
export function unreadable(file: NamedFile): string | null {
  return whyUnreadable(file.path, file.state);
}

function whyUnreadable(path: string, state: FileState): string | null {
  switch (state.kind) {
    case "file":
      return null;
    case "absent":
      return `${path} does not exist`;
    case "other":
      return `${path} is no regular file (${state.type})`;
    case "unreadable":
      return `${path} cannot be read (${state.why})`;
    default:
      return state satisfies never;
  }
}

/** The file as the editors take it; [] when it is no readable file. */
export function toSource(file: NamedFile): SourceFile[] {
  return file.state.kind === "file" ? [{ path: file.path, text: file.state.text }] : [];
}
