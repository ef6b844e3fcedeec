import { type Expanded, Expansions } from "./interpret-expansions.js";
import type { Context, Status } from "./interpret-variables.js";
import { effectOf } from "./known-commands.js";
import { asAssigned, flatten } from "./provenance.js";
import { splitAssignment } from "./shell-assignment.js";
import type { Assignment, SimpleCommand, Word } from "./shell-syntax.js";
import { isName, literalText } from "./shell-syntax.js";

const SAFE_SET = /^[-+][efxvabChum]+$/;
const SAFE_SET_NAME = /^(?:errexit|nounset|xtrace|verbose|noglob|allexport)$/;
const SAFE_UNSPLIT = /^[A-Za-z0-9_.,:/=+@%-]*$/;

/** Commands the shell carries out itself, as far as they change variables or end the file (XCU 2.14). */
export abstract class Builtins extends Expansions {
  protected other(name: string, command: SimpleCommand, args: readonly Word[], context: Context): Status {
    const effect = effectOf(name, this.shell);
    const settle = (status: Status, why: string) => this.settle(status, command.start, why, context);
    switch (effect) {
      case "succeeds":
        return "zero";
      case "should-succeed": {
        const option = args[0] === undefined ? "" : (literalText(args[0]) ?? "-");
        if (name !== "printf" || !option.startsWith("-")) return "likely";
        this.anything(command.start, "printf -v may set any variable", context);
        return "likely";
      }
      case "fails":
        return settle("nonzero", "this is false");
      case "tests":
        return settle("maybe", "the test may be false");
      case "anything": {
        const reads = name === "." || name === "source";
        const why = reads
          ? "another file is read here, which may set any variable"
          : `${name} may set any variable`;
        this.anything(command.start, why, context);
        if (!context.subshell) this.stop("errexit", command.start, why);
        return reads && context.subshell ? "likely" : "maybe";
      }
      case "usual":
        return context.subshell ? "likely" : settle("maybe", `the command ${name} may fail`);
      case null:
        return this.settle(
          "maybe",
          command.start,
          `the command ${name.slice(0, 40)} may be missing or fail`,
          context,
          "command",
        );
      default:
        effect satisfies never;
        return "maybe";
    }
  }

  protected declare(name: string, args: readonly Word[], context: Context): Status {
    for (const word of args) {
      const literal = literalText(word);
      const split = splitAssignment(word, this.shell, true);
      if (split !== null) {
        this.argument(split, word, context);
        if (name === "readonly") this.unknown(split.name, word.start, "is made read-only here", context);
      } else if (literal !== null && isName(literal)) {
        if (name === "readonly") this.unknown(literal, word.start, "is made read-only here", context);
      } else if (literal !== "-p" && literal !== "--") {
        if (literal === null) this.touch(word, context);
        const shown =
          literal === null ? "what is only known when the file is run" : `"${literal.slice(0, 40)}"`;
        if (!context.subshell) this.stop("ends", word.start, `${name} may not take ${shown}`);
        this.anything(word.start, `what ${name} sets here is only known when the file is run`, context);
      }
      if (name === "readonly" && split !== null) this.readonlyNames.add(split.name);
      else if (name === "readonly" && literal !== null) this.readonlyNames.add(literal);
    }
    return "zero";
  }

  /** An assignment as an argument: whether its value is split into words differs between shells and versions. */
  protected argument(assignment: Assignment, word: Word, context: Context): void {
    const expanded: Expanded[] = [];
    this.assign(assignment, context, expanded);
    let globs = false;
    let splits = false;
    for (const { part, pieces, known } of expanded) {
      if (part.quote !== "bare") continue;
      if (part.kind === "text") {
        globs ||= part.end - part.start === part.text.length && /[*?[{~]/.test(part.text);
      } else if (part.kind !== "command") {
        const text = known ? flatten(asAssigned("", -1, pieces, null, false), this.budget) : null;
        splits ||= text === null || !SAFE_UNSPLIT.test(text) || this.bindings.has("IFS");
      }
    }
    if (globs)
      this.unknown(assignment.name, word.start, "has a pattern that shells treat differently here", context);
    if (splits)
      this.anything(word.start, "an unquoted value after export is split into words by some shells", context);
  }

  protected unset(args: readonly Word[], command: SimpleCommand, context: Context): Status {
    let functions = false;
    for (const word of args) {
      const name = literalText(word);
      if (name === "-f") functions = true;
      else if (name === "-v") functions = false;
      else if (name !== null && isName(name)) {
        if (!functions) this.set(name, { kind: "unset" }, command.start, context);
      } else {
        const shown =
          name === null ? "what is only known when the file is run" : JSON.stringify(name.slice(0, 40));
        this.anything(word.start, `unset may not take ${shown}`, context);
        if (!context.subshell) this.stop("ends", word.start, `unset may not take ${shown}`);
      }
    }
    return "zero";
  }

  protected options(args: readonly Word[], command: SimpleCommand, context: Context): Status {
    const texts = args.map(literalText);
    for (let i = 0; i < texts.length && texts[i] !== "--"; i++) {
      const text = texts[i] ?? "";
      const word = text === "-o" || text === "+o" ? (texts[++i] ?? "") : null;
      const known = word === null ? SAFE_SET.test(text) : SAFE_SET_NAME.test(word);
      if (!known) {
        this.anything(command.start, "set changes how the shell works", context);
        this.stop("ends", command.start, "set changes how the shell works");
      }
      if (word === "nounset" || (word === null && text.includes("u"))) this.nounset = true;
    }
    return "zero";
  }
}
