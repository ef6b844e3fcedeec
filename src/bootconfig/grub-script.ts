import type { ByteText } from "../types.js";
import { readWord, type Word } from "./grub-word.js";

export interface Statement {
  /** keyword: if, then, …; comment: one word, its text; open: the words before a "{", in the block around it */
  readonly kind: "command" | "keyword" | "comment" | "open";
  readonly words: readonly Word[];
  /** 1-based */
  readonly line: number;
  readonly section: string | null;
  /** index of the innermost block it stands in, or -1 */
  readonly block: number;
}

/** `menuentry … { … }`, `submenu … { … }`, `function … { … }` */
export interface Block {
  readonly kind: "menuentry" | "submenu" | "function" | "other";
  readonly words: readonly Word[];
  readonly line: number;
  /** that of its "}"; null where it is never closed */
  readonly lastLine: number | null;
  readonly section: string | null;
  /** index of the block around it, or -1 */
  readonly parent: number;
}

/** Something GRUB could not read: the text is cut off or no GRUB script. */
export interface Fault {
  readonly line: number;
  readonly text: string;
}

export interface GrubScript {
  readonly statements: readonly Statement[];
  readonly blocks: readonly Block[];
  /** "/etc/grub.d/10_linux", in order, each once */
  readonly sections: readonly string[];
  readonly faults: readonly Fault[];
}

type Frame =
  | { readonly kind: "block"; readonly index: number; readonly line: number }
  | { readonly kind: "if"; part: "condition" | "then" | "else"; readonly line: number }
  | { readonly kind: "loop"; part: "condition" | "do"; readonly line: number };

const MARK = /^### (BEGIN|END) (.+) ###$/;
/** A broken text gives one fault a line at worst; nobody reads more than these. */
const MAX_FAULTS = 20;

/**
 * Reads the GRUB script language as far as configurations are written in it: blocks, `if`, loops, functions and
 * the section marks grub-mkconfig writes. Nothing is run, no variable is expanded. Grammar: GRUB 2.06,
 * grub-core/script/parser.y, tried against grub-script-check; laxer than it (an empty block passes).
 * Linear; any bytes give a value, and what GRUB could not read is in `faults`.
 */
