import { dirname } from "node:path";
import type { Machine } from "../machine/machine.js";

/**
 * Brings what was written to its final places on the disk, where GRUB, which replays no journal, looks for it. Before
 * a rename as well: the name and the file it leads to are written in any order, and a power cut between the two left
 * GRUB with the new name of a file it found empty (npm run test:vm, debian12-bios-ext4/writes).
 */
export async function settle(
  machine: Machine,
  path: string,
  freeze: string | null,
  warn: (text: string) => void,
): Promise<void> {
  await machine.syncFileSystem(dirname(path));
  if (freeze === null) return;
  const why = await machine.freezeOnce(freeze);
  if (why !== null) warn(`${freeze}: ${why}`);
}
