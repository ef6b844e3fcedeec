/** The form of one profile, key by key: the hand check that distros/_schema.json repeats for editors. */

import {
  choice,
  type Decoder,
  fail,
  falseOr,
  flag,
  list,
  map,
  nonEmptyList,
  nullable,
  object,
  optional,
  type Place,
  text,
} from "./decode.js";
import type {
  BlsProfile,
  BootProfile,
  DumpSettingsProfile,
  DumpsProfile,
  InstallProfile,
  KdumpProfile,
  Profile,
  UpdaterProfile,
} from "./profile.js";

const id = text("^[a-z0-9][a-z0-9._-]*$", "an id in lower case");
const version = text("^[0-9A-Za-z][0-9A-Za-z._-]*$", "a release as text");
const sentence = text("^\\S(.*\\S)?$", "a line of text");
const path = text("^(/[A-Za-z0-9_+@-][A-Za-z0-9._+@-]*)+$", "an absolute path without . and ..");
const releasePath = text(
  "^(/[A-Za-z0-9_+@-][A-Za-z0-9._+@-]*)*/[A-Za-z0-9._+@-]*\\{release\\}[A-Za-z0-9._+@-]*$",
  "an absolute path whose last part has {release} in it",
);
const oneOrEach = text(
  "^(/[A-Za-z0-9_+@-][A-Za-z0-9._+@-]*)*/[A-Za-z0-9._+@-]*(\\{release\\})?[A-Za-z0-9._+@-]*$",
  "an absolute path whose last part may have {release} in it",
);
const debugKernel = text(
  "^(/[A-Za-z0-9_+@-][A-Za-z0-9._+@-]*)*/[A-Za-z0-9._+@-]*\\{release\\}[A-Za-z0-9._+@/-]*$",
  "an absolute path with {release} in it",
);
const debugPackage = text(
  "^[a-z0-9][a-z0-9.+-]*(\\{release\\})?[a-z0-9.+-]*$",
  "a package name, with {release} in it or without",
);
const suffix = text("^\\.[a-z0-9]+$", "a file name's ending, with its dot");
const variable = text("^[A-Za-z_][A-Za-z0-9_]*$", "a shell variable's name");
const argument = text("^[^\\s]+$", "one argument without blanks");
const word = text("^[A-Za-z0-9_.=-]+$", "one word");
const expression = text("^[0-9][0-9A-Za-z:,@-]*$", "a crashkernel expression (never the word auto)");
const unit = text("^[A-Za-z0-9@_-]+(\\.service)?$", "a systemd service unit or the name of a SysV script");
const packageName = text("^[a-z0-9][A-Za-z0-9.+-]*$", "a package name");
const pattern = text("^.+$", "a regular expression");
const anyText = text("", "text");

const bls: Decoder<BlsProfile> = object({
  entries: path,
  rescue: text("^[a-z0-9-]+$", "a part of a file name"),
  grubenv: path,
  options: choice(["kernelopts", "literal"]),
  kernelCmdline: nullable(path),
  generatorRewrites: choice(["kernelopts", "entries", "entries-when-asked"]),
});

const boot: Decoder<BootProfile> = object({
  defaults: path,
  dropIns: nullable(object({ dir: path, suffix })),
  variables: nonEmptyList(variable),
  appendTo: variable,
  shell: choice(["dash", "bash"]),
  config: object({ bios: nonEmptyList(path), uefi: nonEmptyList(path) }),
  generate: command("{output}"),
  preview: command(),
  check: command("{file}"),
  bls: falseOr(bls),
  scriptAdds: optional(
    nullable(object({ script: path, needs: list(path), pattern: oneGroup(), before: variable })),
    null,
  ),
});

const install: Decoder<InstallProfile> = object({
  tool: choice(["apt", "yum", "zypper"]),
  command: command("{packages}", "{lockTimeout}?"),
  refresh: nullable(command()),
  remove: command("{packages}?"),
  preseed: list(sentence),
  env: map("^[A-Z][A-Z0-9_]*$", "an environment variable's name", anyText, 0),
});

const action = choice(["reboot", "halt", "poweroff", "shell"]);
const trigger = choice(["oops", "nmi", "softlockup", "hardlockup", "hungtask"]);
const programName = text("^[a-z0-9][a-z0-9.+-]*$", "a program's name");
const program = object({ program: programName, package: packageName });

const written = text("^[a-z][a-z0-9_-]*( [a-z0-9_-]+)*$", "a command without quotes");

