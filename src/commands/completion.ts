/**
 * Completion scripts, made from the tables the options are parsed with. They are plain data for the shell: nothing of ours
 * runs at a TAB.
 */
import { EXIT } from "../errors.js";
import type { Output } from "../ui/output.js";
import { CHECK } from "./options/check.js";
import { COMMON } from "./options/common.js";
import { COMPLETION, SHELLS } from "./options/completion.js";
import { CRASH_TEST } from "./options/crash-test.js";
import { DUMPS } from "./options/dumps.js";
import { EXPLAIN } from "./options/explain.js";
import { ROLLBACK } from "./options/rollback.js";
import { SETUP } from "./options/setup.js";
import { JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { CompletionRequest } from "./request.js";

interface Option {
  readonly name: string;
  readonly short: string | null;
  readonly takes: boolean;
  readonly choices: readonly string[];
  /** the value is a file's or directory's name */
  readonly path: "file" | "directory" | null;
  readonly describe: string;
}

interface Command {
  /** "" for what is done without one */
  readonly name: string;
  readonly describe: string;
  readonly words: readonly string[];
  readonly options: readonly Option[];
}

/** Positional arguments stand in the same tables. */
const POSITIONAL: ReadonlySet<string> = new Set(["id", "expr", "shell"]);
const PATHS: Readonly<Record<string, Option["path"]>> = { root: "directory", output: "file" };

type Table = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function optionsOf(table: Table): readonly Option[] {
  return Object.entries(table).flatMap(([name, option]): readonly Option[] => {
    if (POSITIONAL.has(name)) return [];
    const describe = typeof option.describe === "string" ? option.describe : "";
    const choices = Array.isArray(option.choices) ? option.choices.map(String) : [];
    const takes = option.type !== "boolean";
    const short = typeof option.alias === "string" ? option.alias : null;
    const one: Option = { name, short, takes, choices, path: PATHS[name] ?? null, describe };
    // what is on without being asked for is only ever switched off
    return option.default === true ? [{ ...one, name: `no-${name}` }] : [one];
  });
}

const EVERYWHERE = optionsOf({
  ...COMMON,
  help: { type: "boolean", describe: "what there is" },
  version: { type: "boolean", describe: "version of this program" },
});

const command = (name: string, describe: string, table: Table, words: readonly string[] = []): Command => ({
  name,
  describe,
  words,
  options: withOwn(EVERYWHERE, optionsOf(table)),
});

/** An option of a command that stands everywhere as well has the choices of both. */
function withOwn(everywhere: readonly Option[], own: readonly Option[]): readonly Option[] {
  const shared = (name: string) => everywhere.find((one) => one.name === name);
  return [
    ...own.map((one) => ({ ...one, choices: [...(shared(one.name)?.choices ?? []), ...one.choices] })),
    ...everywhere.filter(({ name }) => !own.some((one) => one.name === name)),
  ];
}

const COMMANDS: readonly Command[] = [
  command("", "", { ...SETUP, ...CHECK }),
  command("rollback", "take back what an earlier run changed", ROLLBACK),
  command("explain", "what a kernel will do with an expression", EXPLAIN, ["auto", "tight"]),
  command("status", "whether a dump would be saved, link by link", {}),
  command("history", "who changed what, when and why", {}),
  command("dumps", "the saved dumps, and the command that opens each", DUMPS),
  command("crash-test", "crash this machine on purpose", CRASH_TEST),
  command("completion", "completion for a shell", COMPLETION, SHELLS),
];

/** Prints a script. With --format json it stands in the document. */
export function completion({ shell }: CompletionRequest, output: Output): Outcome {
  const script = { bash, zsh, fish }[shell]();
  output.result(script.trimEnd());
  return { exit: EXIT.ok, document: { schema: JSON_SCHEMA, command: "completion", shell, script } };
}

const flags = (option: Option): readonly string[] => [
  `--${option.name}`,
  ...(option.short === null ? [] : [`-${option.short}`]),
];
const named = COMMANDS.filter(({ name }) => name !== "");
/** Options that take a value, by what the value is; whatever command they belong to, they take the same. */
const valued = (): readonly Option[] => [
  ...new Map(
    COMMANDS.flatMap(({ options }) => options.filter(({ takes }) => takes).map((one) => [one.name, one])),
  ).values(),
];

function bash(): string {
  const values = valued().map((option) => {
    const what =
      option.choices.length > 0
        ? `COMPREPLY=($(compgen -W '${option.choices.join(" ")}' -- "$cur"))`
        : option.path === "directory"
          ? 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur")'
          : option.path === "file"
            ? 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur")'
            : "COMPREPLY=()";
    return `    ${flags(option).join("|")}) ${what}; return ;;`;
  });
  const words = COMMANDS.map(({ name, words: own, options }) => {
    const all = [...(name === "" ? named.map((one) => one.name) : own), ...options.flatMap(flags)];
    return `    ${name === "" ? "''" : name}) words='${all.join(" ")}' ;;`;
  });
  const takes = valued().flatMap(flags).join("|");
  return `# bash completion for kdump-setup, made by kdump-setup completion bash
_kdump_setup() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' words='' i
  # readline takes --option=value apart
  if [ "$cur" = = ]; then cur=''; elif [ "$prev" = = ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  case $prev in
${values.join("\n")}
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${takes}) if [ "\${COMP_WORDS[i+1]}" = = ]; then i=$((i + 2)); else i=$((i + 1)); fi ;;
      ${named.map(({ name }) => name).join("|")}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case $command in
${words.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _kdump_setup kdump-setup
`;
}

/** For a word in single quotes of a shell. */
const single = (text: string): string => text.replace(/'/g, "'\\''");

function zsh(): string {
  const spec = (option: Option): readonly string[] => {
    const value = !option.takes
      ? ""
      : option.choices.length > 0
        ? `:${option.name}:(${option.choices.join(" ")})`
        : `:${option.name}:${option.path === "directory" ? "_files -/" : option.path === "file" ? "_files" : ""}`;
    const describe = single(option.describe.replace(/[[\]:\\]/g, "\\$&"));
    return flags(option).map(
      (flag) => `'${flag}${option.takes && flag.startsWith("--") ? "=" : ""}[${describe}]${value}'`,
    );
  };
  const own = (one: Command) =>
    [
      ...one.options.flatMap(spec),
      ...(one.words.length > 0 ? [`'*:value:(${one.words.join(" ")})'`] : []),
    ].join(" ");
  const list = named.map(({ name, describe }) => `'${name}:${single(describe)}'`).join(" ");
  const cases = named.map((one) => `    ${one.name}) _arguments ${own(one)} ;;`);
  const [none] = COMMANDS;
  return `#compdef kdump-setup
# zsh completion for kdump-setup, made by kdump-setup completion zsh
_kdump_setup() {
  local -a commands=(${list})
  local command='' i
  for ((i = 2; i < CURRENT; i++)); do
    case $words[i] in ${named.map(({ name }) => name).join("|")}) command=$words[i]; break ;; esac
  done
  # the words after the command are its own
  if [ -n "$command" ]; then
    words=("$words[1]" "\${(@)words[i+1,-1]}")
    (( CURRENT -= i - 1 ))
  fi
  case $command in
${cases.join("\n")}
    *) _arguments ${none === undefined ? "" : own(none)} '1:command:{_describe command commands}' ;;
  esac
}
if [ "$funcstack[1]" = _kdump_setup ]; then _kdump_setup "$@"; else compdef _kdump_setup kdump-setup; fi
`;
}

function fish(): string {
  const names = named.map(({ name }) => name).join(" ");
  const lines = COMMANDS.flatMap(({ name, options, words }) => {
    const when =
      name === "" ? `not __fish_seen_subcommand_from ${names}` : `__fish_seen_subcommand_from ${name}`;
    const start = `complete -c kdump-setup -n '${when}'`;
    const own = options.map((option) => {
      const value = !option.takes
        ? ""
        : option.choices.length > 0
          ? ` -x -a '${option.choices.join(" ")}'`
          : option.path === "directory"
            ? " -x -a '(__fish_complete_directories)'"
            : option.path === "file"
              ? " -r -F"
              : " -x";
      const short = option.short === null ? "" : ` -s ${option.short}`;
      return `${start} -l ${option.name}${short}${value} -d '${option.describe.replace(/[\\']/g, "\\$&")}'`;
    });
    return [...own, ...(words.length > 0 ? [`${start} -a '${words.join(" ")}'`] : [])];
  });
  const commands = named.map(
    ({ name, describe }) =>
      `complete -c kdump-setup -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d '${describe.replace(/[\\']/g, "\\$&")}'`,
  );
  return `# fish completion for kdump-setup, made by kdump-setup completion fish
complete -c kdump-setup -f
${[...commands, ...lines].join("\n")}
`;
}
