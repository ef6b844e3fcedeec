import type { FileState } from "../types.js";

/** What the generator made, beside what stands now; handed to whoever judges it (src/verify/candidate.ts). */
export interface Candidate {
  readonly before: FileState;
  readonly after: FileState;
  readonly words: readonly string[] | null;
  /** names in the directories kernels are booted from, when the generator had run */
  readonly bootFiles: readonly string[];
}

export interface CandidateVerdict {
  /** reasons not to put it in place */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export type JudgeCandidate = (candidate: Candidate) => CandidateVerdict;
