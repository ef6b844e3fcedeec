/**
 * npm run test:vm [-- [--cuts N] [--seed N] SCENARIO…]: virtual machines that boot, crash and lose their power.
 *   NAME                 the whole life of that machine, for example debian12-bios-ext4
 *   NAME/smoke           its first day only: set up, rebooted, reserved and loaded
 *   NAME/cuts            power cuts while the tool is applying
 *   NAME/cuts-generator  the same with sed and update-grub
 * A name is debian11|12|13-bios|uefi-ext4|xfs[-boot][-cloud]. Without a scenario: those of MATRIX.
 */

import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { killAll } from "./emulator.js";
import { logs, prepare } from "./images.js";
import { layoutOf } from "./layout.js";
import { powerCuts } from "./power-cut.scenario.js";
import { closing, judged, type Verdict } from "./report.js";
import { wholeLife } from "./whole-life.scenario.js";

const MATRIX = [
  "debian12-bios-ext4",
  "debian12-bios-xfs",
  "debian12-uefi-ext4",
  "debian12-bios-ext4-boot-cloud",
  "debian12-bios-ext4/cuts",
  "debian12-bios-ext4/cuts-generator",
];

interface Request {
  readonly scenarios: readonly string[];
  readonly cuts: number;
  readonly seed: number;
}

function requested(args: readonly string[]): Request {
  const number = (name: string, otherwise: number): number => {
    const at = args.indexOf(name);
    const value = at < 0 ? otherwise : Number(args[at + 1]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`${name} takes a number`);
    return value;
  };
  const scenarios = args.filter((arg, at) => !arg.startsWith("--") && !(args[at - 1] ?? "").startsWith("--"));
  return {
    scenarios: scenarios.length > 0 ? scenarios : MATRIX,
    cuts: number("--cuts", 5),
    seed: number("--seed", 1),
  };
}

async function scenario(name: string, request: Request): Promise<Verdict> {
  const dir = mkdtempSync(path.join(tmpdir(), "vm-"));
  const console = path.join(dir, "console.log");
  const verdict = await judged(name, async (steps) => {
    const [machine = "", kind] = name.split("/");
    const layout = layoutOf(machine);
    if (layout === null) throw new Error(`no machine is called ${machine}`);
    const accelerator = await prepare(layout, dir, steps);
    const bench = { dir, accelerator, steps, console };
    if (kind === undefined) await wholeLife(layout, bench);
    else if (kind === "smoke") await wholeLife(layout, bench, true);
    else if (kind === "cuts") await powerCuts(layout, bench, "tool", request);
    else if (kind === "cuts-generator") await powerCuts(layout, bench, "generator", request);
    else throw new Error(`no scenario is called ${kind}`);
  });
  if (verdict.failure !== null && existsSync(console)) {
    const kept = path.join(logs, `${name.replace("/", "-")}.console.log`);
    copyFileSync(console, kept);
    process.stdout.write(`    its console: ${path.relative(process.cwd(), kept)}\n`);
  }
  rmSync(dir, { recursive: true, force: true });
  return verdict;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    killAll();
    process.exit(1);
  });
process.on("exit", killAll);

const request = requested(process.argv.slice(2));
const verdicts: Verdict[] = [];
for (const name of request.scenarios) verdicts.push(await scenario(name, request));
process.exitCode = closing(verdicts) ? 0 : 1;
