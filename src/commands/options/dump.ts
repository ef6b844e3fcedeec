/** What the set-up command takes about the dump itself. */
import { UsageError } from "../../errors.js";
import { FAIL_ACTIONS, HIGHEST_DUMP_LEVEL, PANIC_TRIGGERS } from "../../plan/dump-choices.js";
import type { DumpTarget, DumpWishes, FailAction, PanicTrigger } from "../../types.js";
import { type Args, text } from "./values.js";

export const DUMP = {
  "dump-level": { type: "string", requiresArg: true, describe: "what a dump leaves out: 0 (nothing) to 31" },
  "core-dir": { type: "string", requiresArg: true, describe: "directory dumps are written to" },
  target: {
    type: "string",
    requiresArg: true,
    describe: "where dumps go: local, nfs:HOST:PATH or ssh:USER@HOST",
  },
  "ssh-key": { type: "string", requiresArg: true, describe: "private key for an SSH target" },
  "fail-action": {
    type: "string",
    requiresArg: true,
    describe: "when a dump cannot be saved: reboot, halt, poweroff or shell",
  },
  "keep-dumps": { type: "string", requiresArg: true, describe: "how many dumps stay on this machine" },
  "panic-on": {
    type: "string",
    requiresArg: true,
    describe: "what makes the kernel panic: oops,nmi,softlockup,hardlockup,hungtask",
  },
} as const;

const NAMES = Object.keys(DUMP);
/**
 * Names that need no quotes anywhere: the packages' scripts hand them on without, to a shell on the other host as
 * well, and a "#" would begin a comment in kdump.conf.
 */
const PATH = /^(\/[A-Za-z0-9._+@:,=-]+)+$/;
const HOST_NAME = "[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?";
const HOST = new RegExp(`^${HOST_NAME}$`);
const NFS = new RegExp(`^(${HOST_NAME}|\\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?\\]):(/.*)$`);

/** null: nothing about the dump was asked for. Throws UsageError with one sentence a mistake. */
export function dumpWishes(args: Args): DumpWishes | null {
  const value = (name: string) => text(args, camel(name));
  if (NAMES.every((name) => value(name) === undefined)) return null;
  const wish = <T>(name: string, read: (given: string) => T): T | null => {
    const given = value(name);
    return given === undefined ? null : read(given);
  };
  const wishes: DumpWishes = {
    level: wish("dump-level", level),
    directory: wish("core-dir", (given) => path("--core-dir", given)),
    target: wish("target", target),
    keyFile: wish("ssh-key", (given) => path("--ssh-key", given)),
    failAction: wish("fail-action", failAction),
    keepDumps: wish("keep-dumps", count),
    panicOn: wish("panic-on", triggers),
  };
  if (wishes.keyFile !== null && wishes.target !== null && wishes.target.kind !== "ssh")
    throw new UsageError(
      `--ssh-key goes with --target ssh:USER@HOST, not with --target ${shown(value("target"))}`,
    );
  return wishes;
}

/** The options that stand for these wishes, as they are typed. */
export function dumpOptions(wishes: DumpWishes): readonly string[] {
  const { level, directory, target, keyFile, failAction, keepDumps, panicOn } = wishes;
  const given: Readonly<Record<keyof typeof DUMP, string | number | null>> = {
    "dump-level": level,
    "core-dir": directory,
    target: target === null ? null : target.kind === "local" ? "local" : `${target.kind}:${target.where}`,
    "ssh-key": keyFile,
    "fail-action": failAction,
    "keep-dumps": keepDumps,
    "panic-on": panicOn === null ? null : panicOn.join(","),
  };
  return Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [`--${name}`, `${value}`]));
}

/** The first of these options that was given, with its dashes; null when none was. */
export function dumpOptionGiven(args: Args): string | null {
  const given = NAMES.find((name) => args[camel(name)] !== undefined);
  return given === undefined ? null : `--${given}`;
}

function level(given: string): number {
  if (/^(0|[1-9]\d?)$/.test(given) && Number(given) <= HIGHEST_DUMP_LEVEL) return Number(given);
  throw new UsageError(
    `--dump-level ${shown(given)}: a whole number from 0 to ${HIGHEST_DUMP_LEVEL} is needed`,
    {
      hint: "31 leaves out what a kernel dump hardly ever needs; 0 writes the whole memory",
    },
  );
}

