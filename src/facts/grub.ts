import { readGrubCfg } from "../bootconfig/grub-cfg.js";
import type { BootProfile } from "../distro/profile.js";
import type { Reader } from "../machine/machine.js";
import type { BaseFacts, Blocker, BootMount, FileState, GrubFacts, NamedFile } from "../types.js";
import { collectBls } from "./bls.js";
import { namesIn } from "./boot-files.js";
import { collectConffiles } from "./conffiles.js";
import { type Mount, mountOf, parseMountinfo } from "./mounts.js";
import { findProgram } from "./programs.js";

/** More stubs in a row than that lead nowhere. */
const MAX_STUBS = 8;
const BLS_DIRECTORY = "/boot/loader/entries";

export function collectGrub(
  reader: Reader,
  firmware: BaseFacts["firmware"],
  boot: BootProfile,
): { readonly grub: GrubFacts; readonly blockers: readonly Blocker[] } {
  const defaults: NamedFile = { path: boot.defaults, state: reader.read(boot.defaults) };
  const dropIns = boot.dropIns === null ? [] : collectDropIns(reader, boot.dropIns);
  const located = locateConfig(reader, firmware, boot.config);
  const { config } = located;
  const usesBls =
    asksForBls([defaults, ...dropIns]) ||
    (config?.state.kind === "file" && readGrubCfg(config.state.text).usesBls);
  const grub: GrubFacts = {
    defaults,
    dropIns,
    config,
    configVia: config === null ? [] : [...located.via, ...linksTo(reader, config.path)],
    scriptWords: boot.scriptAdds === null ? [] : wordsOfScript(reader, boot.scriptAdds),
    conffiles: collectConffiles(reader, [defaults, ...dropIns]),
    blsEntries: namesIn(reader, BLS_DIRECTORY, /^[^.].*\.conf$/),
    bls:
      boot.bls === false || !usesBls ? null : collectBls(reader, boot.bls, (path) => bootMount(reader, path)),
    usesBls,
    generators: programsOf(boot).filter((name) => findProgram(reader, name) !== null),
    bootMount: config === null ? null : bootMount(reader, config.path),
  };
  return { grub, blockers: located.blockers };
}

/**
 * `for x in DIR/*SUFFIX; do if [ -e "$x" ]; then . "$x"; fi; done` in byte order: a name that begins with "." is not
 * matched and a dangling link is passed over; a directory is sourced like a file, and whoever edits decides on that.
 */
export function collectDropIns(
  reader: Reader,
  { dir, suffix }: { readonly dir: string; readonly suffix: string },
): readonly NamedFile[] {
  const entries = reader.list(dir);
  if (entries === null) {
    if (reader.stat(dir)?.type !== "directory") return [];
    return [{ path: dir, state: { kind: "unreadable", why: "the directory cannot be listed" } }];
  }
  return entries.flatMap(({ name }): readonly NamedFile[] => {
    const path = `${dir}/${name}`;
    if (name.startsWith(".") || !name.endsWith(suffix)) return [];
    // the shell would find it by its bytes; here it has no name that could be opened
    if (reader.lstat(path) === null)
      return [{ path, state: { kind: "unreadable", why: "its name is not UTF-8" } }];
    const state = reader.read(path);
    return state.kind === "absent" ? [] : [{ path, state }];
  });
}

/** Read, never run: the words stand in the script as text. */
function wordsOfScript(
  reader: Reader,
  adds: NonNullable<BootProfile["scriptAdds"]>,
): GrubFacts["scriptWords"] {
  const state = reader.read(adds.script);
  if (state.kind !== "file" || adds.needs.some((path) => reader.stat(path)?.type !== "file")) return [];
  const found = new RegExp(adds.pattern).exec(state.text);
  const text = found?.[1] ?? "";
  const line = state.text.slice(0, state.text.indexOf(text, found?.index ?? 0)).split("\n").length;
  const words = text.split(/\s+/).filter((word) => word !== "");
  return words.map((word) => ({ word, path: adds.script, line }));
}

interface Located {
  readonly config: NamedFile | null;
  readonly via: readonly string[];
  readonly blockers: readonly Blocker[];
}

/**
 * The first place of the profile where a configuration stands, followed through stubs to the real one. Where none
 * stands yet, the first whose directory does. With the firmware unknown (an image) both places count.
 */
