import { type BlsLine, blsMenu } from "../bootconfig/bls-menu.js";
import { type GrubMenu, readGrubCfg } from "../bootconfig/grub-cfg.js";
import type { BlsProfile } from "../distro/profile.js";
import { readBlsEntry } from "../edit/bls-entry.js";
import { readGrubEnv } from "../edit/grubenv.js";
import { isCrashkernel, PARAMETER, splitWords } from "../edit/kernel-cmdline.js";
import type { BlsFacts, FileState, GrubFacts, NamedFile, Reason, SourceFile } from "../types.js";
import { refusal, toSource, unreadable } from "./part.js";

/** The variable with all arguments, which entries name where the release keeps them in grubenv. */
export const KERNELOPTS = "kernelopts";

/** `$name`, as GRUB's blscfg takes it for a variable: not behind a backslash (blscfg.c, expand_val). */
const VARIABLE = /(?<!\\)\$([A-Za-z0-9_]+)/g;

/** One entry that is not for repairs. */
export interface BlsFound extends BlsLine {
  readonly source: SourceFile;
  readonly state: FileState;
  /** names of the variables its options line has */
  readonly variables: readonly string[];
}

export interface BlsState {
  readonly found: readonly BlsFound[];
  readonly menu: GrubMenu;
  /** variables of grubenv; none where it is no environment block */
  readonly env: ReadonlyMap<string, string>;
  readonly reasons: readonly Reason[];
}

/** What GRUB makes of the entries and of grubenv. */
export function readBls(
  grub: Pick<GrubFacts, "config">,
  { entries, grubenv }: BlsFacts,
  profile: BlsProfile,
): BlsState {
  const env = (grubenv.state.kind === "file" ? readGrubEnv(grubenv.state.text) : null) ?? new Map();
  const reasons: Reason[] = [];
  const files = (entries ?? []).filter(({ path }) => !isRescue(path, profile));
  if (entries === null)
    reasons.push(refusal("bls-entries", `${profile.entries} cannot be listed: run it as root`));
  else if (files.length === 0)
    reasons.push(
      refusal("bls-entries", `there is no boot entry in ${profile.entries}: is a kernel installed?`),
    );
  for (const why of files.map(unreadable)) if (why !== null) reasons.push(refusal("bls-entries", why));
  const values = variables(grub, env);
  const found = files.flatMap((file) => readOne(file, values, reasons));
  return { found, menu: blsMenu(found), env, reasons };
}

/** Rescue entries stay as they are: one that boots without what was changed is what they are for. */
function isRescue(path: string, { rescue }: BlsProfile): boolean {
  return path.slice(path.lastIndexOf("/") + 1).includes(rescue);
}

function readOne(
  file: NamedFile,
  values: ReadonlyMap<string, string>,
  reasons: Reason[],
): readonly BlsFound[] {
  return toSource(file).map((source): BlsFound => {
    const { entry, refusals } = readBlsEntry(source);
    for (const { path, line, why } of refusals)
      reasons.push(refusal("bls-entry", `${path}:${line}: ${why}; write it as it is meant first`));
    const written = entry.options?.value ?? "";
    const names = [...new Set([...written.matchAll(VARIABLE)].map(([, name]) => name ?? ""))];
    for (const name of names)
      if (name !== KERNELOPTS && values.get(name)?.includes(PARAMETER))
        reasons.push(
          refusal(
            "bls-variable",
            `${entry.path} takes arguments from $${name}, which holds a crashkernel=: take it out where it is set`,
          ),
        );
    const args = splitWords(
      written.replace(VARIABLE, (_whole, name: string) => `${values.get(name) ?? ""} `),
    );
    return { entry, source, state: file.state, variables: names, args: args.map(({ word }) => word) };
  });
}

/**
 * What GRUB knows when it reads the entries: grubenv, then what the configuration sets. It sets kernelopts only where
 * grubenv does not, and that value cannot be changed without running the generator.
 */
function variables(
  { config }: Pick<GrubFacts, "config">,
  env: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const menu = config?.state.kind === "file" ? readGrubCfg(config.state.text) : null;
  const set = (menu?.settings ?? []).map(({ name, value }) => [name, value] as const);
  const known = [...env];
  const kernelopts = known.filter(([name]) => name === KERNELOPTS);
  return new Map([...known, ...set, ...kernelopts]);
}

/** The crashkernel= words of a file that holds nothing but arguments, each with its line. */
export function wordsIn({
  path,
  text,
}: SourceFile): readonly { readonly word: string; readonly path: string; readonly line: number }[] {
  return splitWords(text)
    .filter(({ word }) => isCrashkernel(word))
    .map(({ word, start }) => ({ word, path, line: text.slice(0, start).split("\n").length }));
}
