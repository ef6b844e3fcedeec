import { dirname } from "node:path";
import { unitLinks } from "../facts/unit.js";
import type { Machine, Ran } from "../machine/machine.js";
import type { Command, LinkFact } from "../types.js";

const RELOAD: Command = { argv: ["systemctl", "daemon-reload"], timeoutSeconds: 60 };

/**
 * Makes the links that enable or mask the unit what they were. By the links and not by the opposite command: on a
 * system with SysV scripts `systemctl disable` also renames rc?.d links, which `enable` had not made.
 */
export async function restoreLinks(
  machine: Machine,
  unit: string,
  before: readonly LinkFact[],
  ran: (command: Command, result: Ran) => void,
): Promise<void> {
  const now = unitLinks(machine, unit);
  const key = (link: LinkFact) => `${link.path}\0${link.to}`;
  const wanted = new Set(before.map(key));
  const standing = new Set(now.map(key));
  const extra = now.filter((link) => !wanted.has(key(link)));
  const missing = before.filter((link) => !standing.has(key(link)));
  if (extra.length === 0 && missing.length === 0) return;
  for (const link of extra) {
    machine.remove(link.path);
    // systemctl makes NAME.target.wants as needed and removes it when it is empty
    if (/\.(wants|requires)$/.test(dirname(link.path))) machine.removeEmptyDirectory(dirname(link.path));
  }
  for (const link of missing) {
    machine.makeDirectory(dirname(link.path), 0o755);
    machine.symlink(link.to, link.path);
  }
  if (machine.image || machine.stat("/run/systemd/system") === null) return;
  const result = await machine.run(RELOAD);
  ran(RELOAD, result);
  if (result.exitCode !== 0)
    throw new Error(result.failure ?? `systemctl daemon-reload ended with ${result.exitCode}`);
}
