import { CALIBRATION_NAMES, type Calibration } from "./input.js";

/**
 * /usr/lib/kdump/calibrate.conf: NAME=NUMBER lines; a kernel flavour other than "default" (behind the last hyphen of
 * the release) has its own names, NAME_flavour, and takes the plain one where it has none (kdumptool/calibrate.cc of
 * kdump, 2026-04). null when a number is missing or none.
 */
export function parseCalibration(text: string, release: string): Calibration | null {
  const said = new Map<string, number>();
  for (const line of text.split("\n")) {
    const found = /^[ \t]*([A-Za-z0-9_]{1,64})=["']?(\d{1,9})["']?[ \t\r]*$/.exec(line);
    if (found !== null) said.set(found[1] ?? "", Number(found[2]));
  }
  const flavour = /-([A-Za-z0-9_]+)$/.exec(release)?.[1];
  const entries: [string, number][] = [];
  for (const name of CALIBRATION_NAMES) {
    const value = said.get(`${name}_${flavour ?? ""}`) ?? said.get(name);
    if (value === undefined) return null;
    entries.push([name, value]);
  }
  const values = Object.fromEntries(entries);
  return isCalibration(values) ? values : null;
}

/** Page sizes that divide by nothing, or a page smaller than what describes it, are no numbers to reckon with. */
function isCalibration(values: Readonly<Record<string, number>>): values is Calibration {
  const { PAGESIZE = 0, SIZEOFPAGE = 0 } = values;
  return PAGESIZE >= 4096 && SIZEOFPAGE > 0 && SIZEOFPAGE < PAGESIZE;
}
