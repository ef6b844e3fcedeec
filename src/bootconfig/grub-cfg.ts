import type { ByteText } from "../types.js";
import { type Block, type Fault, parseGrubScript, type Statement } from "./grub-script.js";
import type { Word } from "./grub-word.js";
import { baseName, bootLines, type KernelLine } from "./kernel-line.js";

export type { KernelLine } from "./kernel-line.js";

export interface MenuEntry {
  readonly title: string;
  readonly id: string | null;
  /** titles of the submenus around it, outermost first; a function's name stands as "function NAME" */
  readonly submenu: readonly string[];
  readonly line: number;
  /** that of its "}"; null where it is never closed */
  readonly lastLine: number | null;
  /** the generator's script that wrote it: "/etc/grub.d/10_linux" */
  readonly section: string | null;
  /**
   * normal: Linux, made from the distribution's variables. recovery: the same for repairs.
   * foreign: another system, an admin's own entry, a memory test, anything without a kernel.
   */
  readonly kind: "normal" | "recovery" | "foreign";
  readonly kernel: KernelLine | null;
  /** every kernel line, where an `if` chooses between several; kernel is the first */
  readonly kernels: readonly KernelLine[];
  readonly hypervisor: KernelLine | null;
  readonly initrds: readonly string[];
  /** the menuentry's other words: --class, --unrestricted, --users */
  readonly options: readonly string[];
  /** what stands in it, in order, without what an entry inside it holds */
  readonly body: readonly Statement[];
}

/** `set NAME=VALUE` or `NAME=VALUE` outside of menu entries. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** A line of the menu as GRUB shows and counts it. */
export interface MenuPlace {
  /** null for a submenu */
  readonly entry: MenuEntry | null;
  readonly title: string;
  readonly id: string | null;
  readonly children: readonly MenuPlace[];
}

export interface GrubMenu {
  readonly entries: readonly MenuEntry[];
  /** the menu's top level in order, what a numeric default counts; no menu made by a function */
  readonly places: readonly MenuPlace[];
  /** every value `default` is set to, as written */
  readonly defaults: readonly Setting[];
  readonly timeouts: readonly Setting[];
  /** every assignment anywhere, entries included */
  readonly settings: readonly Setting[];
  /** kernel lines that stand in no menu entry (in a function, at the top) */
  readonly loose: readonly KernelLine[];
  /** hands the menu to the boot loader specification's entries */
  readonly usesBls: boolean;
  /** a stub that only hands on: the path it goes to, on the file system it searched for; else null */
  readonly configfile: string | null;
  readonly sections: readonly string[];
  /** statements outside of menu entries */
  readonly outside: readonly Statement[];
  /** what GRUB could not read: cut off, unbalanced */
  readonly faults: readonly Fault[];
}

/** Reads a generated GRUB configuration. Linear; any bytes give a value, never an exception. */
export function readGrubCfg(text: ByteText): GrubMenu {
  const script = parseGrubScript(text);
  const home = homes(script.blocks);
  const bodies = new Map<number, Statement[]>();
  const outside: Statement[] = [];
  for (const statement of script.statements) {
    const entry = home[statement.block] ?? -1;
    if (entry === -1) outside.push(statement);
    else {
      const body = bodies.get(entry);
      if (body === undefined) bodies.set(entry, [statement]);
      else body.push(statement);
    }
  }
  const { entries, places } = readMenu(script.blocks, bodies);
  const settings = script.statements.flatMap((s) => settingOf(s) ?? []);
  const outer = outside.flatMap((s) => settingOf(s) ?? []);
  const commands = outside.filter((s) => s.kind === "command");
  const usesBls = script.statements.some((s) => {
    const [first, second] = s.words;
    return (
      s.kind === "command" &&
      (first?.text === "blscfg" || (first?.text === "insmod" && second?.text === "blscfg"))
    );
  });
  const handOn = commands.find((s) => s.words[0]?.text === "configfile");
  const stub = handOn !== undefined && entries.length === 0 && !usesBls && script.sections.length === 0;
  return {
    entries,
    places,
    defaults: outer.filter((s) => s.name === "default"),
    timeouts: outer.filter((s) => s.name === "timeout"),
    settings,
    loose: bootLines(outside).kernels,
    usesBls,
    configfile: stub ? resolvePath(handOn.words[1]?.text ?? "", outer, handOn.line) : null,
    sections: script.sections,
    outside,
    faults: script.faults,
  };
}

/** Thousands of nested submenus are no menu: paths of titles end here, and reading stays linear. */
const MAX_DEPTH = 32;

