import type { Profile } from "../distro/profile.js";
import { evaluateFiles } from "../edit/evaluate.js";
import type { Reader } from "../machine/machine.js";
import type { Measured } from "../sizing/input.js";
import { collectDropIns } from "./grub.js";

/**
 * Will the capture initrd be about as large as the normal one? The setting that says so by its source, null where the
 * package makes it smaller. What cannot be told counts as large: too much rather than too little.
 */
export function captureLikeMain(reader: Reader, profile: Profile): Measured["source"] | null {
  const rule = profile.kdump.captureInitrdReduced;
  if (rule === null) return null;
  const named = [
    { path: rule.file, state: reader.read(rule.file) },
    ...collectDropIns(reader, { dir: rule.dir, suffix: "" }),
  ];
  const files = named.flatMap(({ path, state }) =>
    state.kind === "file" ? [{ path, text: state.text }] : [],
  );
  const value = evaluateFiles(files, { shell: profile.boot.shell }).values(rule.variable);
  if (value.kind === "unknown") return `${value.path}: what ${rule.variable} is cannot be told`;
  if (value.kind === "unset" || value.text === rule.value) return null;
  return `${rule.variable}=${value.text} in ${rule.file} or ${rule.dir}`;
}
