import { collectDumpTarget } from "../facts/dump-target.js";
import { destination } from "../plan/dump-settings.js";
import { freeBytesAt } from "./free-space.js";
import type { SetupRequest } from "./request.js";
import type { Target } from "./target.js";

const STAT_SECONDS = 10;

/**
 * The target with the free bytes of the directory dumps are to be written to: no file says them, so the system's own
 * stat(1) is asked. Not of an image, whose disk is another one than the machine's, and never of a network mount.
 */
export async function withDumpSpace(request: SetupRequest, target: Target): Promise<Target> {
  const { machine, profile } = target;
  const wishes = request.dump;
  if (machine.image || wishes === null || (wishes.directory ?? wishes.target) === null) return target;
  const goes = destination(target.look(), profile, wishes);
  if (goes.target.kind !== "local") return target;
  const { directory } = collectDumpTarget(machine, profile.kdump.settings, { ...goes, freeBytes: null });
  if (directory.state === "network") return target;
  const free = await freeBytesAt(machine, directory.nearest, "%a", STAT_SECONDS);
  return "bytes" in free ? { ...target, dumpSpace: free.bytes } : target;
}
