import type { CheckId } from "./catalogue.js";
import type { Check, FilePlace } from "./check.js";
import { type ChainInput, seenAt } from "./link-words.js";
import { AFTER, BY_REBOOT, BY_RESERVING, LABELS, LINKS, type LinkId } from "./links.js";

export interface Link {
  readonly id: LinkId;
  /** skipped: not due here, or nothing to see yet */
  readonly state: "ok" | "broken" | "unknown" | "skipped";
  readonly value: string;
  /** what is wrong, or why it is not known; null where neither is so */
  readonly why: string | null;
  /** null where nothing is to be done */
  readonly fix: string | null;
  /** where it stands, or where it is wrong; null where no line of a file is it */
  readonly place: FilePlace | null;
  readonly checks: readonly CheckId[];
}

export interface Chain {
  readonly links: readonly Link[];
  /** the one step to take now */
  readonly next: string;
  /** failing checks that break no link: a dump would be saved all the same */
  readonly besides: readonly CheckId[];
}

const REBOOT = "reboot this machine";
const IDS = Object.keys(LINKS).filter((name): name is LinkId => Object.hasOwn(LINKS, name));
const ORDER: readonly CheckId[] = IDS.flatMap((id) => LINKS[id]);

/** Judges each link by the checks that came out. Pure. */
export function chainOf(checks: readonly Check[], input: ChainInput): Chain {
  const judge = new Judge(checks);
  const links = IDS.map((id): Link => {
    const mine = judge.of(LINKS[id]);
    const worst = judge.worst(mine);
    const sound = mine[0]?.status === "skipped" ? "skipped" : "ok";
    return {
      id,
      state: worst === undefined ? sound : worst.status === "fail" ? "broken" : "unknown",
      value: seenAt(id, mine, input),
      why: worst === undefined ? null : (worst.reason ?? worst.actual),
      fix: worst === undefined ? null : judge.fix(worst),
      place: (worst ?? mine[0])?.place ?? null,
      checks: LINKS[id],
    };
  });
  const besides = checks.filter(({ id, status }) => status === "fail" && !ORDER.includes(id));
  return {
    links,
    next: judge.step() ?? nothing(checks, input),
    besides: besides.map(({ id }) => id),
  };
}

function nothing(checks: readonly Check[], { image }: ChainInput): string {
  if (!image) return "nothing, a dump would be saved";
  const judged = checks.some(({ id, status }) => id === "crashkernel.valid" && status === "pass");
  return judged
    ? "nothing on this image: the rest is seen when it runs"
    : "nothing on this image; --ram SIZE tells whether the value suits its memory";
}

/** What waits for what among the checks of one system. */
class Judge {
  readonly #found: ReadonlyMap<CheckId, Check>;

  constructor(checks: readonly Check[]) {
    this.#found = new Map(checks.map((check) => [check.id, check]));
  }

  of(ids: readonly CheckId[]): readonly Check[] {
    return ids.flatMap((id) => this.#found.get(id) ?? []);
  }

  /** Failing goes before unknown, and what can be mended now before what waits. */
  worst(mine: readonly Check[]): Check | undefined {
    const failing = mine.filter(({ status }) => status === "fail");
    const bad = failing.length > 0 ? failing : mine.filter(({ status }) => status === "unknown");
    return bad.find((check) => this.#causes(check).length === 0) ?? bad[0];
  }

  fix(check: Check): string {
    if (this.#mendedByReboot(check)) return REBOOT;
    const [cause] = this.#causes(check);
    const link = IDS.find((id) => this.of(LINKS[id]).some((one) => one === cause));
    if (link !== undefined) return `first what is wrong with "${LABELS[link]}"`;
    return check.fix ?? `kdump-setup --check -v shows what was looked at (${check.id})`;
  }

  /**
   * The first failing check that waits for none; a reboot comes late, as what else is wrong would be so after it, and
   * a dump that broke off last. null: nothing fails, and nothing is unknown.
   */
  step(): string | null {
    const ready = this.of(ORDER).filter((check) => this.#causes(check).length === 0);
    const failing = ready.filter(({ status }) => status === "fail");
    const urgent = failing.filter((check) => !this.#mendedByReboot(check) && check.id !== "dump.last");
    const [first] = [...urgent, ...failing, ...ready.filter(({ status }) => status === "unknown")];
    return first === undefined ? null : this.fix(first);
  }

  #is(id: CheckId, ...statuses: readonly Check["status"][]): boolean {
    const status = this.#found.get(id)?.status;
    return status !== undefined && statuses.includes(status);
  }

  #causes({ id }: Check): readonly Check[] {
    return this.of(AFTER[id] ?? []).filter((cause) => this.#is(cause.id, "fail", "unknown"));
  }

  /** Configured and in every entry, but something else runs. */
  #mendedByReboot(check: Check): boolean {
    const { id, status } = check;
    const pending =
      this.#is("boot.drift", "fail") &&
      this.#is("boot.configured", "pass") &&
      this.#is("boot.entries", "pass") &&
      !this.#is("crashkernel.valid", "fail");
    if (!pending || status !== "fail") return false;
    if (BY_REBOOT.has(id)) return true;
    const others = this.#causes(check).filter((cause) => cause.id !== "crashkernel.reserved");
    return BY_RESERVING.has(id) && this.#is("crashkernel.reserved", "fail") && others.length === 0;
  }
}
