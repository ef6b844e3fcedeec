import type { SourceFile } from "../types.js";
import { Builtins } from "./interpret-builtins.js";
import type { Binding, Context, Status, Stop } from "./interpret-variables.js";
import type { Assigned, Budget } from "./provenance.js";
import { readShell } from "./shell-reader.js";
import type { Command, Script, Shell, SimpleCommand, Word } from "./shell-syntax.js";
import { literalText } from "./shell-syntax.js";

export type { Binding };

export interface Interpretation {
  readonly scripts: readonly Script[];
  /** every assignment that was carried out with a known value, in order */
  readonly assignments: readonly Assigned[];
  /** assignments that may or may not be carried out */
  readonly unsure: readonly { readonly name: string; readonly file: number; readonly word: Word }[];
  readonly stops: readonly Stop[];
  readonly names: readonly string[];
  readonly budget: Budget;
  binding(name: string): Binding;
}

const MAX_CALLS = 8;

/** Carries the files out, in one shell and in order, as far as that can be done without running anything. */
export function interpret(
  files: readonly SourceFile[],
  shell: Shell,
  preset: Readonly<Record<string, string>> = {},
): Interpretation {
  return new Interpreter(files, shell, preset).run();
}

class Interpreter extends Builtins {
  private readonly functions = new Map<string, Command>();
  private calls = 0;

  run(): Interpretation {
    const top: Context = { errexit: true, unsure: null, subshell: false, inFunction: false };
    const scripts = this.files.map(({ text }, index) => {
      this.file = index;
      const nul = text.indexOf("\0");
      if (nul >= 0) this.stop("ends", nul, "there is a NUL byte in the file, which shells treat differently");
      const script = readShell(text, this.shell);
      const status = this.all(script.commands, top);
      if (script.error !== null)
        this.stop("ends", script.error.offset, `no valid shell syntax: ${script.error.why}`);
      const last = script.commands[script.commands.length - 1];
      if (last !== undefined && (status === "maybe" || status === "nonzero"))
        this.stop(
          "errexit",
          last.start,
          "the last command of the file may be false, and the generator stops on that",
        );
      return script;
    });
    return {
      scripts,
      assignments: this.assignments,
      unsure: this.unsure,
      stops: this.stops,
      names: [...this.names],
      budget: this.budget,
      binding: (name) => this.lookup(name),
    };
  }

  protected all(commands: readonly Command[], context: Context): Status {
    let status: Status = "zero";
    for (const command of commands) status = this.command(command, context);
    return status;
  }

  protected command(command: Command, context: Context): Status {
    if (!this.budget.spend(1)) {
      this.anything(command.start, "the file is too complicated to work out", context);
      this.stop("ends", command.start, "the file is too complicated to work out");
      return "maybe";
    }
    if ("redirects" in command) for (const { target } of command.redirects) this.touch(target, context);
    switch (command.kind) {
      case "simple":
        return this.simple(command, context);
      case "pipeline":
        return this.pipeline(command, context);
      case "list":
        return this.list(command, context);
      case "background":
        this.apart([command.command], { ...context, errexit: false });
        return "zero";
      case "group":
        return this.afterRedirects(this.all(command.body, context), command, context);
      case "subshell": {
        const status = this.apart(command.body, context);
        return this.settle(status, command.start, "the subshell may be false", context);
      }
      case "if":
        return this.conditional(command, context);
      case "loop": {
        const unsure = { ...context, unsure: context.unsure ?? "is set inside a loop" };
        this.all(command.condition, { ...unsure, errexit: false });
        return this.all(command.body, unsure) === "zero" ? "zero" : "maybe";
      }
      case "for": {
        const unsure = { ...context, unsure: context.unsure ?? "is set inside a loop" };
        for (const word of command.words) this.touch(word, context);
        this.set(command.name, { kind: "unset" }, command.start, unsure);
        return this.all(command.body, unsure) === "zero" ? "zero" : "maybe";
      }
      case "case": {
        const unsure = { ...context, unsure: context.unsure ?? "is set inside a case block" };
        this.touch(command.subject, context);
        const statuses = command.arms.map(({ patterns, body }) => {
          for (const pattern of patterns) this.touch(pattern, unsure);
          return this.all(body, unsure);
        });
        return statuses.every((status) => status === "zero") ? "zero" : "maybe";
      }
      case "function":
        if (!context.subshell) this.functions.set(command.name, command.body);
        return "zero";
      case "condition":
        return this.settle("maybe", command.start, "the condition [[ … ]] may be false", context);
      case "opaque":
        this.anything(command.start, `${command.why} is not read any further`, context);
        this.stop("ends", command.start, `${command.why} is not read any further`);
        return "maybe";
      default:
        command satisfies never;
        return "maybe";
    }
  }

