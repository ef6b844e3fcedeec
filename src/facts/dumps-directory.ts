import type { Profile } from "../distro/profile.js";
import { evaluateFiles } from "../edit/evaluate.js";
import { readSavePlace } from "../edit/save-url.js";
import type { Reader } from "../machine/machine.js";

/** Where dumps are saved on this system, and who says so. */
export interface DumpDirectory {
  readonly path: string;
  readonly source: string;
  /** what is not certain about it: a setting that cannot be read, dumps that go elsewhere */
  readonly notes: readonly string[];
}

export function dumpDirectory(reader: Reader, profile: Profile): DumpDirectory {
  const { dumps, settings } = profile.kdump;
  const { file, form } = settings;
  const { key, builtIn } = settings.directory;
  const state = reader.read(file, 1024 * 1024);
  const otherwise = (source: string, notes: readonly string[] = []): DumpDirectory => ({
    path: builtIn,
    source,
    notes,
  });
  if (state.kind === "absent") return otherwise(`the default: there is no ${file}`);
  if (state.kind !== "file") {
    const why = state.kind === "unreadable" ? state.why : state.type;
    return otherwise("the default", [
      `${file} cannot be read (${why}): whether dumps go elsewhere is not known`,
    ]);
  }
  const setting = form === "shell" ? variables(state.text, file, profile) : keywords(state.text);
  const elsewhere = dumps.elsewhere.flatMap((name) => {
    const value = setting(name);
    return value.kind === "known" && value.text !== ""
      ? [`${file} sends dumps to ${name} ${value.text}: what was saved there is not listed`]
      : [];
  });
  const value = setting(key);
  if (value.kind === "unknown") {
    const why = `${file}:${value.line}: what ${key} is cannot be told: ${value.why}`;
    return otherwise("the default", [why, ...elsewhere]);
  }
  if (value.kind === "unset" || value.text === "")
    return otherwise(`the default: ${key} is not set in ${file}`, elsewhere);
  const place = settings.url ? readSavePlace(value.text) : null;
  if (place !== null && place.target.kind !== "local") {
    const there =
      place.target.kind === "other" ? place.target.where : `${place.target.kind} ${place.target.where}`;
    const note = `${file} sends dumps to ${there}: what was saved there is not listed`;
    return otherwise("the default", [note, ...elsewhere]);
  }
  const path = place?.directory ?? value.text;
  if (!path.startsWith("/"))
    return otherwise("the default", [`${key} in ${file} is no absolute path: ${path}`, ...elsewhere]);
  return { path, source: `${key} in ${file}`, notes: elsewhere };
}

type Setting = (
  name: string,
) =>
  | { readonly kind: "known"; readonly text: string }
  | { readonly kind: "unset" }
  | { readonly kind: "unknown"; readonly line: number; readonly why: string };

function variables(text: string, file: string, profile: Profile): Setting {
  const { values } = evaluateFiles([{ path: file, text }], { shell: profile.boot.shell });
  return (name) => {
    const value = values(name);
    return value.kind === "known" ? { kind: "known", text: value.text } : value;
  };
}

/** kdump.conf(5): a keyword, blanks, the rest of the line; "#" begins a comment; the last one counts. */
function keywords(text: string): Setting {
  const found = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^\s*(\w+)\s+([^#]*)/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value.trim());
  }
  return (name) => {
    const value = found.get(name);
    return value === undefined ? { kind: "unset" } : { kind: "known", text: value };
  };
}
