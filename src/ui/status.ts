/** The chain from a setting to a saved dump on one screen of 80 columns; its own words are ASCII, for any console. */

import type { Trial } from "../apply/trial.js";
import type { Authorship } from "../audit/authorship.js";
import type { Chain, Link } from "../audit/chain.js";
import { plainLine } from "../audit/formats/plain.js";
import { LABELS } from "../audit/links.js";
import type { TrialBoot } from "../facts/trial-boot.js";
import type { Output, Style } from "./output.js";
import { trialLines } from "./trial.js";
import { wrappedAndCut } from "./wrap.js";

const STATES: Readonly<Record<Link["state"], string>> = {
  ok: "ok",
  broken: "FAIL",
  unknown: "????",
  skipped: "-",
};
const LEAD = 2 + 4 + 2 + Math.max(...Object.values(LABELS).map((label) => label.length)) + 2;

export interface Screen {
  readonly system: string;
  readonly chain: Chain;
  /** null: the journal cannot be read by this user */
  readonly authorship: Authorship | null;
  readonly next: string;
  /** null: nobody may look, or nothing to tell */
  readonly trial: { readonly trial: Trial; readonly boot: TrialBoot | null } | null;
}

export function showStatus(output: Output, { system, chain, authorship, next, trial }: Screen): void {
  const { style, result } = output;
  result(`${style.bold(wrappedAndCut(plainLine(system), 2))}\n`);
  for (const link of chain.links) {
    for (const line of linesOf(link, style, link.id === "configured" ? author(authorship, link) : null))
      result(line);
  }
  result(`\n${style.bold("next:")} ${wrappedAndCut(plainLine(next), 6)}`);
  if (trial !== null && (trial.trial.armed !== null || trial.trial.last !== null)) {
    const [first = ""] = trialLines(trial.trial, trial.boot);
    result(`trial: ${wrappedAndCut(plainLine(first.charAt(0).toLowerCase() + first.slice(1)), 7)}`);
  }
  if (chain.besides.length > 0) {
    const more = `kdump-setup --check has more that fails: ${chain.besides.join(", ")}`;
    result(`also: ${wrappedAndCut(more, 6)}`);
  }
}

function linesOf(link: Link, style: Style, note: string | null): readonly string[] {
  const colour = { ok: style.green, broken: style.red, unknown: style.yellow, skipped: style.cyan };
  const beside = (text: string) => wrappedAndCut(plainLine(text), LEAD);
  const { state, value, why, fix } = link;
  const head = `  ${colour[state](STATES[state].padEnd(4))}  ${LABELS[link.id].padEnd(LEAD - 8)}`;
  const more = [
    ...(note === null ? [] : [note]),
    ...(why === null || value.includes(why) ? [] : [why]),
    ...(fix === null ? [] : [`fix: ${fix}`]),
  ];
  return [`${head}${beside(value)}`, ...more.map((text) => `${" ".repeat(LEAD)}${beside(text)}`)];
}

/** Where the value stands and whether this program put it there. */
function author(authorship: Authorship | null, { place: line, value, why }: Link): string | null {
  const place = value === why ? null : line;
  const at = place === null ? "" : `${place.path}:${place.line}, `;
  if (authorship === null) return place === null ? null : `${at}set by whom only root can see`;
  if (authorship.author === null) return place === null ? null : `${at}not set by kdump-setup`;
  const { run, user, at: when, words, stands } = authorship.author;
  const did = words.length === 0 ? "taken out" : "set";
  if (stands === true) return `${at}${did} by ${user} at ${when}, run ${run}`;
  const was = words.length === 0 ? "took it out" : `set ${words.join(" ")}`;
  const since = stands === null ? "" : "; changed since by something else";
  return `${at}${user} ${was} at ${when}, run ${run}${since}`;
}
