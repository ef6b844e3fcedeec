import { md5 } from "../machine/hash.js";
import type { Reader } from "../machine/machine.js";
import type { ConffileFact, NamedFile } from "../types.js";

const STATUS = "/var/lib/dpkg/status";
const STATUS_LIMIT = 64 * 1024 * 1024;

/**
 * Of these files the ones dpkg knows as a package's configuration, by the paragraph "Conffiles:" of its status file: a
 * path and the MD5 of the bytes the package brought (deb-conffiles(5), dpkg 1.21.23).
 */
export function collectConffiles(reader: Reader, files: readonly NamedFile[]): readonly ConffileFact[] {
  const status = reader.read(STATUS, STATUS_LIMIT);
  if (status.kind !== "file") return [];
  const wanted = new Map(files.map((file) => [file.path, file.state]));
  const found: ConffileFact[] = [];
  let name = "";
  for (const line of status.text.split("\n")) {
    if (line.startsWith("Package:")) name = line.slice(8).trim();
    const [, path = "", sum] = /^ (\/\S+) ([0-9a-f]{32})(?: |$)/.exec(line) ?? [];
    const state = wanted.get(path);
    if (state?.kind === "file") found.push({ path, package: name, shipped: md5(state.text) === sum });
  }
  return found;
}
