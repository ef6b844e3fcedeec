/**
 * What a plain command does to a file that is read with `. file` under `set -e`, as far as that is certain.
 * Sources: POSIX XCU 2.14 (special built-ins), bash(1) and dash(1) for the rest.
 */
export type CommandEffect =
  /** status 0 and no variable changes */
  | "succeeds"
  /** very likely status 0, no variable changes */
  | "should-succeed"
  /** status 1, no variable changes */
  | "fails"
  /** either status, no variable changes */
  | "tests"
  /** a program that is practically always there and succeeds where its output is asked for, as in `$(…)` */
  | "usual"
  /** may change any variable, or what later lines mean */
  | "anything";

const BY_EFFECT: readonly (readonly [CommandEffect, string])[] = [
  ["succeeds", ": true echo pwd umask times break continue"],
  ["should-succeed", "cd printf sync sleep date uname"],
  ["fails", "false"],
  ["tests", "test [ hash unalias type wait kill jobs ulimit"],
  [
    "usual",
    "awk basename blkid cat cut df dirname dmidecode dpkg dpkg-query env expr find findmnt free getconf grep head hostname " +
      "id ls lsb_release lsblk lscpu nproc paste printenv readlink realpath rev rpm sed seq sort stat tac tail tr uniq wc xargs",
  ],
  ["anything", "eval . alias trap getopts fc shift local"],
];
const EFFECTS: ReadonlyMap<string, CommandEffect> = new Map(
  BY_EFFECT.flatMap(([effect, names]) => names.split(" ").map((name) => [name, effect] as const)),
);

/** built-ins only bash has; under dash such a name is a program that is most likely missing */
const BASH_ANYTHING = new Set(
  "source declare typeset let mapfile readarray shopt enable builtin caller complete compgen compopt bind pushd popd".split(
    " ",
  ),
);

/** null: an outside program (or nothing at all): it cannot change a variable, but it may be missing or fail */
export function effectOf(name: string, shell: "dash" | "bash"): CommandEffect | null {
  return EFFECTS.get(name) ?? (shell === "bash" && BASH_ANYTHING.has(name) ? "anything" : null);
}

/**
 * Variables that have a value before the first file is read: set by the shell or by the login, or by grub-mkconfig
 * itself (GRUB 2.06, util/grub-mkconfig.in). Their value is not known here unless the files set it.
 */
export function setFromOutside(name: string): boolean {
  return OUTSIDE.has(name) || /^(?:LC_|BASH|GRUB_DEVICE|PACKAGE_|DPKG_)/.test(name);
}

const OUTSIDE = new Set(
  (
    "HOME PATH PWD OLDPWD IFS PS1 PS2 PS4 PPID OPTIND OPTARG OPTERR LINENO USER LOGNAME SHELL HOSTNAME HOSTTYPE MACHTYPE " +
    "OSTYPE TERM LANG LANGUAGE TZ MAIL EDITOR SHLVL UID EUID GROUPS RANDOM SECONDS EPOCHSECONDS EPOCHREALTIME SRANDOM " +
    "FUNCNAME DIRSTACK PIPESTATUS SHELLOPTS POSIXLY_CORRECT HISTCMD COLUMNS LINES TMPDIR SUDO_USER SUDO_UID _ " +
    "prefix exec_prefix datarootdir datadir sysconfdir bindir sbindir libdir localedir pkgdatadir host_os self " +
    "grub_cfg grub_mkconfig_dir grub_mkdevicemap grub_probe grub_file grub_editenv grub_script_check GRUB_FS x i option"
  ).split(" "),
);

/** Names whose assignment the shell itself reacts to with an error or another value than the one written. */
export function isPeculiar(name: string, shell: "dash" | "bash"): boolean {
  if (shell === "dash") return name === "OPTIND" || name === "LINENO";
  return (
    /^BASH/.test(name) ||
    "UID EUID PPID SHELLOPTS RANDOM SECONDS LINENO OPTIND FUNCNAME GROUPS DIRSTACK PIPESTATUS HISTCMD SRANDOM EPOCHSECONDS EPOCHREALTIME _"
      .split(" ")
      .includes(name)
  );
}
