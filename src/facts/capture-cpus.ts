import type { Profile } from "../distro/profile.js";
import { evaluateFiles } from "../edit/evaluate.js";
import type { KdumpFacts } from "../types.js";

/**
 * Processors the capture kernel starts: nr_cpus= or maxcpus= of its arguments, the last one counts, and nosmp is one
 * (Documentation/admin-guide/kernel-parameters.txt, Linux 6.1). null: its arguments set no limit, so all of them.
 */
export function captureCpus(
  kdump: KdumpFacts | null,
  profile: Profile,
): { readonly count: number | null; readonly source: string } {
  const { file, variable, builtIn } = profile.kdump.captureArguments;
  const state = kdump?.files.find(({ path }) => path === file)?.state;
  const set =
    state?.kind === "file"
      ? evaluateFiles([{ path: file, text: state.text }], { shell: profile.boot.shell }).values(variable)
      : null;
  if (set?.kind === "unknown") return { count: null, source: `${file}: what ${variable} is cannot be told` };
  const own = set?.kind === "known" && set.text !== "" ? set.text : null;
  const standing = own ?? kdump?.builtInCaptureArguments?.value ?? builtIn?.fallback ?? null;
  const source = own !== null ? file : (kdump?.builtInCaptureArguments?.source ?? "the profile");
  if (standing === null) return { count: 1, source: `${file} is not there yet: 1 is assumed` };
  let count: number | null = null;
  for (const word of standing.split(/\s+/)) {
    const limit = /^(?:nr_cpus|maxcpus)=(\d{1,5})$/.exec(word)?.[1];
    if (limit !== undefined) count = Math.max(1, Number(limit));
    else if (word === "nosmp") count = 1;
  }
  return { count, source: count === null ? `${source} sets no limit: all are started` : source };
}
