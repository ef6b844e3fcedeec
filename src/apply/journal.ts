import { randomBytes } from "node:crypto";
import { KdumpError, RefusedError } from "../errors.js";
import type { Machine, Reader } from "../machine/machine.js";
import type { ByteText, Command, FileState, LinkFact } from "../types.js";
import { isRecord } from "./journal-form.js";

/** Where runs are kept, inside the system worked on. Mode 0700: saved files may be readable by root only. */
export const JOURNAL_DIRECTORY = "/var/lib/kdump-setup";
export const LOCK_FILE = "/run/kdump-setup.lock";
export const SCHEMA = "kdump-setup-journal/1";

/** A file as it was or became: absent, or its bytes (kept beside the record under `saved`) and attributes. */
export type SavedFile =
  | { readonly kind: "absent" }
  | {
      readonly kind: "file";
      readonly sha256: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      /** file name in the run's directory */
      readonly saved: string;
    };

export type JournalStep =
  | {
      readonly kind: "file";
      readonly path: string;
      /** where the bytes are, links resolved */
      readonly target: string;
      readonly before: SavedFile;
      readonly after: SavedFile;
      readonly createdDirectories: readonly string[];
      readonly why: string;
    }
  | {
      readonly kind: "config";
      readonly path: string;
      readonly before: SavedFile;
      /** null until the new configuration is about to be put in place */
      readonly afterSha256: string | null;
      readonly candidate: string;
      /** second name of the old configuration's inode, kept until the next boot; null where there can be none */
      readonly oldLink: string | null;
      readonly why: string;
    }
  | {
      readonly kind: "unit";
      readonly unit: string;
      /** null: its links were set one by one */
      readonly action: "enable" | "disable" | "mask" | "unmask" | null;
      readonly linksBefore: readonly LinkFact[];
      readonly why: string;
    }
  | {
      readonly kind: "runtime";
      readonly command: Command;
      readonly undo: Command | null;
      /** a rollback runs `undo` also where no capture kernel is loaded */
      readonly unloadedToo?: true;
      readonly started: boolean;
      readonly why: string;
    };

/** open: never finished (killed, or still running). taken-back: a later rollback undid it. */
export type RunState = "open" | "applied" | "rolled-back" | "stuck" | "taken-back";

export interface JournalRecord {
  readonly schema: typeof SCHEMA;
  readonly id: string;
  readonly version: string;
  /** try: nothing but a boot on trial, and what the capture kernel needs for it */
  readonly command: "setup" | "try" | "disable" | "rollback";
  /** the crashkernel words wanted; [] for disable */
  readonly words: readonly string[];
  readonly profile: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly user: string;
  readonly bootId: string | null;
  readonly state: RunState;
  /** for a rollback: the run it takes back */
  readonly takesBack: string | null;
  /** packages this run installed; undo leaves them */
  readonly packages: readonly string[];
  readonly steps: readonly JournalStep[];
  readonly why: readonly string[];
}

export class JournalError extends KdumpError {
  readonly exit = 1;
}

/** 20261123T081500Z-4f2a */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  return `${stamp}-${randomBytes(2).toString("hex")}`;
}

export function runDirectory(id: string): string {
  return `${JOURNAL_DIRECTORY}/${id}`;
}

export function newRecord(fields: Omit<JournalRecord, "schema" | "endedAt" | "state">): JournalRecord {
  return { schema: SCHEMA, endedAt: null, state: "open", ...fields };
}

/** Replaced atomically and synced: whenever we are killed, the record is the old or the new one. */
export async function saveRecord(machine: Machine, record: JournalRecord): Promise<void> {
  await machine.replace(
    `${runDirectory(record.id)}/record.json`,
    toBytes(`${JSON.stringify(record, null, 1)}\n`),
    0o600,
  );
}

export async function saveFile(
  machine: Machine,
  id: string,
  name: string,
  state: FileState,
): Promise<SavedFile> {
  if (state.kind === "absent") return { kind: "absent" };
  if (state.kind !== "file")
    throw new JournalError(`cannot keep a copy of something that is no readable file (${state.kind})`);
  await machine.replace(`${runDirectory(id)}/${name}`, state.text, 0o600);
  const { sha256, mode, uid, gid } = state;
  return { kind: "file", sha256, mode, uid, gid, saved: name };
}

/** The saved bytes; throws when they are gone or are not what was saved. */
export function savedText(reader: Reader, id: string, file: SavedFile): ByteText | null {
  if (file.kind === "absent") return null;
  const path = `${runDirectory(id)}/${file.saved}`;
  const state = reader.read(path);
  if (state.kind !== "file" || state.sha256 !== file.sha256) {
    throw new JournalError(`the copy ${path} is missing or damaged`);
  }
  return state.text;
}

export interface Journal {
  /** newest first */
  readonly records: readonly JournalRecord[];
  /** directories whose record cannot be read, and why; without a record the run was killed before it changed anything */
  readonly damaged: readonly { readonly id: string; readonly why: string; readonly began: boolean }[];
}

/** Throws RefusedError where the journal may not be looked into. */
export function readJournal(reader: Reader): Journal {
  if (reader.stat(JOURNAL_DIRECTORY) !== null && reader.list(JOURNAL_DIRECTORY) === null)
    throw new RefusedError(`${JOURNAL_DIRECTORY} can be read by root only: run it with sudo`);
  const records: JournalRecord[] = [];
  const damaged: { id: string; why: string; began: boolean }[] = [];
  for (const entry of reader.list(JOURNAL_DIRECTORY) ?? []) {
    if (entry.type !== "directory") continue;
    const path = `${runDirectory(entry.name)}/record.json`;
    const text = reader.readText(path);
    const record = text === null ? "no record.json" : parseRecord(text, entry.name);
    if (typeof record === "string")
      damaged.push({ id: entry.name, why: record, began: reader.lstat(path) !== null });
    else records.push(record);
  }
  records.sort((a, b) =>
    a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.id < b.id ? 1 : -1,
  );
  return { records, damaged };
}

/** The record, or what is wrong with it. Undo writes where the record says, so nothing in it is taken on trust. */
function parseRecord(text: string, id: string): JournalRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "record.json is not JSON";
  }
  if (!isRecord(value)) return "record.json has not the form this version knows";
  return value.id === id ? value : "record.json belongs to another run";
}

function toBytes(text: string): ByteText {
  return Buffer.from(text, "utf8").toString("latin1");
}
