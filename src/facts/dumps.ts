/** The saved dumps of a system, read from their first bytes. */
import type { Reader } from "../machine/machine.js";
import { type DumpBytes, readDumpBytes } from "./dump-bytes.js";
import { type DumpLayout, layoutOf } from "./dump-layout.js";
import { panicLine } from "./panic-line.js";

export interface SavedDump extends DumpBytes {
  /** of its directory */
  readonly name: string;
  readonly directory: string;
  readonly layout: DumpLayout["kind"];
  /** of another machine that saves into the same directory: its name or address; null: of this one */
  readonly host: string | null;
  /** the dump itself; null where only a log was saved, or nothing can be read */
  readonly path: string | null;
  readonly bytes: number;
  /** names of all that stands in the directory */
  readonly files: readonly string[];
  /** of all files in the directory */
  readonly totalBytes: number;
  /**
   * saved: nothing speaks against it. incomplete: by its name, its header or its length. no-dump: only a log, or
   * nothing. unreadable: this user may not look.
   */
  readonly state: "saved" | "incomplete" | "no-dump" | "unreadable";
  /** the saved log and the line in it that says why; null where there is none */
  readonly log: string | null;
  readonly panic: string | null;
  /** why the directory is not ours to remove; [] when it is */
  readonly obstacles: readonly string[];
  readonly debugKernel: { readonly path: string; readonly installed: boolean } | null;
}

export type FoundDumps =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "dumps"; readonly dumps: readonly SavedDump[] };

/**
 * Newest first, by the time of the crash where the dump says it, else by the time in its name. `debugKernels` are
 * the places of a debug kernel with {release} in them.
 */
export function collectDumps(reader: Reader, directory: string, debugKernels: readonly string[]): FoundDumps {
  const stat = reader.stat(directory);
  if (stat === null) return { kind: "absent" };
  if (stat.type !== "directory") return { kind: "unreadable", why: `it is no directory but a ${stat.type}` };
  const entries = reader.list(directory);
  if (entries === null) return { kind: "unreadable", why: "only root may look into it" };
  const dumps = entries.flatMap(({ name, type }) => {
    const layout = layoutOf(name);
    return layout === null || type !== "directory"
      ? []
      : [look(reader, directory, name, layout, debugKernels)];
  });
  return { kind: "dumps", dumps: dumps.sort((a, b) => order(b, a)) };
}

/** Before 0: `a` crashed earlier. */
function order(a: SavedDump, b: SavedDump): number {
  const [first, second] = [timeOf(a), timeOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** The time in a name is the capture kernel's local time: right up to half a day. */
function timeOf({ crashedAt, name }: SavedDump): string {
  return crashedAt ?? layoutOf(name)?.time ?? "";
}

/**
 * Where everybody may make directories (the release's bug reporter has /var/crash so on some), one that root did not
 * make is no dump of the kernel's.
 */
function obstacles(reader: Reader, parent: string, directory: string): readonly string[] {
  const [own, above] = [reader.lstat(directory), reader.stat(parent)];
  return [
    ...(own !== null && own.uid !== 0 ? [`it belongs to user ${own.uid}, not to root`] : []),
    ...(own !== null && own.dev !== above?.dev ? ["it is a mount of its own"] : []),
  ];
}

const LOG_END = 1024 * 1024;

function look(
  reader: Reader,
  parent: string,
  name: string,
  layout: DumpLayout,
  debugKernels: readonly string[],
): SavedDump {
  const directory = parent === "/" ? `/${name}` : `${parent}/${name}`;
  const entries = reader.list(directory);
  const at = (file: string) => `${directory}/${file}`;
  const parts = (entries ?? []).map((entry) => ({
    ...entry,
    part: entry.type === "file" ? layout.partOf(entry.name) : null,
  }));
  const file = parts.find(({ part }) => part === "dump") ?? parts.find(({ part }) => part === "incomplete");
  const log = parts.find(({ part }) => part === "log");
  const path = file === undefined ? null : at(file.name);
  const size = (of: string) => reader.lstat(of)?.size ?? 0;
  const bytes = path === null ? 0 : size(path);
  const dump = readDumpBytes(
    (from, count) => (path === null ? null : reader.readPart(path, from, count)),
    bytes,
  );
  const denied = entries === null || (path !== null && reader.readPart(path, 0, 1) === null);
  const incomplete =
    file?.part === "incomplete" ||
    dump.complete === false ||
    (dump.format === "unknown" && dump.packed === null);
  const text = log === undefined ? null : readLog(reader, at(log.name), size(at(log.name)));
  return {
    ...dump,
    name,
    directory,
    layout: layout.kind,
    host: layout.host,
    path,
    bytes,
    totalBytes: parts.reduce((sum, entry) => sum + size(at(entry.name)), 0),
    state: denied ? "unreadable" : path === null ? "no-dump" : incomplete ? "incomplete" : "saved",
    log: log === undefined ? null : at(log.name),
    panic: text === null ? null : panicLine(text),
    files: parts.map((entry) => entry.name),
    obstacles: [
      ...obstacles(reader, parent, directory),
      ...parts.filter(({ part }) => part === null).map((entry) => `${entry.name} in it is part of no dump`),
    ],
    debugKernel: dump.release === null ? null : debugKernel(reader, dump.release, debugKernels),
  };
}

/** The crash is at the end; a log may be as long as log_buf_len lets it. */
function readLog(reader: Reader, path: string, size: number): string | null {
  const bytes = reader.readPart(path, Math.max(0, size - LOG_END), LOG_END);
  return bytes === null ? null : bytes.toString("utf8");
}

/** A release comes out of a dump: one that is no plain name leads nowhere. */
function debugKernel(
  reader: Reader,
  release: string,
  debugKernels: readonly string[],
): SavedDump["debugKernel"] {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+~-]*$/.test(release)) return null;
  const [first, ...rest] = debugKernels.map((path) => path.replace("{release}", release));
  const found = [first, ...rest].find((path) => path !== undefined && reader.stat(path)?.type === "file");
  return first === undefined ? null : { path: found ?? first, installed: found !== undefined };
}
