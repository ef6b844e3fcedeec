import { type JournalRecord, SCHEMA } from "./journal.js";
import { candidateOf } from "./regenerate.js";

/** Has a journal entry the form this version writes, down to the last path undo would write to? */
export function isRecord(value: unknown): value is JournalRecord {
  return (
    isObject(value) &&
    value.schema === SCHEMA &&
    isText(value.id) &&
    isText(value.version) &&
    oneOf(["setup", "try", "disable", "rollback"])(value.command) &&
    listOf(isText)(value.words) &&
    isText(value.profile) &&
    isText(value.startedAt) &&
    orNull(isText)(value.endedAt) &&
    isText(value.user) &&
    orNull(isText)(value.bootId) &&
    oneOf(["open", "applied", "rolled-back", "stuck", "taken-back"])(value.state) &&
    orNull(isText)(value.takesBack) &&
    listOf(isText)(value.packages) &&
    listOf(isStep)(value.steps) &&
    listOf(isText)(value.why)
  );
}

type Check = (value: unknown) => boolean;
type Json = Readonly<Record<string, unknown>>;

function isStep(step: unknown): boolean {
  if (!isObject(step) || !isText(step.why)) return false;
  switch (step.kind) {
    case "file":
      return (
        isPath(step.path) &&
        isPath(step.target) &&
        isSaved(step.before) &&
        isSaved(step.after) &&
        listOf(isPath)(step.createdDirectories)
      );
    case "config":
      return (
        isPath(step.path) &&
        isSaved(step.before) &&
        orNull(isText)(step.afterSha256) &&
        step.candidate === candidateOf(String(step.path)) &&
        orNull(isPath)(step.oldLink)
      );
    case "unit":
      return (
        isText(step.unit) &&
        orNull(oneOf(["enable", "disable", "mask", "unmask"]))(step.action) &&
        listOf(isLink)(step.linksBefore)
      );
    case "runtime":
      return (
        isCommand(step.command) &&
        orNull(isCommand)(step.undo) &&
        (step.unloadedToo === undefined || step.unloadedToo === true) &&
        typeof step.started === "boolean"
      );
    default:
      return false;
  }
}

function isSaved(file: unknown): boolean {
  if (!isObject(file)) return false;
  if (file.kind === "absent") return true;
  const numbers = [file.mode, file.uid, file.gid].every((n) => Number.isInteger(n));
  return file.kind === "file" && isText(file.sha256) && numbers && isName(file.saved);
}

const isLink: Check = (link) => isObject(link) && isPath(link.path) && isText(link.to);
const isCommand: Check = (command) =>
  isObject(command) &&
  listOf(isText)(command.argv) &&
  Array.isArray(command.argv) &&
  command.argv.length > 0 &&
  typeof command.timeoutSeconds === "number";
const isText: Check = (value) => typeof value === "string";
const isPath: Check = (value) => typeof value === "string" && /^\/[^\0]*$/.test(value);
/** A file beside the record, and nowhere else. */
const isName: Check = (value) => typeof value === "string" && /^[a-z0-9.]+$/.test(value) && value !== "..";

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(of: Check): Check {
  return (value) => Array.isArray(value) && value.every(of);
}

function orNull(of: Check): Check {
  return (value) => value === null || of(value);
}

function oneOf(names: readonly string[]): Check {
  return (value) => typeof value === "string" && names.includes(value);
}
