import type { Reader } from "../machine/machine.js";

export interface LastDump {
  readonly directory: string;
  /** as its name says it: "2026-11-24 10:31" */
  readonly time: string;
  readonly complete: boolean;
}

/**
 * The newest dump below a directory that is known to be local, by the directories' names: YYYYMMDDHHMM with
 * dump.STAMP in it (kdump-config of kdump-tools 1:1.8.1, define_stampdir and kdump_save_core), and ADDRESS-DATE-TIME
 * with vmcore (dracut-kdump.sh of kexec-tools 2.0.15). null: there is none.
 */
export function newestDump(reader: Reader, directory: string): LastDump | null {
  let newest: LastDump | null = null;
  for (const { name } of reader.list(directory) ?? []) {
    const stamp =
      /^(?:.*-)?(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(name) ??
      /-(\d{4})[-.](\d\d)[-.](\d\d)-(\d\d):(\d\d)(?::\d\d)?$/.exec(name);
    if (stamp === null) continue;
    const [, year, month, day, hour, minute] = stamp;
    const time = `${year}-${month}-${day} ${hour}:${minute}`;
    const files = (reader.list(`${directory}/${name}`) ?? []).map((file) => file.name);
    const whole = files.some((file) => /^(?:dump|vmcore)\.\d{12}(?:\.\w+)?$|^vmcore(?:\.flat)?$/.test(file));
    if (!whole && !files.some((file) => /^(?:dump|vmcore)-incomplete/.test(file))) continue;
    if (newest === null || time > newest.time)
      newest = { directory: `${directory}/${name}`, time, complete: whole };
  }
  return newest;
}