function locateConfig(
  reader: Reader,
  firmware: BaseFacts["firmware"],
  places: BootProfile["config"],
): Located {
  const paths = { bios: places.bios, uefi: places.uefi, unknown: [...places.bios, ...places.uefi] }[firmware];
  const found = [...new Set(paths)].flatMap((path) => follow(reader, path) ?? []);
  const [first] = found;
  if (first === undefined) {
    const path = paths.find((one) => reader.stat(one.slice(0, one.lastIndexOf("/")))?.type === "directory");
    const config: NamedFile | null =
      path === undefined ? null : { path: reader.resolve(path) ?? path, state: reader.read(path) };
    return { config, via: [], blockers: [] };
  }
  const other =
    firmware === "unknown" ? found.find((one) => one.config.path !== first.config.path) : undefined;
  if (other === undefined) return { ...first, blockers: [] };
  const text =
    `there are two GRUB configurations, ${first.config.path} and ${other.config.path}, and nothing says which one` +
    " this image boots with: only the first would be changed";
  const evidence = `${first.config.path}, ${other.config.path}`;
  return { ...first, blockers: [{ id: "two-grub-configs", severity: "objection", text, evidence }] };
}

/** The real file behind a path: links and stubs followed inside the root. Null where nothing stands. */
function follow(
  reader: Reader,
  path: string,
): { readonly config: NamedFile; readonly via: readonly string[] } | null {
  const via: string[] = [];
  const seen = new Set<string>();
  let here = path;
  for (let step = 0; step < MAX_STUBS; step += 1) {
    const state = reader.read(here);
    if (state.kind === "absent") return null;
    const real = state.kind === "file" ? state.target : (reader.resolve(here) ?? here);
    if (real !== here) via.push(here);
    seen.add(real);
    const next = state.kind === "file" ? stubTarget(reader, state.text, seen) : null;
    if (next === null) return { config: { path: real, state }, via };
    via.push(real);
    here = next;
  }
  return null;
}

/**
 * Where a stub hands on to. Its path is one on the file system it searched for: the root's, that of a /boot of its
 * own, or of a btrfs whose subvolume is the path's first part. Null when it is no stub or leads to nothing here.
 */
function stubTarget(reader: Reader, text: string, seen: ReadonlySet<string>): string | null {
  const target = readGrubCfg(text).configfile;
  if (target === null || !target.startsWith("/")) return null;
  const inSubvolume = target.replace(/^\/[^/]+(?=\/)/, "");
  return (
    [target, `/boot${target}`, inSubvolume, `/boot${inSubvolume}`].find((path) => {
      const state: FileState = reader.read(path);
      return state.kind === "file" && !seen.has(state.target);
    }) ?? null
  );
}

/** Links in /etc that lead to it: /etc/grub2.cfg. */
function linksTo(reader: Reader, config: string): readonly string[] {
  return namesIn(reader, "/etc", /^grub.*\.cfg$/).filter(
    (path) => reader.readlink(path) !== null && reader.resolve(path) === config,
  );
}

/** GRUB_ENABLE_BLSCFG of the defaults, by its last assignment; not evaluated: a doubtful one counts as true. */
function asksForBls(files: readonly NamedFile[]): boolean {
  let asked = false;
  for (const { state } of files) {
    if (state.kind !== "file") continue;
    for (const found of state.text.matchAll(/^[ \t]*(?:export[ \t]+)?GRUB_ENABLE_BLSCFG=([^\r\n]*)/gm))
      asked = !/^["']?(?:false|no|0)?["']?[ \t]*(?:#|$)/.test(found[1] ?? "");
  }
  return asked;
}

function programsOf(boot: BootProfile): readonly string[] {
  return [...new Set([boot.generate[0], boot.preview[0], boot.check[0]])];
}

/** Only on the running system: an image's own /proc says nothing of where its parts are mounted on this host. */
function bootMount(reader: Reader, config: string): BootMount | null {
  if (reader.image) return null;
  const mounts = parseMountinfo(reader.readText("/proc/self/mountinfo") ?? "");
  const mount = mountOf(mounts, config);
  if (mount === null || mount.mountPoint === "/") return null;
  // a bind mount or a btrfs subvolume of the root's own file system is no mount of its own
  const device = (one: Mount | null) => one?.identity.split(" ")[0];
  if (device(mount) === device(mountOf(mounts, "/"))) return null;
  return { mountPoint: mount.mountPoint, fsType: mount.fsType, source: mount.source };
}
