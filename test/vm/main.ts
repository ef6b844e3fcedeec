/** npm run test:vm: virtual machines that boot, crash and lose their power. `--help` says how to call it. */

import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import yargs from "yargs";
import { killAll } from "./emulator.js";
import { type Bench, cache, prepare } from "./images.js";
import { KINDS, MATRIX, type Options, scenarioOf } from "./matrix.js";
import { closing, judged, keep, kept, matrix, type Verdict } from "./report.js";

const RUN = `kdump-vm-${process.pid}-`;
const WHAT = `Virtual machines that boot through GRUB, crash and lose their power.

A scenario is a machine, RELEASE-bios|uefi-ext4|xfs[-boot][-cloud][-kdump], alone or with one of
${Object.entries(KINDS)
  .map(([kind, { what }]) => `  ${`/${kind}`.padEnd(16)} ${what}`)
  .join("\n")}
Without a scenario: the whole matrix, which is
  ${MATRIX.join("\n  ")}`;

interface Request extends Options {
  readonly scenarios: readonly string[];
  readonly jobs: number;
  readonly table: boolean;
}

async function requested(): Promise<Request> {
  const argv = await yargs(process.argv.slice(2))
    .usage(`npm run test:vm [-- OPTION… SCENARIO…]\n\n${WHAT}`)
    .epilogue("Results, logs and consoles of failures are kept under .cache/vm.")
    .options({
      jobs: { type: "number", default: cpus().length, describe: "scenarios at once" },
      cuts: { type: "number", default: 40, describe: "power cuts a scenario" },
      seed: { type: "number", default: 1, describe: "other random moments" },
      table: {
        type: "boolean",
        default: false,
        describe: "print the newest result of each scenario; run nothing",
      },
    })
    .check(({ jobs, cuts, seed, _: names }) => {
      for (const [name, value] of Object.entries({ jobs, cuts, seed }))
        if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1`);
      for (const name of names)
        if (scenarioOf(String(name)) === null)
          throw new Error(`no scenario is called ${name}; --help lists them`);
      return true;
    })
    .strictOptions()
    .version(false)
    .wrap(null)
    .fail((message, error) => {
      process.stderr.write(`${message || error.message}\n`);
      process.exit(2);
    })
    .parse();
  const scenarios = argv._.length > 0 ? argv._.map(String) : MATRIX;
  return { scenarios, jobs: argv.jobs, cuts: argv.cuts, seed: argv.seed, table: argv.table };
}

const results = path.join(cache, "results");
const tool = process.env.KDUMP_VM_TOOL ?? "unknown";

async function scenario(name: string, options: Options): Promise<Verdict> {
  const dir = mkdtempSync(path.join(tmpdir(), RUN));
  const log = path.join(dir, "console.log");
  const verdict = await judged(name, tool, async (steps) => {
    const found = scenarioOf(name);
    if (found === null) throw new Error(`the matrix names ${name}, which there is not`);
    const { layout, kind } = found;
    const accelerator = await prepare(layout, dir, steps);
    const bench: Bench = { dir, accelerator, steps, console: log };
    return await kind.run(layout, bench, options);
  });
  keep(results, verdict);
  if (verdict.failure !== null && existsSync(log)) {
    const file = path.join(cache, "logs", `${name.replaceAll("/", "_")}.console.log`);
    copyFileSync(log, file);
    process.stdout.write(`    its console: ${path.relative(process.cwd(), file)}\n`);
  }
  rmSync(dir, { recursive: true, force: true });
  return verdict;
}

/** Directories and overlays of this run, and of runs that were killed before they could tidy up. */
function sweep(): void {
  const alive = (pid: number): boolean => existsSync(`/proc/${pid}`) && pid !== process.pid;
  for (const [dir, pattern] of [
    [tmpdir(), /^kdump-vm-(\d+)-/],
    [cache, /^overlay-(\d+)-/],
  ] as const) {
    if (!existsSync(dir)) continue;
    for (const name of readdirSync(dir)) {
      const pid = pattern.exec(name)?.[1];
      if (pid !== undefined && !alive(Number(pid)))
        rmSync(path.join(dir, name), { recursive: true, force: true });
    }
  }
}

async function main(): Promise<boolean> {
  const { scenarios, jobs, table, ...options } = await requested();
  if (table) {
    process.stdout.write(`${matrix(kept(results))}\n`);
    return true;
  }
  sweep();
  const waiting = [...scenarios];
  const verdicts = new Map<string, Verdict>();
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      verdicts.set(name, await scenario(name, options));
  };
  await Promise.all(Array.from({ length: Math.min(jobs, scenarios.length) }, worker));
  return closing(scenarios.flatMap((name) => verdicts.get(name) ?? []));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    killAll();
    process.exit(1);
  });
process.on("exit", () => {
  killAll();
  sweep();
});

process.exitCode = (await main()) ? 0 : 1;