function path(option: string, given: string): string {
  const bare = given.replace(/(.)\/+$/, "$1");
  const wrong = !bare.startsWith("/")
    ? "is not absolute: it has to begin with /"
    : bare === "/"
      ? "is the root directory: name one of its own below it"
      : /\/\.{1,2}(\/|$)/.test(bare)
        ? "has a . or .. in it: name the directory itself"
        : !PATH.test(bare)
          ? "may have letters, digits and . _ - + @ : , = between single slashes only: the scripts that read it take nothing else"
          : null;
  if (wrong === null) return bare;
  throw new UsageError(`${option} ${shown(given)} ${wrong}`);
}

function target(given: string): DumpTarget {
  const [kind = "", rest = ""] = given.split(/:(.*)/s);
  switch (kind) {
    case "local":
      if (given === "local") return { kind: "local" };
      break;
    case "nfs":
      return { kind: "nfs", where: nfsExport(given, rest) };
    case "ssh":
      return { kind: "ssh", where: sshHost(given, rest) };
  }
  throw new UsageError(`--target ${shown(given)}: it is one of local, nfs:HOST:PATH and ssh:USER@HOST`);
}

function nfsExport(given: string, rest: string): string {
  const [, host, exported] = NFS.exec(rest) ?? [];
  if (host === undefined || exported === undefined)
    throw new UsageError(`--target ${shown(given)}: write nfs:HOST:PATH with an absolute path`, {
      hint: "for example nfs:dumps.example.com:/export/crash, or nfs:[2001:db8::1]:/export/crash",
    });
  const bare = exported.replace(/(.)\/+$/, "$1");
  if (bare !== "/" && (!PATH.test(bare) || /\/\.{1,2}(\/|$)/.test(bare)))
    throw new UsageError(
      `--target ${shown(given)}: the path may have letters, digits and . _ - + @ : , = between single slashes only`,
    );
  return `${host}:${bare}`;
}

function sshHost(given: string, rest: string): string {
  const at = rest.lastIndexOf("@");
  const [user, host] = [rest.slice(0, Math.max(0, at)), rest.slice(at + 1)];
  if (host.includes(":"))
    throw new UsageError(
      `--target ${shown(given)}: ssh and scp write an IPv6 address in two ways, so give the host's name`,
    );
  if (/^[A-Za-z_][A-Za-z0-9._-]*$/.test(user) && HOST.test(host)) return `${user}@${host}`;
  throw new UsageError(`--target ${shown(given)}: write ssh:USER@HOST`, {
    hint: "for example ssh:kdump@dumps.example.com",
  });
}

function failAction(given: string): FailAction {
  const known = Object.keys(FAIL_ACTIONS).find((name): name is FailAction => name === given);
  if (known !== undefined) return known;
  throw new UsageError(`--fail-action ${shown(given)}: it is one of ${Object.keys(FAIL_ACTIONS).join(", ")}`);
}

function count(given: string): number {
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw new UsageError(`--keep-dumps ${shown(given)}: a whole number from 1 is needed`);
}

function triggers(given: string): readonly PanicTrigger[] {
  const all = Object.keys(PANIC_TRIGGERS);
  const words = given.split(",");
  const found = words.map((word) => {
    const known = all.find((name): name is PanicTrigger => name === word);
    if (known !== undefined) return known;
    throw new UsageError(`--panic-on ${shown(given)}: ${shown(word)} is none of ${all.join(", ")}`);
  });
  const twice = found.find((word, index) => found.indexOf(word) !== index);
  if (twice !== undefined) throw new UsageError(`--panic-on ${shown(given)}: ${twice} stands there twice`);
  return found;
}

/** What was typed, short and on one line. */
function shown(given: string | undefined): string {
  const short = (given ?? "").length <= 80 ? (given ?? "") : `${(given ?? "").slice(0, 80)}…`;
  return /^[\x21-\x7e]+$/.test(short) ? short : JSON.stringify(short);
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
