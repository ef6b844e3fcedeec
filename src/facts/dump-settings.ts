/**
 * How and where the dump is written, as the distribution's own files say it. Two forms are known: variables that
 * kdump-config sources, and the directives of kdump.conf; which one it is, the profile's file names say.
 */
import type { Profile } from "../distro/profile.js";
import type { NamedFile } from "../types.js";
import { directiveSettings } from "./dump-directives.js";
import type { DumpSettings } from "./dump-values.js";
import { variableSettings } from "./dump-variables.js";

export function collectDumpSettings(files: readonly NamedFile[], { boot, kdump }: Profile): DumpSettings {
  const directives = files.find(({ path }) => path.endsWith("/kdump.conf"));
  if (directives !== undefined) return directiveSettings(directives);
  const [first = { path: kdump.files[0], state: { kind: "absent" } as const }] = files;
  return variableSettings(first, boot.shell);
}
