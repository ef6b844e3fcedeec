/** A policy that somebody wrote: YAML or JSON, of the form of policies/_schema.json. */
import { parseRequest } from "../crashkernel/request.js";
import { parseSize } from "../crashkernel/size.js";
import { UsageError } from "../errors.js";
import { type CheckId, isCheckId } from "./catalogue.js";
import type { Policy, Waiver } from "./policy.js";

const POLICY_SCHEMA = "kdump-setup/policy/1";
const KEYS = ["schema", "title", "base", "expression", "minimum", "required", "waived"];

type Wrong = (where: string, what: string) => never;

/** `name`: of the file, for messages and for the report. Throws UsageError with the place of the mistake. */
export async function parsePolicy(text: string, name: string): Promise<Policy> {
  const wrong: Wrong = (where, what) => {
    throw new UsageError(`--policy ${name}: ${where === "" ? "" : `${where} `}${what}`, {
      hint: "policies/_schema.json describes the form; docs/checks.md lists the checks",
    });
  };
  const file = await read(text, wrong);
  for (const key of Object.keys(file))
    if (!KEYS.includes(key)) wrong(key, `is no key of a policy: it has ${KEYS.join(", ")}`);
  if (file.schema !== POLICY_SCHEMA)
    wrong(
      "",
      `${file.schema === undefined ? "has no schema" : "has another schema"}: its first line has to be "schema: ${POLICY_SCHEMA}"`,
    );
  if (file.title !== undefined && typeof file.title !== "string") wrong("title", "has to be text");
  const base = file.base ?? "enabled";
  if (base !== "enabled" && base !== "disabled") return wrong("base", "has to be enabled or disabled");
  if (base === "disabled" && (file.expression !== undefined || file.minimum !== undefined))
    wrong("base", "disabled takes neither expression nor minimum");
  const named = (value: unknown, where: string): CheckId => {
    if (typeof value !== "string" || !isCheckId(value))
      return wrong(where, "is no check's id: --check --format csv lists them");
    const missing =
      value.startsWith("off.") !== (base === "disabled") ||
      (value === "policy.expression" && file.expression === undefined) ||
      (value === "policy.minimum" && file.minimum === undefined);
    return missing ? wrong(where, `is no check that this policy makes (base ${base})`) : value;
  };
  return {
    name,
    base,
    words: file.expression === undefined ? null : words(file.expression, wrong),
    minimumBytes: file.minimum === undefined ? null : bytes(file.minimum, wrong),
    required: list(file.required, "required", wrong).map((one, at) => named(one, `required[${at}]`)),
    waived: list(file.waived, "waived", wrong).map((one, at) => waiver(one, `waived[${at}]`, named, wrong)),
  };
}

async function read(text: string, wrong: Wrong): Promise<Readonly<Record<string, unknown>>> {
  const { parseDocument } = await import("yaml");
  // "core": a date stays text, and no tag makes anything but plain values
  const document = parseDocument(text, { schema: "core", prettyErrors: true, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) return wrong("", `is neither YAML nor JSON: ${error.message.split("\n")[0]}`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 10 });
  } catch (failure) {
    return wrong("", `cannot be read: ${failure instanceof Error ? failure.message : String(failure)}`);
  }
  return isRecord(value) ? value : wrong("", `has to be a map of ${KEYS.join(", ")}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function words(value: unknown, wrong: Wrong): readonly string[] {
  if (typeof value !== "string") return wrong("expression", "has to be text");
  const parsed = parseRequest(value);
  return parsed.kind === "ok"
    ? parsed.words
    : wrong("expression", `is no crashkernel value: ${parsed.message}`);
}

function bytes(value: unknown, wrong: Wrong): number {
  if (typeof value !== "string") return wrong("minimum", "has to be a size such as 256M");
  const parsed = parseSize(value);
  return parsed.kind === "ok" ? Number(parsed.bytes) : wrong("minimum", `is no size: ${parsed.message}`);
}

function list(value: unknown, where: string, wrong: Wrong): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : wrong(where, "has to be a list");
}

/** A waiver without a reason or an end is none. */
function waiver(
  value: unknown,
  where: string,
  named: (value: unknown, where: string) => CheckId,
  wrong: Wrong,
): Waiver {
  if (!isRecord(value)) return wrong(where, "has to have check, reason and until");
  const { check, reason, until, ...rest } = value;
  const [odd] = Object.keys(rest);
  if (odd !== undefined) wrong(`${where}.${odd}`, "is no key of a waiver: it has check, reason, until");
  if (typeof reason !== "string" || reason.trim() === "") return wrong(`${where}.reason`, "has to say why");
  if (typeof until !== "string" || !isDay(until))
    return wrong(`${where}.until`, "has to be a day such as 2027-01-31");
  return { check: named(check, `${where}.check`), reason: reason.trim(), until };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
