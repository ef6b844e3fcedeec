import type { Report } from "../audit/audit.js";
import { plainLine } from "../audit/formats/plain.js";
import { prometheus } from "../audit/formats/prometheus.js";
import { builtInPolicy } from "../audit/policy.js";
import { EXIT, RefusedError } from "../errors.js";
import { collectWatch, watches } from "../facts/watch.js";
import { openMachine } from "../machine/host.js";
import type { Machine } from "../machine/machine.js";
import type { Output } from "../ui/output.js";
import { gatherAudit } from "./audit-input.js";
import { reportOf } from "./check.js";
import { JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { WatchRequest } from "./request.js";
import { NEEDS_ROOT } from "./setup.js";
import { openTarget } from "./target.js";
import { thisProgram } from "./this-program.js";

/** Shown at a login by pam_motd(8), and gone with the next boot. */
const HINT = "/run/motd.d/kdump-setup";
/** Where node_exporter's textfile collector looks: as packaged, and as its documentation has it. */
const COLLECTORS = ["/var/lib/prometheus/node-exporter", "/var/lib/node_exporter/textfile_collector"];
/** sd-daemon(3): warning, info */
const WRONG = "<4>";
const FINE = "<6>";

/** Whether the units of --watch are there; with --run what they do: look, and tell in three places. */
export async function watch(request: WatchRequest, output: Output): Promise<Outcome> {
  const target = openTarget(request, openMachine);
  const { machine, base } = target;
  const installed = watches(collectWatch(machine, thisProgram()));
  const document = { schema: JSON_SCHEMA, command: "watch", installed };
  if (!request.run) {
    output.result(
      installed
        ? "Looks after each boot and change: journalctl -u kdump-setup-watch has what it saw."
        : "Not installed: kdump-setup --watch --yes does it.",
    );
    return { exit: EXIT.ok, document };
  }
  if (machine.image)
    throw new RefusedError("watch --run looks at the system that runs, and an image runs none", {
      hint: "kdump-setup --root DIR --check audits an image",
    });
  if (!base.effectiveRoot) throw new RefusedError(NEEDS_ROOT);
  const report = reportOf(await gatherAudit(target), builtInPolicy("enabled"), new Date());
  const wrong = wrongOf(report);
  const line = lineOf(report, wrong);
  // the journal takes a level from the line's beginning, where standard output is its own
  const level = process.env.JOURNAL_STREAM === undefined ? "" : wrong.length > 0 ? WRONG : FINE;
  output.result(`${level}${line}`);
  const metrics = await tell(machine, report, wrong.length > 0 ? line : null);
  const failing = report.checks.filter(({ status }) => status === "fail").map(({ id }) => id);
  return {
    exit: EXIT.ok,
    document: { ...document, saved: wrong.length === 0, failing, says: line, metrics },
  };
}

/** Of what fails, what would cost the dump: the reservation that no longer fits counts, a readable dump does not. */
function wrongOf(report: Report): readonly string[] {
  return report.checks
    .filter(
      ({ status, severity, id }) => status === "fail" && (severity === "high" || id === "crashkernel.size"),
    )
    .map(({ id }) => id);
}

function lineOf({ checks, counts, reservedBytes, loaded }: Report, wrong: readonly string[]): string {
  const fix = checks.find(({ id }) => id === wrong[0])?.fix ?? null;
  if (wrong.length > 0)
    return plainLine(
      `a crash of this machine may not be saved: ${wrong.join(", ")}${fix === null ? "" : `; ${fix}`}; kdump-setup status says more`,
    );
  const mib = Math.floor((reservedBytes ?? 0) / 1024 / 1024);
  const more = counts.fail > 0 ? `; ${counts.fail} lesser checks fail (kdump-setup --check)` : "";
  return `a crash of this machine would be saved: ${mib} MiB reserved, capture kernel ${loaded === true ? "loaded" : "not seen"}${more}`;
}

/** The hint at a login only while something is wrong, and the numbers where somebody collects them; where they went. */
async function tell(machine: Machine, report: Report, hint: string | null): Promise<string | null> {
  if (hint === null) machine.remove(HINT);
  else {
    machine.makeDirectory("/run/motd.d", 0o755);
    await machine.replace(HINT, `kdump: ${hint}\n`, 0o644);
  }
  const directory = COLLECTORS.find((path) => machine.stat(path)?.type === "directory");
  if (directory === undefined) return null;
  const file = `${directory}/kdump-setup.prom`;
  await machine.replace(file, Buffer.from(prometheus(report), "utf8").toString("latin1"), 0o644);
  return file;
}
