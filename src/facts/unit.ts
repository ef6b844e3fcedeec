import type { Reader } from "../machine/machine.js";
import type { LinkFact, UnitFacts } from "../types.js";

/** Where units stand, the stronger first (systemd.unit(5), systemd 252). */
const DIRECTORIES = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];
const RUN_LEVELS = ["0", "1", "2", "3", "4", "5", "6", "S"];

/** The state of a service from its files alone: what `systemctl is-enabled` says, with no systemd asked. */
export function collectUnit(reader: Reader, name: string): UnitFacts & { readonly native: boolean } {
  const own = linksOf(reader, name);
  const masked = isMasked(reader, name);
  const native = directories(reader).some((dir) => isUnitFile(reader, `${dir}/${name}`));
  const script = sysvScripts(name).some((path) => reader.stat(path)?.type === "file");
  const enabled = native
    ? own.some((link) => !link.path.startsWith("/run/") && enables(link, name))
    : own.some((link) => /^\/etc\/(?:rc\.d\/)?rc[2-5]\.d\/S/.test(link.path));
  const present = native || script;
  return {
    name,
    present,
    /** systemd's own, not a SysV script's */
    native,
    state: masked ? "masked" : !present ? "absent" : enabled ? "enabled" : "disabled",
    links: unitLinks(reader, name),
  };
}

/**
 * Every symbolic link that enables or masks a unit: its own name (a mask, or a unit kept elsewhere), aliases,
 * *.wants, *.requires and *.upholds, and SysV rc?.d links of the script with the unit's name. Sorted by directory. With
 * those of the units that `systemctl enable` and `disable` treat together with it (Also=, systemd.unit(5)).
 */
export function unitLinks(reader: Reader, name: string): readonly LinkFact[] {
  return [name, ...companions(reader, name)].flatMap((one) => linksOf(reader, one));
}

function companions(reader: Reader, name: string): readonly string[] {
  const texts = directories(reader).map((dir) => reader.readText(`${dir}/${name}`) ?? "");
  const named = texts.flatMap((text) =>
    [...text.matchAll(/^Also=(.*)$/gm)].flatMap(([, also = ""]) => also.split(/\s+/)),
  );
  return [...new Set(named)].filter((one) => one !== "" && one !== name);
}

function linksOf(reader: Reader, name: string): readonly LinkFact[] {
  return [
    ...directories(reader).flatMap((dir) => linksBelow(reader, dir, name)),
    ...sysvLinks(reader, stemOf(name)),
  ];
}

function linksBelow(reader: Reader, dir: string, name: string): readonly LinkFact[] {
  return (reader.list(dir) ?? []).flatMap((entry) => {
    const path = `${dir}/${entry.name}`;
    if (entry.type === "symlink") {
      const link = linkAt(reader, path);
      return link !== null && (entry.name === name || baseName(link.to) === name) ? [link] : [];
    }
    if (entry.type !== "directory" || !/\.(wants|requires|upholds)$/.test(entry.name)) return [];
    const link = linkAt(reader, `${path}/${name}`);
    return link === null ? [] : [link];
  });
}

function sysvLinks(reader: Reader, stem: string): readonly LinkFact[] {
  const dirs = RUN_LEVELS.flatMap((level) => [`/etc/rc${level}.d`, `/etc/rc.d/rc${level}.d`]);
  return distinct(reader, dirs).flatMap((dir) =>
    (reader.list(dir) ?? [])
      .filter(
        (entry) => entry.type === "symlink" && /^[SK]\d\d/.test(entry.name) && entry.name.slice(3) === stem,
      )
      .flatMap((entry) => linkAt(reader, `${dir}/${entry.name}`) ?? []),
  );
}

/** Does that link start the unit at boot? One to /dev/null takes a dependency away. */
function enables(link: LinkFact, name: string): boolean {
  if (link.to === "/dev/null" || /\/rc.\.d\//.test(link.path)) return false;
  return /\.(wants|requires|upholds)\//.test(link.path) || baseName(link.path) !== name;
}

/** By the strongest name there is: a link to /dev/null, or an empty file (systemd.unit(5)). */
function isMasked(reader: Reader, name: string): boolean {
  const path = directories(reader)
    .map((dir) => `${dir}/${name}`)
    .find((one) => reader.lstat(one) !== null);
  if (path === undefined) return false;
  const to = reader.readlink(path);
  if (to !== null) return to === "/dev/null";
  const stat = reader.lstat(path);
  return stat?.type === "file" && stat.size === 0;
}

function isUnitFile(reader: Reader, path: string): boolean {
  const stat = reader.stat(path);
  return stat?.type === "file" && stat.size > 0;
}

function sysvScripts(name: string): readonly string[] {
  return ["/etc/init.d", "/etc/rc.d/init.d"].map((dir) => `${dir}/${stemOf(name)}`);
}

/** Where /lib is a link to /usr/lib the same directory would be seen twice. */
function directories(reader: Reader): readonly string[] {
  return distinct(reader, DIRECTORIES);
}

function distinct(reader: Reader, dirs: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return dirs.filter((dir) => {
    const real = reader.resolve(dir) ?? dir;
    return seen.has(real) ? false : seen.add(real);
  });
}

function linkAt(reader: Reader, path: string): LinkFact | null {
  const to = reader.readlink(path);
  return to === null ? null : { path, to };
}

function stemOf(name: string): string {
  return name.replace(/\.service$/, "");
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
