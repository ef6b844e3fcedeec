import { evaluateFiles } from "../edit/evaluate.js";
import type { NamedFile } from "../types.js";
import {
  collectorOf,
  DEFAULT_DIRECTORY,
  DEFAULT_KEY,
  type DumpSettings,
  type DumpTarget,
  type FailAction,
  failCommand,
  type Setting,
  whyNot,
} from "./dump-values.js";

/** kdump-config of kdump-tools 1:1.8.1, lines 45 to 60, and kdump-tools.conf(5); the fail command of its init script. */
export function variableSettings(file: NamedFile, shell: "dash" | "bash"): DumpSettings {
  const { path, state } = file;
  const sources = state.kind === "file" ? [{ path, text: state.text }] : [];
  const evaluation = evaluateFiles(sources, { shell });
  const cannot = whyNot(file);
  const read = <T>(name: string, otherwise: T, understand: (text: string) => T): Setting<T> => {
    if (cannot !== null) return { kind: "unknown", why: cannot, path, line: null };
    const value = evaluation.values(name);
    if (value.kind === "unknown") return { ...value, why: `${name}: ${value.why}` };
    // `${NAME:=default}`: an empty one counts as not set
    if (value.kind === "unset" || value.text === "") return { kind: "unset", value: otherwise, path };
    return {
      kind: "known",
      value: understand(value.text),
      path,
      line: evaluation.place(name)?.line ?? 1,
    };
  };
  const remote = (["nfs", "ssh", "ftp"] as const).map((kind) =>
    read<readonly DumpTarget[]>(kind.toUpperCase(), [], (to) => [{ kind, to }]),
  );
  const packed = read("KDUMP_COMPRESSION", "", (text) => text);
  const collector = read("MAKEDUMP_ARGS", collectorOf("makedumpfile -F -c -d 31"), (text) =>
    collectorOf(`makedumpfile ${text}`),
  );
  return {
    targets: together(remote, path),
    directory: read("KDUMP_COREDIR", DEFAULT_DIRECTORY, (text) => text),
    collector:
      packed.kind === "known" && collector.kind !== "unknown"
        ? { ...collector, value: { ...collector.value, compressed: true } }
        : collector,
    failAction: read<FailAction>("KDUMP_FAIL_CMD", "reboot", failCommand),
    keepDumps: read("KDUMP_NUM_DUMPS", 0, (text) => (/^\d{1,6}$/.test(text) ? Number(text) : 0)),
    sshKey: read("SSH_KEY", DEFAULT_KEY, (text) => text),
  };
}

function together(
  parts: readonly Setting<readonly DumpTarget[]>[],
  path: string,
): Setting<readonly DumpTarget[]> {
  const doubtful = parts.find((one) => one.kind === "unknown");
  if (doubtful !== undefined) return doubtful;
  const known = parts.flatMap((one) => (one.kind === "known" ? [one] : []));
  const [first] = known;
  if (first === undefined) return { kind: "unset", value: [], path };
  return { ...first, value: known.flatMap((one) => one.value) };
}
