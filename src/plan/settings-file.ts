import type { Profile } from "../distro/profile.js";
import { evaluateFiles } from "../edit/evaluate.js";
import { readKdumpConf } from "../edit/kdump-conf.js";
import type { Facts, NamedFile } from "../types.js";
import { toSource, unreadable } from "./part.js";

export interface Place {
  readonly path: string;
  readonly line: number;
}

/** What a key of the dump's settings file holds; "" counts as not set, as it does for the programs that read it. */
export type KeyValue =
  | {
      readonly kind: "known";
      readonly text: string;
      readonly place: Place | null;
      /** what earlier lines give the same option: it does not count, but kdumpctl counts the lines of a target */
      readonly earlier: readonly { readonly text: string; readonly place: Place }[];
    }
  | { readonly kind: "unset" }
  | { readonly kind: "unknown"; readonly key: string; readonly place: Place; readonly why: string };

const NOT_ENDED =
  "nothing ends this last line of the file, so that some of the programs read it and others do not; end it first";

/** Reads keys of the file the release keeps the dump's settings in, in the form it has. A missing file sets nothing. */
export function settingsFile(facts: Facts, profile: Profile): (key: string) => KeyValue {
  const { file: path, form } = profile.kdump.settings;
  const file: NamedFile = facts.kdump.files.find((one) => one.path === path) ?? {
    path,
    state: { kind: "absent" },
  };
  const why = unreadable(file);
  if (file.state.kind !== "absent" && why !== null)
    return (key) => ({ kind: "unknown", key, place: { path, line: 0 }, why });
  if (form === "kdump-conf") {
    const options = file.state.kind === "file" ? readKdumpConf(file.state.text) : [];
    return (key) => {
      const all = options.filter((option) => option.key === key);
      const last = all.at(-1);
      if (last === undefined || last.value === "") return { kind: "unset" };
      const place = { path, line: last.line };
      if (!last.ended) return { kind: "unknown", key, place, why: NOT_ENDED };
      const earlier = all
        .slice(0, -1)
        .filter(({ value }) => value !== "")
        .map(({ value, line }) => ({ text: value, place: { path, line } }));
      return { kind: "known", text: last.value, place, earlier };
    };
  }
  const evaluation = evaluateFiles(toSource(file), { shell: profile.boot.shell });
  return (key) => {
    const value = evaluation.values(key);
    if (value.kind === "unknown")
      return { kind: "unknown", key, place: { path: value.path, line: value.line }, why: value.why };
    if (value.kind === "unset" || value.text === "") return { kind: "unset" };
    return { kind: "known", text: value.text, place: evaluation.place(key), earlier: [] };
  };
}