const settings: Decoder<DumpSettingsProfile> = object({
  file: path,
  form: choice(["shell", "kdump-conf"]),
  takesEffect: choice(["capture", "load"]),
  url: optional(flag, false),
  directory: object({ key: variable, builtIn: path, made: flag }),
  collector: object({
    key: variable,
    command: flag,
    level: optional(flag, false),
    builtIn: object({ script: path, pattern: oneGroup(), fallback: sentence }),
    flattenFor: list(variable),
    packedBy: nullable(
      object({
        key: variable,
        programs: nonEmptyList(programName),
        builtIn: optional(nullable(programName), null),
      }),
    ),
  }),
  failAction: object({
    key: variable,
    builtIn: action,
    values: object({
      reboot: nullable(written),
      halt: nullable(written),
      poweroff: nullable(written),
      shell: nullable(written),
    }),
    rebootsToo: list(written),
  }),
  keepDumps: nullable(object({ key: variable, older: optional(flag, false) })),
  nfs: nullable(object({ key: variable, needs: program, mountedFirst: flag })),
  ssh: nullable(
    object({
      key: variable,
      keyFile: variable,
      builtInKeyFile: text("^(/[A-Za-z0-9._+@-]+)+$", "an absolute path"),
      needs: program,
      propagate: command(),
      triedOnLoad: flag,
    }),
  ),
  otherTargets: object({ network: list(variable), devices: list(variable) }),
  panicOn: object({ file: path, always: list(trigger) }),
});

const dumps: Decoder<DumpsProfile> = object({
  elsewhere: list(variable),
  debugKernels: nonEmptyList(debugKernel),
  debugPackage,
});

const setting = object({
  key: variable,
  value: text("^[^\\s\"'$`\\\\]+$", "a value without blanks and quotes"),
});

const updater: Decoder<UpdaterProfile> = object({
  by: sentence,
  knownBy: object({ file: path, text: sentence }),
  keep: setting,
  putsRecommended: optional(flag, false),
  off: nullable(setting),
});

const kdump: Decoder<KdumpProfile> = object({
  packages: nonEmptyList(packageName),
  install,
  unit,
  files: nonEmptyList(path),
  enable: nullable(object({ file: path, variable, on: word, off: word })),
  captureArguments: object({
    file: path,
    variable,
    builtIn: nullable(object({ script: path, pattern: oneGroup(), fallback: sentence })),
    onPanic: text("^[a-z_.]+=[0-9-]+$", "one kernel argument with a number"),
  }),
  captureInitrd: oneOrEach,
  updater: optional(nullable(updater), null),
  captureInitrdReduced: nullable(object({ file: path, dir: path, variable, value: word })),
  measured: nullable(object({ unpackedMib: releasePath, earlyMeminfo: releasePath })),
  settings,
  reload: command(),
  unload: command(),
  dumps,
});

export const profileForm: Decoder<Profile> = object({
  id,
  title: sentence,
  match: object({ ids: nonEmptyList(id), versions: nonEmptyList(version), rolling: optional(list(id), []) }),
  family: list(id),
  boot,
  kdump,
  crashkernel: object({
    recommended: map(
      "^(x86_64|aarch64|aarch64-64k|ppc64le|s390x)$",
      "an architecture as uname -m says it, or aarch64-64k",
      expression,
      1,
    ),
    literalAuto: flag,
  }),
  sources: map("^(/([^~/]|~[01])+)+$", "a JSON pointer", sentence, 1),
});

/**
 * Arguments of a program, the program by its name alone (it is looked for in the system worked on). `placeholders`
 * stand exactly once each; with "?" they may be missing. No other {word} may stand there: it would be run as it is.
 */
function command(...placeholders: readonly string[]): Decoder<readonly [string, ...string[]]> {
  const argv = nonEmptyList(argument);
  return {
    shape: argv.shape,
    decode(value, at) {
      const words = argv.decode(value, at);
      if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(words[0])) fail(at, "does not begin with a program's name");
      const found = words.flatMap((one) => one.match(/\{[^}]*\}/g) ?? []);
      for (const one of found)
        if (!placeholders.some((known) => known.replace("?", "") === one))
          fail(at, `${one} has no meaning here`);
      for (const known of placeholders) {
        const count = found.filter((one) => one === known.replace("?", "")).length;
        if (count > 1 || (count === 0 && !known.endsWith("?"))) fail(at, `has to name ${known} once`);
      }
      return words;
    },
  };
}

/** A regular expression with exactly one group. */
function oneGroup(): Decoder<string> {
  return {
    shape: pattern.shape,
    decode(value, at) {
      const source = pattern.decode(value, at);
      if (groups(source, at) !== 1) fail(at, "needs exactly one group: the value");
      return source;
    },
  };
}

/** How many groups a regular expression has: with an empty alternative it matches "" and tells. */
function groups(source: string, at: Place): number {
  try {
    return (new RegExp(`${source}|`).exec("")?.length ?? 0) - 1;
  } catch {
    return fail(at, "is no regular expression");
  }
}
