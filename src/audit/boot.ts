import { checkEntries } from "../bootconfig/check-entries.js";
import type { GrubMenu, MenuEntry } from "../bootconfig/grub-cfg.js";
import type { Dated } from "../facts/audit-facts.js";
import { CMDLINE_FILE } from "../kernel-files.js";
import type { PlacedWord } from "../types.js";
import { type Check, fail, pass, skipped, unknown } from "./check.js";
import { AS_ROOT, type AuditInput, ON_AN_IMAGE } from "./input.js";
import { otherLoader } from "./words.js";

/** What will boot: the sources, what was generated from them, and what booted. */
export function bootChecks(input: AuditInput): readonly Check[] {
  return [configured(input), entries(input), fresh(input), drift(input), override(input)];
}

const asText = (words: readonly string[]): string =>
  words.length === 0 ? "no crashkernel=" : words.join(" ");
const said = (words: readonly PlacedWord[]): string => asText(words.map(({ word }) => word));

function regenerate({ profile, facts }: AuditInput): string {
  if (facts.grub.bls !== null)
    return "kdump-setup --crashkernel VALUE --yes writes every entry and proves it";
  const argv = profile.boot.generate.map((word) => word.replace("{output}", profile.boot.config.bios[0]));
  return `${argv.join(" ")} generates it anew; kdump-setup --crashkernel VALUE --yes does and proves it`;
}

function configured(input: AuditInput): Check {
  const id = "boot.configured";
  const { configured: found } = input.words;
  const evidence = input.facts.grub.defaults.path;
  if (found.kind === "unknown")
    return unknown(id, {
      reason: found.why,
      evidence: found.path,
      fix: "take out what cannot be followed, or run it as root",
    });
  const last = found.words.at(-1);
  if (last === undefined)
    return fail(id, {
      actual: "no crashkernel=",
      evidence,
      place: { path: evidence, line: 1 },
      fix: "kdump-setup --crashkernel auto --yes",
    });
  const { path, line } = last;
  return pass(id, { actual: said(found.words), evidence: path, place: { path, line } });
}

function entries(input: AuditInput): Check {
  const id = "boot.entries";
  const { configured: found, menu } = input.words;
  if (menu.kind === "unknown") return unknown(id, { reason: menu.why, evidence: menu.path, fix: AS_ROOT });
  if (found.kind === "unknown") return unknown(id, { reason: found.why, evidence: found.path });
  const words = found.words.map(({ word }) => word);
  const problems = checkEntries(menu.menu, words).filter(({ severity }) => severity === "problem");
  const [first, ...rest] = problems;
  if (first === undefined) {
    if (words.length === 0)
      return skipped(id, { reason: "nothing is configured (boot.configured)", evidence: menu.path });
    return pass(id, { actual: asText(words), evidence: menu.path, expected: asText(words) });
  }
  const wrong = input.facts.grub.bls === null ? undefined : firstWrong(menu.menu, words);
  const path = wrong?.section ?? menu.path;
  return fail(id, {
    actual: rest.length === 0 ? first.text : `${first.text} And ${rest.length} more.`,
    evidence: path,
    place: { path, line: wrong?.line ?? first.line ?? 1 },
    expected: asText(words),
    fix: regenerate(input),
  });
}

/** Where each entry is a file of its own, the first one that is wrong. */
function firstWrong(menu: GrubMenu, words: readonly string[]): MenuEntry | undefined {
  return menu.entries.find((entry) =>
    checkEntries({ ...menu, entries: [entry] }, words).some(({ severity }) => severity === "problem"),
  );
}

