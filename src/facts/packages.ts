import type { KdumpProfile } from "../distro/profile.js";
import type { Reader } from "../machine/machine.js";
import type { KdumpFacts } from "../types.js";
import { findProgram } from "./programs.js";
import { collectUnit } from "./unit.js";

/** dpkg's database can be larger than any file we edit. */
const STATUS_LIMIT = 64 * 1024 * 1024;
/** Where an rpm database stands (rpm 4.11 to 4.19). It is binary: only that it is there is looked at. */
const RPM_DATABASES = [
  "/var/lib/rpm/Packages",
  "/var/lib/rpm/Packages.db",
  "/var/lib/rpm/rpmdb.sqlite",
  "/usr/lib/sysimage/rpm/Packages.db",
  "/usr/lib/sysimage/rpm/rpmdb.sqlite",
];

/**
 * Names of a dpkg status file that are installed: "install ok installed" and "hold ok installed", not what is left of
 * a removed package ("deinstall ok config-files") nor one that is half there (dpkg(1), dpkg 1.21.23).
 */
export function parseDpkgStatus(text: string): ReadonlySet<string> {
  const installed = new Set<string>();
  let name = "";
  for (const line of text.split("\n")) {
    if (line === "" || line === "\r") name = "";
    else if (line.startsWith("Package:")) name = line.slice(8).trim();
    else if (name !== "" && line.startsWith("Status:")) {
      const [, , state] = line.slice(7).trim().split(/\s+/);
      if (state === "installed" || state === "triggers-pending" || state === "triggers-awaited")
        installed.add(name);
    }
  }
  return installed;
}

/** Whether each package of the profile is installed; null where that cannot be told. */
export function collectPackages(reader: Reader, kdump: KdumpProfile): KdumpFacts["packages"] {
  const database = readDpkg(reader);
  if (database !== null) return kdump.packages.map((name) => ({ name, installed: database.has(name) }));
  const installed = byKeyFiles(reader, kdump);
  return kdump.packages.map((name) => ({ name, installed }));
}

function readDpkg(reader: Reader): ReadonlySet<string> | null {
  const status = reader.read("/var/lib/dpkg/status", STATUS_LIMIT);
  const parts = (reader.list("/var/lib/dpkg/status.d") ?? []).flatMap(({ name }) => {
    const part = reader.read(`/var/lib/dpkg/status.d/${name}`);
    return part.kind === "file" ? [part.text] : [];
  });
  if (status.kind !== "file" && parts.length === 0) return null;
  return parseDpkgStatus([status.kind === "file" ? status.text : "", ...parts].join("\n\n"));
}

/**
 * Without a database that can be read: the unit and the program that loads the capture kernel (where it has one beside
 * the unit) both there, so its packages are. Neither there, beside an rpm database: they are not. Anything between: nobody knows.
 */
function byKeyFiles(reader: Reader, kdump: KdumpProfile): boolean | null {
  const unit = collectUnit(reader, kdump.unit).present;
  const program = kdump.unload[0] === "systemctl" ? unit : findProgram(reader, kdump.unload[0]) !== null;
  if (unit && program) return true;
  if (unit || program) return null;
  return RPM_DATABASES.some((path) => reader.stat(path)?.type === "file") ? false : null;
}
