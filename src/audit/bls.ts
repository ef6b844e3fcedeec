import type { BlsProfile, Profile } from "../distro/profile.js";
import { findCrashkernel } from "../edit/grub-defaults.js";
import { isCrashkernel } from "../edit/kernel-cmdline.js";
import { type BlsFound, type BlsState, KERNELOPTS, readBls, wordsIn } from "../plan/bls-state.js";
import { toSource } from "../plan/part.js";
import type { BlsFacts, Facts, PlacedWord } from "../types.js";
import type { CrashkernelWords, WordToCome } from "./input.js";

/** crashkernel= where the menu comes from entries: the one that boots says what is configured. */
export function blsWords(
  facts: Facts,
  { boot }: Profile,
  bls: BlsProfile,
  found: BlsFacts,
): Omit<CrashkernelWords, "running"> {
  const state = readBls(facts.grub, found, bls);
  const [doubt] = state.reasons;
  const booted = defaultEntry(state);
  if (doubt !== undefined || booted === null) {
    const why = doubt?.text ?? `no entry of ${bls.entries} could be read`;
    const unknown = { kind: "unknown", why, path: bls.entries } as const;
    return { configured: { ...unknown, line: null }, overridden: [], toCome: [], menu: unknown };
  }
  const words = placed(booted, found);
  return {
    configured: { kind: "known", words },
    overridden: [],
    toCome: toCome(facts, boot, bls, found, words),
    menu: { kind: "known", menu: state.menu, path: bls.entries },
  };
}

/** grubenv's saved entry, by the name of its file; else the newest, which GRUB lists first. */
function defaultEntry({ found, env }: BlsState): BlsFound | null {
  const name = ({ entry }: BlsFound) => entry.path.slice(entry.path.lastIndexOf("/") + 1, -".conf".length);
  const saved = env.get("saved_entry");
  const order = new Intl.Collator("en", { numeric: true });
  const newest = [...found].sort((a, b) => order.compare(name(a), name(b))).at(-1);
  return found.find((one) => name(one) === saved) ?? newest ?? null;
}

function placed({ entry, args, variables }: BlsFound, { grubenv }: BlsFacts): readonly PlacedWord[] {
  const fromEnv =
    variables.includes(KERNELOPTS) && grubenv.state.kind === "file"
      ? { path: grubenv.path, line: lineOf(grubenv.state.text) }
      : { path: entry.path, line: entry.options?.line ?? 1 };
  return args.filter(isCrashkernel).map((word) => ({ word, ...fromEnv }));
}

function lineOf(block: string): number {
  return block.split("\n").findIndex((line) => line.startsWith(`${KERNELOPTS}=`)) + 1;
}

/** What would give another kernel, or all of them, other words than those that boot. */
function toCome(
  facts: Facts,
  boot: Profile["boot"],
  bls: BlsProfile,
  { kernelCmdline }: BlsFacts,
  words: readonly PlacedWord[],
): readonly WordToCome[] {
  const said = (all: readonly { readonly word: string }[]) => all.map(({ word }) => word).join(" ");
  const fix = "kdump-setup --crashkernel VALUE --yes writes the value to every place it is taken from";
  const others: WordToCome[] = [];
  const [line] = kernelCmdline === null ? [] : toSource(kernelCmdline);
  if (line !== undefined && said(wordsIn(line)) !== said(words)) {
    const what = `a kernel installed later gets ${said(wordsIn(line)) || "no crashkernel="} of ${line.path}`;
    others.push({ what, path: line.path, line: wordsIn(line)[0]?.line ?? 1, puts: null, fix });
  }
  const { defaults } = facts.grub;
  const { words: kept, refusals } = findCrashkernel(toSource(defaults), boot);
  const effective = kept.filter((one) => one.effective);
  const rewrites = bls.generatorRewrites !== "entries-when-asked" && defaults.state.kind === "file";
  if (rewrites && refusals.length === 0 && said(effective) !== said(words)) {
    const what = `${boot.generate[0]} would put ${said(effective) || "no crashkernel="} of ${defaults.path} there`;
    others.push({ what, path: defaults.path, line: effective[0]?.line ?? 1, puts: null, fix });
  }
  return others;
}
