import type { Reader } from "../machine/machine.js";
import type { NonEmpty, WatchFacts } from "../types.js";
import { toolGone } from "./tool-gone.js";
import { collectUnit } from "./unit.js";

const WATCH_UNITS = ["kdump-setup-watch.service", "kdump-setup-watch.path"] as const;

/** What --watch has installed here. `tool` is what runs kdump-setup. */
export function collectWatch(reader: Reader, tool: NonEmpty<string>): WatchFacts {
  const [service, path] = WATCH_UNITS.map((name) => {
    const file = `/etc/systemd/system/${name}`;
    return { file: { path: file, state: reader.read(file) }, unit: collectUnit(reader, name) };
  });
  if (service === undefined || path === undefined) throw new TypeError("there are two units");
  return { tool, toolGone: toolGone(reader, tool), service, path };
}

/** Is it installed, and both of its units enabled? */
export function watches({ service, path }: WatchFacts): boolean {
  return [service, path].every(({ file, unit }) => file.state.kind === "file" && unit.state === "enabled");
}