function fresh(input: AuditInput): Check {
  const id = "boot.fresh";
  const { bls } = input.profile.boot;
  if (bls !== false && input.facts.grub.bls !== null)
    return skipped(id, { reason: "the entries are the menu, nothing is generated", evidence: bls.entries });
  const { bootConfig, bootSources } = input.more;
  const other = otherLoader(input.facts);
  if (other !== null) return unknown(id, { reason: other.text, evidence: other.evidence });
  if (bootConfig === null || bootConfig.mtimeMs === null) {
    const path = bootConfig?.path ?? "/boot";
    return unknown(id, {
      reason: "no generated configuration could be looked at",
      evidence: path,
      fix: AS_ROOT,
    });
  }
  const made = bootConfig.mtimeMs;
  const newer = bootSources.filter((one): one is Dated & { mtimeMs: number } => (one.mtimeMs ?? 0) > made);
  const [first] = newer;
  if (first === undefined)
    return pass(id, { actual: "generated after the last change", evidence: bootConfig.path });
  return fail(id, {
    actual: `${newer.map(({ path }) => path).join(", ")} changed after ${bootConfig.path} was generated`,
    evidence: bootConfig.path,
    place: { path: first.path, line: 1 },
    fix: regenerate(input),
  });
}

function drift(input: AuditInput): Check {
  const id = "boot.drift";
  const { configured: found, running } = input.words;
  if (input.facts.image) return skipped(id, { reason: ON_AN_IMAGE, evidence: CMDLINE_FILE });
  if (running === null)
    return unknown(id, { reason: "the running command line cannot be read", evidence: CMDLINE_FILE });
  if (found.kind === "unknown") return unknown(id, { reason: found.why, evidence: found.path });
  const seen = {
    expected: said(found.words),
    actual: asText(running),
    evidence: CMDLINE_FILE,
    place: found.words.at(-1) ?? null,
  };
  const place = seen.place === null ? null : { path: seen.place.path, line: seen.place.line };
  if (seen.expected === seen.actual) return pass(id, { ...seen, place });
  return fail(id, { ...seen, place, fix: "reboot, once boot.entries passes" });
}

/** A package put its own version of a file in the place of the one a run of this program wrote. */
function broughtBack({ author, words, facts }: AuditInput): Parameters<typeof fail>[1] | null {
  if (author?.stands !== false || words.configured.kind !== "known") return null;
  const { conffiles } = facts.grub;
  const shipped = (path: string) => conffiles.find((file) => file.path === path && file.shipped);
  const word = words.configured.words.find(({ path }) => shipped(path) !== undefined);
  if (word === undefined) return null;
  const { path, line } = word;
  const wish = author.words.map((one) => one.replace(/^crashkernel=/, "")).join(" ");
  const again = wish === "" ? "--disable" : `--crashkernel ${wish}`;
  return {
    actual: `${path} is as ${shipped(path)?.package} brought it (${word.word}), and run ${author.run} had made it ${asText(author.words)}`,
    evidence: path,
    place: { path, line },
    fix: `kdump-setup ${again} --yes sets it again; answer dpkg's question with N, or give --force-confold`,
  };
}

function override(input: AuditInput): Check {
  const id = "boot.override";
  const { overridden, configured: found } = input.words;
  const [updater] = [...input.words.toCome, ...input.more.updaters];
  const evidence = input.facts.grub.defaults.path;
  if (found.kind === "unknown") return unknown(id, { reason: found.why, evidence: found.path });
  const [first] = overridden;
  if (first !== undefined) {
    const { path, line, word } = first;
    return fail(id, {
      actual: `${word} has no effect: a later assignment counts (${said(found.words)})`,
      evidence: path,
      place: { path, line },
      fix: "take it out, or set the value with kdump-setup --crashkernel VALUE --yes, which edits it where it counts",
    });
  }
  const back = broughtBack(input);
  if (back !== null) return fail(id, back);
  if (
    updater !== undefined &&
    (input.words.toCome.length > 0 ||
      (found.words.length > 0 && updater.puts !== found.words.map(({ word }) => word).join(" ")))
  ) {
    const { what, path, line, fix } = updater;
    return fail(id, { actual: what, evidence: path, place: { path, line: line ?? 1 }, fix });
  }
  return pass(id, { actual: "nothing overrides it", evidence });
}