  protected afterRedirects(status: Status, command: Command, context: Context): Status {
    if (
      !("redirects" in command) ||
      command.redirects.every(({ operator, target }) => harmless(operator, target))
    )
      return status;
    return this.settle("maybe", command.start, "the redirection may fail", context);
  }

  /** Runs commands whose variables change for nobody. */
  protected apart(commands: readonly Command[], context: Context): Status {
    const before = this.subshellFailed;
    this.clearSubshell("no");
    const status = this.all(commands, { ...context, subshell: true });
    const failed = this.subshellFailed;
    this.clearSubshell(before);
    return failed === "certainly" ? "nonzero" : failed === "maybe" && status !== "nonzero" ? "maybe" : status;
  }

  protected pipeline(command: Command & { kind: "pipeline" }, context: Context): Status {
    const quiet = { ...context, errexit: false };
    const [only] = command.commands;
    let status: Status = "zero";
    if (only !== undefined && command.commands.length === 1) status = this.command(only, quiet);
    else for (const each of command.commands) status = this.apart([each], quiet);
    if (command.negated) return status === "zero" ? "nonzero" : status === "nonzero" ? "zero" : "maybe";
    return this.settle(status, command.start, "the last command of the pipe may fail", context);
  }

  protected list(command: Command & { kind: "list" }, context: Context): Status {
    let status = this.command(command.first, { ...context, errexit: false });
    command.rest.forEach(({ operator, command: next }, index) => {
      const wanted = operator === "&&" ? "zero" : "nonzero";
      const against = operator === "&&" ? "nonzero" : "zero";
      if (status === against) return;
      const certain = status === wanted;
      const last = index === command.rest.length - 1;
      const unsure = certain
        ? context.unsure
        : (context.unsure ?? `depends on what stands before ${operator}`);
      const result = this.command(next, { ...context, unsure, errexit: last && context.errexit });
      if (certain) status = result;
      else if (operator === "||" && (result === "zero" || result === "likely")) status = result;
      else if (status === "likely" && (operator === "||" || result === "zero" || result === "likely")) return;
      else status = "maybe";
    });
    return status;
  }

  protected conditional(command: Command & { kind: "if" }, context: Context): Status {
    const unsure = { ...context, unsure: context.unsure ?? "is set inside an if block" };
    const statuses: Status[] = [];
    command.clauses.forEach(({ condition, body }, index) => {
      this.all(condition, { ...(index === 0 ? context : unsure), errexit: false });
      statuses.push(this.all(body, unsure));
    });
    if (command.otherwise !== null) statuses.push(this.all(command.otherwise, unsure));
    return statuses.every((status) => status === "zero" || status === "likely") ? "zero" : "maybe";
  }

  protected simple(command: SimpleCommand, context: Context): Status {
    for (const redirect of command.redirects)
      if (redirect.assigns)
        this.anything(command.start, "a here-document with expansions may set any variable", context);
    const [first] = command.words;
    if (first === undefined) {
      let status: Status = "zero";
      for (const assignment of command.assignments) {
        const substituted = this.assign(assignment, context);
        if (substituted !== null) status = substituted;
      }
      if (!command.redirects.every(({ operator, target }) => harmless(operator, target))) status = "maybe";
      return this.settle(status, command.start, "this may fail", context);
    }
    for (const { word } of command.assignments) this.touch(word, context);
    // "command NAME …" runs NAME, only not as a function
    let skip = 0;
    while (skip + 1 < command.words.length && literalText(command.words[skip] ?? first) === "command") skip++;
    const direct = skip === 0;
    const words = command.words.slice(skip);
    const name = literalText(words[0] ?? first);
    const declares = name === "export" || name === "readonly" || name === "local";
    if (!declares) for (const word of words) this.touch(word, context);
    const status =
      name === null || (!direct && name.startsWith("-") && !/^-[vV]$/.test(name))
        ? this.dynamic(command, context)
        : this.named(name, words.slice(1), command, direct, context);
    return this.afterRedirects(status, command, context);
  }