function readMenu(
  blocks: readonly Block[],
  bodies: ReadonlyMap<number, readonly Statement[]>,
): { readonly entries: readonly MenuEntry[]; readonly places: readonly MenuPlace[] } {
  const entries: MenuEntry[] = [];
  const paths: (readonly string[])[] = [];
  const top: MenuPlace[] = [];
  /** for each block where the menu lines in it are listed; null: they are not shown */
  const lists: (MenuPlace[] | null)[] = [];
  blocks.forEach((block, index) => {
    const around = paths[block.parent] ?? [];
    const head = readHead(block.words);
    const list = block.parent === -1 ? top : (lists[block.parent] ?? null);
    const children: MenuPlace[] = [];
    if (block.kind === "menuentry") {
      const entry = toEntry(block, head, around, bodies.get(index) ?? []);
      entries.push(entry);
      list?.push({ entry, title: head.title, id: head.id, children });
    } else if (block.kind === "submenu") {
      list?.push({ entry: null, title: head.title, id: head.id, children });
    }
    const name = block.kind === "function" ? `function ${head.title}` : head.title;
    paths.push(block.kind === "other" || around.length >= MAX_DEPTH ? around : [...around, name]);
    lists.push(block.kind === "submenu" && list !== null ? children : null);
  });
  return { entries, places: top };
}

/** for each block the menu entry it is or stands in, by index; -1: none */
function homes(blocks: readonly Block[]): readonly number[] {
  const home: number[] = [];
  blocks.forEach((block, index) => {
    home.push(block.kind === "menuentry" ? index : (home[block.parent] ?? -1));
  });
  return home;
}

/** the name and value a statement assigns */
export function settingOf(statement: Statement): Setting | null {
  if (statement.kind !== "command") return null;
  const [first, second] = statement.words;
  const word = first?.text === "set" ? second?.text : first?.text;
  const found = word === undefined ? null : /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word);
  return found === null ? null : { name: found[1] ?? "", value: found[2] ?? "", line: statement.line };
}

interface Head {
  readonly title: string;
  readonly id: string | null;
  readonly options: readonly string[];
}

/** Options of menuentry and submenu that take a value: GRUB 2.06, grub-core/commands/menuentry.c. */
const VALUED = new Set(["--class", "--users", "--hotkey", "--id", "--source"]);

function readHead(words: readonly Word[]): Head {
  let title: string | null = null;
  let id: string | null = null;
  const options: string[] = [];
  for (let i = 1; i < words.length; i += 1) {
    const word = words[i];
    if (word === undefined) break;
    const text = word.text;
    // the header sets it to "--id", or to nothing on a GRUB that knows no ids
    const isId = text === "--id" || word.variables[0] === "menuentry_id_option";
    if (isId) {
      i += 1;
      id = words[i]?.text ?? id;
    } else if (text.startsWith("--id=")) {
      id = text.slice(5);
    } else if (VALUED.has(text)) {
      i += 1;
      options.push(`${text}=${words[i]?.text ?? ""}`);
    } else if (title === null && !text.startsWith("--")) {
      title = text;
    } else {
      options.push(text);
    }
  }
  return { title: title ?? "", id, options };
}

function toEntry(
  block: Block,
  head: Head,
  submenu: readonly string[],
  body: readonly Statement[],
): MenuEntry {
  const lines = bootLines(body);
  const kernel = lines.kernels[0] ?? null;
  const { line, lastLine, section } = block;
  const base = { ...head, submenu, line, lastLine, section, kernel, ...lines, body };
  return { ...base, kind: kindOf(head, block.section, lines.kernels) };
}

const FOREIGN_SECTION = /os-prober|custom|memtest|firmware|fwupd/;
const RECOVERY_WORD = /^(?:single|recovery|rescue|emergency|systemd\.unit=(?:rescue|emergency)\.target)$/;

/** Whoever wrote the entry decides: the generator's linux scripts use the distribution's variables, others do not. */
function kindOf(head: Head, section: string | null, kernels: readonly KernelLine[]): MenuEntry["kind"] {
  const script = section === null ? null : baseName(section);
  const id = head.id ?? "";
  if (kernels.length === 0 || kernels.every((k) => /^memtest/.test(baseName(k.path)))) return "foreign";
  if (id.startsWith("osprober-") || (script !== null && FOREIGN_SECTION.test(script))) return "foreign";
  // a script we do not know, with entries that are not of the distribution's form: the admin's own
  if (script !== null && !script.includes("linux") && !/^(?:xen-)?gnulinux-/.test(id)) return "foreign";
  const repairs = (k: KernelLine): boolean =>
    k.args.some((arg) => RECOVERY_WORD.test(arg)) || /^[^-]+-0-rescue(?:-|$)/.test(baseName(k.path));
  if (id.includes("-recovery-") || head.title.includes("(recovery mode)") || kernels.every(repairs))
    return "recovery";
  return "normal";
}

/** Puts earlier assignments into a path and takes its device off; `$prefix` with no assignment stays. */
function resolvePath(path: string, settings: readonly Setting[], line: number): string {
  const values = new Map(settings.filter((s) => s.line <= line).map((s) => [s.name, s.value.slice(0, 4096)]));
  let text = path;
  for (let round = 0; round < 3 && text.length < 4096; round += 1) {
    text = text.replace(
      /\$(?:(\w+)|\{(\w+)\})/g,
      (all, a?: string, b?: string) => values.get(a ?? b ?? "") ?? all,
    );
  }
  return text.replace(/^\([^)]*\)/, "");
}
