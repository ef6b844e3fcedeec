/** What a look at a generated boot configuration brought up. */
export interface Finding {
  /** problem: this configuration must not be put in place; warning: shown before the question */
  readonly severity: "problem" | "warning";
  /** stable, e.g. "entry-lost" */
  readonly id: string;
  /** one sentence for an admin */
  readonly text: string;
  /** 1-based line of the configuration looked at; null when there is no such line */
  readonly line: number | null;
}

const MAX_SHOWN = 120;

/** Bytes of a configuration as text for a terminal: UTF-8, no control characters, not endless. */
export function shown(bytes: string, limit = MAX_SHOWN): string {
  // a cut before decoding may split one character: it becomes U+FFFD, and there is "…" after it anyway
  const text = Buffer.from(bytes.slice(0, limit * 4), "latin1").toString("utf8");
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
  return clean.length > limit || bytes.length > limit * 4 ? `${clean.slice(0, limit)}…` : clean;
}

/** A few of many words, each shortened: `a b c and 4 more`. */
export function shownWords(words: readonly string[], most = 8): string {
  const first = words.slice(0, most).map((word) => shown(word, 80));
  return words.length > most ? `${first.join(" ")} and ${words.length - most} more` : first.join(" ");
}

const MAX_NAMES = 3;

/** Collects findings; the same thing said of many entries becomes one finding that names the first few. */
export class Findings {
  readonly #groups = new Map<string, { readonly first: Finding; readonly names: string[]; count: number }>();

  add(severity: Finding["severity"], id: string, line: number | null, text: string): void {
    this.of(null, severity, id, line, text);
  }

  /** `entry` is a title, put in front of the sentence: `"Title": text`. */
  of(
    entry: string | null,
    severity: Finding["severity"],
    id: string,
    line: number | null,
    text: string,
  ): void {
    const key = `${severity}\n${id}\n${text}`;
    const group = this.#groups.get(key) ?? { first: { severity, id, text, line }, names: [], count: 0 };
    if (group.count === 0) this.#groups.set(key, group);
    group.count += 1;
    if (entry !== null && group.names.length < MAX_NAMES) group.names.push(`"${shown(entry)}"`);
  }

  /** problems first, each part in the order it was found */
  list(): Finding[] {
    const all = [...this.#groups.values()].map(({ first, names, count }) => {
      if (names.length === 0) return first;
      const more = count > names.length ? ` and ${count - names.length} more` : "";
      return { ...first, text: `${names.join(", ")}${more}: ${first.text}` };
    });
    return [...all.filter((f) => f.severity === "problem"), ...all.filter((f) => f.severity === "warning")];
  }
}