export function parseGrubScript(source: ByteText): GrubScript {
  // grub_file_getline (grub-core/normal/main.c) drops every carriage return
  const text = source.includes("\r") ? source.replaceAll("\r", "") : source;
  const statements: Statement[] = [];
  const blocks: Block[] = [];
  const sections = new Set<string>();
  const faults: Fault[] = [];
  const frames: Frame[] = [];
  let section: string | null = null;
  let sectionLine = 0;
  let block = -1;
  let line = 1;
  let at = 0;

  /** words of the command being read, and where it began */
  let words: Word[] = [];
  let commandLine = 1;
  /** a block or `fi` just ended: only a delimiter may follow */
  let closed = false;
  let continued = false;

  const fault = (where: number, what: string): void => {
    if (faults.length < MAX_FAULTS) faults.push({ line: where, text: what });
  };
  const emit = (kind: Statement["kind"], given: readonly Word[], where: number): void => {
    statements.push({ kind, words: given, line: where, section, block });
  };
  const endCommand = (): void => {
    if (words.length > 0) emit("command", words, commandLine);
    words = [];
    closed = false;
    continued = false;
  };

  /** A word at a command's place that is no quoted text: is it the language's own? */
  const keyword = (name: string): boolean => {
    const top = frames[frames.length - 1];
    switch (name) {
      case "if":
        frames.push({ kind: "if", part: "condition", line });
        break;
      case "while":
      case "until":
      case "for":
        frames.push({ kind: "loop", part: "condition", line });
        break;
      case "then":
        if (top?.kind !== "if" || top.part !== "condition") return wrong(name);
        top.part = "then";
        break;
      case "elif":
        if (top?.kind !== "if" || top.part !== "then") return wrong(name);
        top.part = "condition";
        break;
      case "else":
        if (top?.kind !== "if" || top.part !== "then") return wrong(name);
        top.part = "else";
        break;
      case "fi":
        if (top?.kind !== "if" || top.part === "condition") return wrong(name);
        frames.pop();
        closed = true;
        break;
      case "do":
        if (top?.kind !== "loop" || top.part !== "condition") return wrong(name);
        top.part = "do";
        break;
      case "done":
        if (top?.kind !== "loop" || top.part !== "do") return wrong(name);
        frames.pop();
        closed = true;
        break;
      default:
        return false;
    }
    emit("keyword", [{ text: name, variables: [] }], line);
    return true;
  };
  const wrong = (name: string): boolean => {
    fault(line, `"${name}" stands where none belongs`);
    emit("keyword", [{ text: name, variables: [] }], line);
    return true;
  };

  const openBlock = (): void => {
    const head = words[0]?.text;
    if (head === undefined) fault(line, 'a "{" that belongs to no command');
    const kind = head === "menuentry" || head === "submenu" || head === "function" ? head : "other";
    emit("open", words, words.length > 0 ? commandLine : line);
    const began = words.length > 0 ? commandLine : line;
    blocks.push({ kind, words, line: began, lastLine: null, section, parent: block });
    block = blocks.length - 1;
    frames.push({ kind: "block", index: block, line });
    words = [];
    closed = false;
    continued = false;
  };
  const closeBlock = (): void => {
    endCommand();
    const top = frames[frames.length - 1];
    if (top?.kind !== "block") {
      fault(
        line,
        top === undefined
          ? 'a "}" that closes nothing'
          : `a "}" inside the "${top.kind}" of line ${top.line}`,
      );
      return;
    }
    frames.pop();
    const ended = blocks[top.index];
    if (ended !== undefined) blocks[top.index] = { ...ended, lastLine: line };
    block = ended?.parent ?? -1;
    closed = true;
  };

  const comment = (): void => {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    const body = text.slice(at, end);
    const mark = at === 0 || text[at - 1] === "\n" ? MARK.exec(body) : null;
    const name = mark?.[2];
    at = end;
    if (name === undefined) {
      emit("comment", [{ text: body, variables: [] }], line);
    } else if (mark?.[1] === "BEGIN") {
      // a mark inside a section is text somebody pasted into 40_custom
      if (section === null) {
        section = name;
        sectionLine = line;
        sections.add(name);
      }
    } else if (name === section) {
      section = null;
    }
  };

  while (at < text.length) {
    const c = text[at];
    if (c === " " || c === "\t") {
      at += 1;
    } else if (c === "\n") {
      endCommand();
      at += 1;
      line += 1;
    } else if (c === ";") {
      endCommand();
      at += 1;
    } else if (c === "#") {
      // a "#" inside a word is read by word()
      comment();
    } else if (c === "{") {
      openBlock();
      at += 1;
    } else if (c === "}") {
      closeBlock();
      at += 1;
    } else if (c === "|" || c === "&" || c === "<" || c === ">") {
      fault(line, `an unquoted "${c}"`);
      endCommand();
      at += 1;
    } else {
      const began = line;
      const read = readWord(text, at, line, fault);
      at = read.at;
      line = read.line;
      if (read.word === null) {
        // for GRUB it is a word without text, and what follows no longer stands at a command's place
        continued = true;
        continue;
      }
      if (closed) {
        fault(began, `"${read.word.text.slice(0, 40)}" directly after the end of a block`);
        closed = false;
      }
      if (words.length === 0) {
        commandLine = began;
        if (read.plain && !continued && keyword(read.word.text)) continue;
      }
      words.push(read.word);
    }
  }
  endCommand();
  for (const frame of frames) {
    const name = frame.kind === "block" ? (blocks[frame.index]?.words[0]?.text ?? "{") : frame.kind;
    fault(frame.line, `the "${name.slice(0, 40)}" that begins here is never closed`);
  }
  if (section !== null) fault(sectionLine, `the section "${section}" has no end mark`);
  return { statements, blocks, sections: [...sections], faults };
}