  protected clearSubshell(to: "no" | "maybe" | "certainly"): void {
    this.subshellFailed = to;
  }

  private dynamic(command: SimpleCommand, context: Context): Status {
    const raw = this.files[this.file]?.text.slice(command.start, command.end).slice(0, 40) ?? "";
    const why = `the command ${raw} is only known when the file is run`;
    this.anything(command.start, why, context);
    return this.settle("maybe", command.start, why, context);
  }

  private named(
    name: string,
    args: readonly Word[],
    command: SimpleCommand,
    direct: boolean,
    context: Context,
  ): Status {
    const defined = direct ? this.functions.get(name) : undefined;
    // whether an assignment before a special built-in or a function stays is a matter of shell and version
    if (SPECIAL.test(name) || defined !== undefined)
      for (const { name: variable, start } of command.assignments)
        this.unknown(variable, start, `is set in front of ${name}`, context);
    if (defined !== undefined) return this.call(name, defined, command, context);
    switch (name) {
      case "-v":
      case "-V":
        return this.settle("maybe", command.start, "there may be no such program", context);
      case "command":
        return "zero";
      case "export":
      case "readonly":
        return this.declare(name, args, context);
      case "local":
        return context.inFunction
          ? this.declare(name, args, context)
          : this.other(name, command, args, context);
      case "unset":
        return this.unset(args, command, context);
      case "set":
        return this.options(args, command, context);
      case "read":
        for (const word of args)
          this.unknown(literalText(word) ?? "", command.start, "is read from outside", context);
        return this.settle("maybe", command.start, "read fails at the end of its input", context);
      case "exit":
      case "return":
        return this.leave(name, args, command, context);
      case "exec":
        if (args.length > 0 && !context.subshell)
          this.stop("ends", command.start, "exec leaves the shell here");
        return "likely";
      default:
        return this.other(name, command, args, context);
    }
  }

  private leave(name: string, args: readonly Word[], command: SimpleCommand, context: Context): Status {
    const code = args[0] === undefined ? "" : literalText(args[0]);
    if (context.subshell) {
      if (code !== "0") this.failInSubshell(context.unsure === null && code !== null && /^[1-9]/.test(code));
      return code === "0" ? "zero" : "maybe";
    }
    if (name === "exit" || !context.inFunction)
      this.stop(
        "ends",
        command.start,
        `${name} leaves the file here${context.unsure === null ? "" : ", or not"}`,
      );
    return "maybe";
  }

  protected call(name: string, body: Command, command: SimpleCommand, context: Context): Status {
    if (this.calls >= MAX_CALLS) {
      this.anything(command.start, `the function ${name} may set any variable`, context);
      return this.settle("maybe", command.start, `the function ${name} may fail`, context);
    }
    this.calls++;
    const unsure = context.unsure ?? `is set by the function ${name}`;
    const status = this.command(body, { ...context, unsure, inFunction: true });
    this.calls--;
    return status;
  }
}

const SPECIAL = /^(?::|\.|break|continue|eval|exec|exit|export|readonly|return|set|shift|times|trap|unset)$/;

/** A redirection that cannot fail: to /dev/null or to another file descriptor. */
function harmless(operator: string, target: Word | null): boolean {
  if (operator === "<<" || operator === "<<-" || operator === "<<<") return true;
  const to = target === null ? null : literalText(target);
  if (to === null) return false;
  return to === "/dev/null" || (operator.endsWith("&") && /^(?:[12]|-)$/.test(to));
}
