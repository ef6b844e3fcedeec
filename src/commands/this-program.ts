import { realpathSync } from "node:fs";

/** What runs this program, links followed, so that it is the same after a reboot. */
export function thisProgram(): readonly [string, string] {
  return [process.execPath, realpathSync(process.argv[1] ?? "")];
}
