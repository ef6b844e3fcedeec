import { isCrashkernel } from "../bootconfig/crashkernel-word.js";
import { formatBytes } from "../crashkernel/size.js";
import type { CrashRegion } from "../facts/kexec-state.js";
import type { Check } from "./check.js";
import { type AuditInput, ON_AN_IMAGE } from "./input.js";
import type { LinkId } from "./links.js";

/** What is shown of a system beside what its checks say. */
export interface ChainInput {
  readonly image: boolean;
  readonly words: Pick<AuditInput["words"], "configured" | "menu">;
  /** where the reservation lies; [] where that is not known */
  readonly regions: readonly CrashRegion[];
}

const NOT_KNOWN = "not known";
const LATER = "seen only on the running system";

/** What stands at that link, in words; `checks` are those of the link that came out, the leading one first. */
export function seenAt(id: LinkId, checks: readonly Check[], input: ChainInput): string {
  const [lead] = checks;
  if (lead === undefined) return NOT_KNOWN;
  if (id === "generated") return entries(input);
  if (lead.status === "skipped")
    return lead.reason === ON_AN_IMAGE ? LATER : (lead.reason ?? NOT_KNOWN).replace(/, so .*/, "");
  const seen = (name: Check["id"]) =>
    checks.find((check) => check.id === name && (check.status === "pass" || check.status === "fail"))?.actual;
  const more: Readonly<Record<Exclude<LinkId, "generated">, readonly (string | undefined)[]>> = {
    configured: [],
    running: [],
    reserved: [lead.status === "pass" ? addresses(input) : undefined],
    loaded: [lead.status === "pass" ? seen("capture.present") : undefined],
    service: [seen("service.enabled"), seen("service.active"), seen("service.switch")],
    target: [seen("dump.space")],
    newest: [lead.evidence],
  };
  // that the packages are there is what is expected; only that they are not is worth a word
  const first = id === "service" && lead.status === "pass" ? undefined : lead.actual;
  return [first, ...more[id]].filter((text) => text !== undefined).join(", ");
}

/** How many of the entries that count carry what is configured. */
function entries({ words: { configured, menu } }: ChainInput): string {
  if (menu.kind === "unknown") return NOT_KNOWN;
  const lines = menu.menu.entries
    .filter(({ kind }) => kind === "normal")
    .flatMap(({ kernels }) => kernels.filter(({ xen }) => !xen))
    .map(({ args }) => args.filter(isCrashkernel).join(" "));
  const wanted = configured.kind === "known" ? configured.words.map(({ word }) => word).join(" ") : "";
  const carry = lines.filter((line) => (wanted === "" ? line !== "" : line === wanted)).length;
  const what = wanted === "" ? "a crashkernel=" : "it";
  return `${carry} of ${lines.length} normal entries of ${menu.path} carry ${what}`;
}

/** Where in physical memory, as the kernel's log has it; a plain user is shown zeros. */
function addresses({ regions: known }: ChainInput): string | undefined {
  if (known.length === 0) return undefined;
  const size = (bytes: number) => (known.length === 1 ? "" : ` (${formatBytes(bytes)})`);
  return `at ${known.map(({ start, bytes }) => `0x${start.toString(16)}${size(bytes)}`).join(" and ")}`;
}
