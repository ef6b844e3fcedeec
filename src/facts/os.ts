import type { Reader } from "../machine/machine.js";
import type { OsFacts } from "../types.js";

/** Longer than any honest one; what follows is not looked at. */
const MAX_CHARACTERS = 64 * 1024;

/**
 * Variables of an os-release file (os-release(5), freedesktop.org: assignments a shell could read, nothing is
 * expanded). Hostile content, such as command substitution, is text like any other; the last assignment wins.
 */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.slice(0, MAX_CHARACTERS).split("\n")) {
    const assignment = /^[ \t]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line.replace(/\r$/, ""));
    if (assignment?.[1] !== undefined) values.set(assignment[1], unquote(assignment[2] ?? ""));
  }
  return values;
}

/** One shell word without its quotes; a blank outside of quotes ends it. */
function unquote(text: string): string {
  let value = "";
  let quote = "";
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] ?? "";
    const next = text[i + 1];
    if (quote === "" && (c === " " || c === "\t")) break;
    if (quote === "" && (c === '"' || c === "'")) quote = c;
    else if (c === quote) quote = "";
    else if (
      c === "\\" &&
      next !== undefined &&
      (quote === "" || (quote === '"' && '$"\\`'.includes(next)))
    ) {
      value += next;
      i += 1;
    } else value += c;
  }
  return value;
}

/** What the system says it is; id "" when nothing says. */
export function collectOs(reader: Reader): OsFacts {
  return (
    fromOsRelease(reader, "/etc/os-release") ??
    fromOsRelease(reader, "/usr/lib/os-release") ??
    fromReleaseFile(reader) ??
    fromLsbRelease(reader, "/etc/lsb-release") ??
    fromVersionFile(reader) ?? { id: "", versionId: "", idLike: [], prettyName: "", source: "" }
  );
}

function fromOsRelease(reader: Reader, path: string): OsFacts | null {
  const values = parseOsRelease(reader.readText(path) ?? "");
  const id = idOf(values.get("ID") ?? "");
  if (id === "") return null;
  return {
    id,
    versionId: versionOf(values.get("VERSION_ID") ?? ""),
    idLike: (values.get("ID_LIKE") ?? "").split(/\s+/).map(idOf).filter(Boolean),
    prettyName: forPeople(values.get("PRETTY_NAME") ?? values.get("NAME") ?? ""),
    source: path,
  };
}

/**
 * Releases before os-release: "/etc/NAME-release" with "Name … release 6.10 (Codename)". The file's name says the id;
 * links (a second name of the same) are passed over, and of two the one whose text begins with its name is the
 * nearer: a derivative keeps the file of what it was made from beside its own.
 */
function fromReleaseFile(reader: Reader): OsFacts | null {
  const found = (reader.list("/etc") ?? [])
    .filter(({ name, type }) => type === "file" && /^[a-z0-9]+-release$/.test(name))
    .filter(({ name }) => !["os-release", "lsb-release", "system-release", "initrd-release"].includes(name))
    .flatMap(({ name }) => {
      const [line = ""] = (reader.readText(`/etc/${name}`) ?? "").slice(0, MAX_CHARACTERS).split("\n");
      const version = /\brelease (\d[\w.]*)/.exec(line)?.[1];
      const id = name.slice(0, -"-release".length);
      return version === undefined ? [] : [{ id, version, line, own: line.toLowerCase().startsWith(id) }];
    });
  const best = found.find((one) => one.own) ?? found[0];
  if (best === undefined) return null;
  return {
    id: best.id,
    versionId: versionOf(best.version),
    idLike: [],
    prettyName: forPeople(best.line),
    source: `/etc/${best.id}-release`,
  };
}

function fromLsbRelease(reader: Reader, path: string): OsFacts | null {
  const values = parseOsRelease(reader.readText(path) ?? "");
  const id = idOf(values.get("DISTRIB_ID") ?? "");
  if (id === "") return null;
  return {
    id,
    versionId: versionOf(values.get("DISTRIB_RELEASE") ?? ""),
    idLike: [],
    prettyName: forPeople(values.get("DISTRIB_DESCRIPTION") ?? ""),
    source: path,
  };
}

/** "/etc/NAME_version" with "12.5", or with a codename before the release has a number. */
function fromVersionFile(reader: Reader): OsFacts | null {
  for (const { name, type } of reader.list("/etc") ?? []) {
    const id = /^([a-z0-9]+)_version$/.exec(name)?.[1];
    if (id === undefined || type !== "file") continue;
    const text = (reader.readText(`/etc/${name}`) ?? "").slice(0, 100).trim();
    const versionId = /^\d[\w.]*$/.test(text) ? text : "";
    return { id, versionId, idLike: [], prettyName: forPeople(text), source: `/etc/${name}` };
  }
  return null;
}

/** os-release(5): ID has only a-z, 0-9, ".", "_" and "-". Anything else identifies nothing. */
function idOf(text: string): string {
  const id = text.toLowerCase();
  return /^[a-z0-9._-]{1,64}$/.test(id) ? id : "";
}

function versionOf(text: string): string {
  return /^[A-Za-z0-9._~+-]{1,64}$/.test(text) ? text : "";
}

/** Shown on a terminal: no control characters, no change of direction, one line of a sane length. */
function forPeople(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "")
    .trim()
    .slice(0, 200);
}
