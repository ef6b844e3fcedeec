import type { NamedFile } from "../types.js";
import {
  type Collector,
  collectorOf,
  DEFAULT_DIRECTORY,
  DEFAULT_KEY,
  type DumpSettings,
  type DumpTarget,
  type FailAction,
  type Setting,
  whyNot,
} from "./dump-values.js";

interface Directive {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** kdump.conf(5) of kexec-tools 2.0.15: "raw", "nfs", "ssh", a file system's type, "path", "default". */
const FILE_SYSTEMS: ReadonlySet<string> = new Set(["ext2", "ext3", "ext4", "xfs", "btrfs", "minix"]);
/** The same page: "If no action is specified, reboot is assumed". dump_to_rootfs reboots after it as well. */
const ACTIONS: Readonly<Record<string, FailAction>> = {
  reboot: "reboot",
  halt: "halt",
  poweroff: "poweroff",
  shell: "shell",
  dump_to_rootfs: "reboot",
};
const DEFAULT_COLLECTOR = "makedumpfile -l --message-level 1 -d 31";

/** The settings of a kdump.conf. */
export function directiveSettings(file: NamedFile): DumpSettings {
  const { path, state } = file;
  const why = whyNot(file);
  if (why !== null) {
    const cannot = { kind: "unknown", why, path, line: null } as const;
    return {
      targets: cannot,
      directory: cannot,
      collector: cannot,
      failAction: cannot,
      keepDumps: cannot,
      sshKey: cannot,
    };
  }
  const all = directives(state.kind === "file" ? state.text : "");
  const targets = all.flatMap((one) => {
    const kind = targetKind(one.name);
    return kind === null ? [] : [{ target: { kind, to: one.value } as const, line: one.line }];
  });
  const last = <T>(names: readonly string[], otherwise: T, understand: (text: string) => T): Setting<T> => {
    const found = all.filter(({ name }) => names.includes(name)).at(-1);
    return found === undefined
      ? { kind: "unset", value: otherwise, path }
      : { kind: "known", value: understand(found.value), path, line: found.line };
  };
  // over ssh and to a raw device the default is flattened as well, and filtered alike
  const collector: Collector = collectorOf(DEFAULT_COLLECTOR);
  const [first] = targets;
  return {
    targets:
      first === undefined
        ? { kind: "unset", value: [], path }
        : { kind: "known", value: targets.map(({ target }) => target), path, line: first.line },
    directory: last(["path"], DEFAULT_DIRECTORY, (text) => text),
    collector: last(["core_collector"], collector, collectorOf),
    failAction: last<FailAction>(["default", "failure_action"], "reboot", (text) => ACTIONS[text] ?? "other"),
    keepDumps: { kind: "unset", value: 0, path },
    sshKey: last(["sshkey"], DEFAULT_KEY, (text) => text),
  };
}

/** Also the names of releases before 7: "net" stood for nfs and ssh. */
function targetKind(name: string): DumpTarget["kind"] | null {
  if (FILE_SYSTEMS.has(name)) return "filesystem";
  return name === "raw" || name === "nfs" || name === "ssh" ? name : name === "nfs4" ? "nfs" : null;
}

function directives(text: string): readonly Directive[] {
  return text.split("\n").flatMap((content, index) => {
    const found = /^\s*([a-z_0-9]+)\s+(.*?)\s*(?:\s#.*)?$/.exec(content.replace(/\r$/, ""));
    return found?.[1] === undefined ? [] : [{ name: found[1], value: found[2] ?? "", line: index + 1 }];
  });
}
