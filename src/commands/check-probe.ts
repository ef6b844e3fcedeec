import { dirname } from "node:path";
import type { FreeSpace, UnitRun } from "../audit/input.js";
import type { Machine } from "../machine/machine.js";
import type { DumpDirectory } from "../types.js";
import { freeBytesAt } from "./free-space.js";

/** What only a program of the running system can tell; an image's are never run. Each has a time limit. */
const SECONDS = 5;

/** `systemctl show` reads and changes nothing, and answers a plain user too. */
export async function askUnit(machine: Machine, unit: string): Promise<UnitRun | null> {
  if (machine.image) return null;
  const argv = ["systemctl", "show", "--property=ActiveState", "--property=Result", "--", unit] as const;
  const evidence = `systemctl show ${unit}`;
  const ran = await machine.run({ argv, timeoutSeconds: SECONDS });
  const active = /^ActiveState=(\S+)$/m.exec(ran.stdout)?.[1];
  if (ran.exitCode === 0 && active !== undefined)
    return { kind: "known", active, result: /^Result=(\S*)$/m.exec(ran.stdout)?.[1] ?? "", evidence };
  const [said = ""] = ran.stderr.trim().split("\n");
  return {
    kind: "unknown",
    why: `systemctl ${ran.failure ?? (said === "" ? "says nothing" : `says: ${said}`)}`,
    evidence,
  };
}

/**
 * Free space, as a user without privileges has it no: root saves the dump, so all that is free counts. `namedBy`: the
 * file that says which directory it is.
 */
export async function askSpace(
  machine: Machine,
  directory: DumpDirectory | null,
  namedBy: string,
): Promise<FreeSpace | null> {
  if (machine.image) return null;
  const evidence = `stat --file-system ${directory?.path ?? "?"}`;
  if (directory === null || directory.state === "other")
    return { kind: "unknown", why: "there is no directory (dump.target)", evidence: namedBy };
  const at = directory.state === "network" ? directory.path : directory.nearest;
  const existing = directory.state === "unreadable" ? dirname(at) : at;
  const free = await freeBytesAt(machine, existing, "%f", SECONDS);
  return "bytes" in free
    ? { kind: "known", freeBytes: free.bytes, evidence }
    : { kind: "unknown", why: free.why, evidence };
}
