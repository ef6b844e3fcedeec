import type { Reader } from "../machine/machine.js";
import type { Blocker } from "../types.js";
import { ESP_DIRECTORIES, efiVariable, grubConfigs, namesIn } from "./boot-files.js";
import { OTHER_LOADERS, type Sign } from "./loader-table.js";
import { mountOf, parseMountinfo } from "./mounts.js";
import { findProgram } from "./programs.js";

/** Boot loader interface, systemd.io/BOOT_LOADER_INTERFACE: who started this kernel. */
const LOADER_GUID = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

/** The first of OTHER_LOADERS that this system shows: what is right for one of them is wrong for the next. */
export function loaderBlockers(reader: Reader, arch: string): readonly Blocker[] {
  const grub = grubConfigs(reader).length > 0;
  for (const { id, severity, known, text } of OTHER_LOADERS) {
    for (const signs of known) {
      const seen = signs.map((sign) => see(reader, sign, { arch, grub }));
      if (seen.includes(null)) continue;
      const evidence = seen.filter((one) => one !== null && one !== "");
      return [
        { id, severity, text: text.replace("{file}", evidence.at(-1) ?? ""), evidence: evidence.join(", ") },
      ];
    }
  }
  return [];
}

/** What shows it; "" for a sign that is nothing to see, null where it is not so. */
function see(reader: Reader, sign: Sign, system: { readonly arch: string; readonly grub: boolean }) {
  if ("path" in sign) return places(sign.path).find((path) => reader.stat(path) !== null) ?? null;
  if ("dir" in sign) return places(sign.dir).flatMap((dir) => namesIn(reader, dir, sign.name))[0] ?? null;
  if ("files" in sign) {
    const file = sign.files.find((path) => reader.readText(path) !== null);
    const line = file === undefined ? null : sign.text.exec(reader.readText(file) ?? "");
    return line === null ? null : `${file}: ${line[0].trim()}`;
  }
  if ("program" in sign) return findProgram(reader, sign.program);
  if ("live" in sign) return !reader.image && reader.lstat(sign.live) !== null ? sign.live : null;
  if ("variable" in sign) {
    const value = reader.image ? null : efiVariable(reader, `${sign.variable}-${LOADER_GUID}`);
    return value?.startsWith(sign.begins) === true ? `booted by ${value.slice(0, 60)}` : null;
  }
  if ("arch" in sign) return sign.arch.test(system.arch) ? `architecture ${system.arch}` : null;
  switch (sign.is) {
    case "read-only-root":
      return hasReadOnlyRoot(reader) ? "/ is read-only" : null;
    case "without-grub":
      return system.grub ? null : "";
    default:
      return sign.is satisfies never;
  }
}

function places(path: string): readonly string[] {
  return path.includes("{esp}") ? ESP_DIRECTORIES.map((esp) => path.replace("{esp}", esp)) : [path];
}

function hasReadOnlyRoot(reader: Reader): boolean {
  if (!reader.image)
    return mountOf(parseMountinfo(reader.readText("/proc/self/mountinfo") ?? ""), "/")?.readOnly === true;
  return (reader.readText("/etc/fstab") ?? "").split("\n").some((line) => {
    const [device, dir, , options] = line.trim().split(/\s+/);
    return !device?.startsWith("#") && dir === "/" && (options ?? "").split(",").includes("ro");
  });
}
