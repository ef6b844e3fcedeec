/**
 * makedumpfile's arguments, words parted by blanks: no shell takes quotes apart there. "-d LEVEL", "-dLEVEL" or at the
 * end of a cluster ("-cd LEVEL"); of several the last counts; LEVEL may be a list (makedumpfile(8), makedumpfile 1.7).
 */
const TAKES_NOTHING = "[cDeEfFghlLpRvWzX]";
const ATTACHED = new RegExp(`^(-${TAKES_NOTHING}*d)([0-9,]+)$`);
/** -c, -l, -p and -z compress, with zlib, lzo, snappy and zstd. */
const COMPRESSES = new RegExp(`^-${TAKES_NOTHING}*[clpz]`);
const DETACHED = new RegExp(`^-${TAKES_NOTHING}*d$`);

export interface DumpLevel {
  /** as it stands there: "31", or a list "31,17" */
  readonly text: string;
  /** the level tried first; null where it is no number */
  readonly level: number | null;
}

/** null: no -d stands there, and makedumpfile leaves nothing out (level 0). */
export function dumpLevelOf(args: string): DumpLevel | null {
  const found = findLevel(words(args));
  if (found === null) return null;
  const first = /^\d{1,2}/.exec(found.text)?.[0];
  return { text: found.text, level: first === undefined ? null : Number(first) };
}

/** Do these arguments make it compress? */
export function isCompressed(args: string): boolean {
  return words(args).some((word) => COMPRESSES.test(word));
}

/** The same arguments with that level; every other word keeps its place. */
export function withDumpLevel(args: string, level: number): string {
  const all = words(args);
  const found = findLevel(all);
  if (found === null) return [...all, "-d", String(level)].join(" ");
  return all.map((word, at) => (at === found.at ? `${found.before}${level}` : word)).join(" ");
}

/** With or without -F, the flattened form a pipe needs. */
export function withFlattened(args: string, wanted: boolean): string {
  const all = words(args);
  if (wanted) return all.includes("-F") ? args : [...all, "-F"].join(" ");
  return all.includes("-F") ? all.filter((word) => word !== "-F").join(" ") : args;
}

function findLevel(all: readonly string[]): { text: string; at: number; before: string } | null {
  for (let at = all.length - 1; at >= 0; at--) {
    const word = all[at] ?? "";
    const attached = ATTACHED.exec(word);
    if (attached !== null) return { text: attached[2] ?? "", at, before: attached[1] ?? "" };
    const next = all[at + 1];
    if (DETACHED.test(word) && next !== undefined) return { text: next, at: at + 1, before: "" };
  }
  return null;
}

function words(args: string): readonly string[] {
  return args.split(/[ \t]+/).filter((word) => word !== "");
}
