/** Which saved dumps go, so that the newest ones stay. */

export interface Prunable {
  readonly name: string;
  readonly host: string | null;
  readonly state: "saved" | "incomplete" | "no-dump" | "unreadable";
  readonly obstacles: readonly string[];
}

export interface Prune<T extends Prunable> {
  readonly remove: readonly T[];
  readonly keep: readonly T[];
  /** old enough to go, and left alone all the same */
  readonly left: readonly { readonly dump: T; readonly why: string }[];
}

/**
 * `dumps` newest first. Only whole dumps count as one of the `count`: an incomplete one must not push out the last
 * that can be opened. What is older than the last one kept goes, incomplete ones too; with fewer than `count` whole
 * dumps nothing goes.
 */
export function planPrune<T extends Prunable>(dumps: readonly T[], count: number): Prune<T> {
  const [remove, keep, left]: [T[], T[], { dump: T; why: string }[]] = [[], [], []];
  let whole = 0;
  for (const dump of dumps) {
    const why = notOurs(dump);
    if (whole < count) {
      keep.push(dump);
      if (dump.host === null && dump.state === "saved") whole += 1;
    } else if (why !== null) left.push({ dump, why });
    else remove.push(dump);
  }
  return { remove, keep, left };
}

function notOurs({ host, state, obstacles }: Prunable): string | null {
  if (host !== null) return `it is of another machine, ${host}`;
  if (state === "unreadable") return "it cannot be read";
  return obstacles.length === 0 ? null : obstacles.join("; ");
}
