import { evaluateFiles } from "../edit/evaluate.js";
import type { Reader } from "../machine/machine.js";
import { findProgram } from "./programs.js";
import { collectUnit } from "./unit.js";

/** Something of the distribution's that puts its own crashkernel= in the place of the one that stands there. */
export interface Updater {
  /** what it does, for a sentence */
  readonly what: string;
  readonly path: string;
  readonly line: number | null;
  /** what it puts there; null: not known */
  readonly puts: string | null;
  readonly fix: string;
}

const KDUMP_CONF = "/etc/kdump.conf";
const SYSCONFIG = "/etc/sysconfig/kdump";
const COMMANDLINE = "kdump-commandline.service";

/** Those that are there and not switched off. */
export function collectUpdaters(reader: Reader): readonly Updater[] {
  return [...autoReset(reader), ...commandlineService(reader)];
}

/**
 * kdumpctl of kdump-utils resets every crashkernel= that is not its default when the package is updated or a kernel
 * installed, unless kdump.conf says auto_reset_crashkernel no (kdump.conf(5) of kdump-utils 2026-03). Whether the
 * installed one does, its own text says.
 */
function autoReset(reader: Reader): readonly Updater[] {
  const program = findProgram(reader, "kdumpctl");
  const script = program === null ? null : reader.read(program, 1024 * 1024);
  if (script?.kind !== "file" || !script.text.includes("auto_reset_crashkernel")) return [];
  const state = reader.read(KDUMP_CONF, 1024 * 1024);
  const lines = state.kind === "file" ? state.text.split("\n") : [];
  const at = lines.map((line) => /^\s*auto_reset_crashkernel\s/.test(line)).lastIndexOf(true);
  if (/^\s*auto_reset_crashkernel\s+no\b/.test(lines[at] ?? "")) return [];
  return [
    {
      what: "kdumpctl puts its default there when its package is updated or a kernel installed",
      path: KDUMP_CONF,
      line: at < 0 ? null : at + 1,
      puts: null,
      fix: `set auto_reset_crashkernel no in ${KDUMP_CONF}`,
    },
  ];
}

/**
 * kdump 2.0.19 and newer: the unit writes KDUMP_CRASHKERNEL into the boot loader at each boot where it is not what runs,
 * unless KDUMP_UPDATE_BOOTLOADER is false (kdumptool commandline -c -U, kdump 2.1.9).
 */
function commandlineService(reader: Reader): readonly Updater[] {
  if (collectUnit(reader, COMMANDLINE).state !== "enabled") return [];
  const state = reader.read(SYSCONFIG, 1024 * 1024);
  const files = state.kind === "file" ? [{ path: SYSCONFIG, text: state.text }] : [];
  const { values, place } = evaluateFiles(files, { shell: "bash" });
  const says = (name: string) => {
    const value = values(name);
    return value.kind === "known" ? value.text.trim() : "";
  };
  if (/^(?:false|no|0)$/.test(says("KDUMP_UPDATE_BOOTLOADER"))) return [];
  const words = says("KDUMP_CRASHKERNEL").split(/\s+/);
  return [
    {
      what: `${COMMANDLINE} puts KDUMP_CRASHKERNEL of ${SYSCONFIG} there at each boot`,
      path: SYSCONFIG,
      line: place("KDUMP_CRASHKERNEL")?.line ?? null,
      puts: words.every((word) => word.startsWith("crashkernel=")) ? words.join(" ") : null,
      fix: `set KDUMP_CRASHKERNEL in ${SYSCONFIG} to the value wanted, or disable ${COMMANDLINE}`,
    },
  ];
}
