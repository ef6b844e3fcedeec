// npm run bench: whole-process time and peak memory of the tool beside bare Node, and editing time by file size.
// Medians of interleaved runs; trust the ratios, the machine is never quiet. No test looks at these numbers.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const RUNS = Number(process.env.RUNS ?? 21);
const TIME = "/usr/bin/time";
if (!existsSync(TIME)) {
  console.error(`bench: ${TIME} is missing: apt-get install time`);
  process.exit(1);
}
const tool = path.resolve("dist/kdump-setup.cjs");
const root = path.resolve(".cache/roots/debian12");
for (const needed of [tool, root]) {
  if (existsSync(needed)) continue;
  console.error(`bench: ${needed} is missing: npm run build && bash scripts/roots.sh debian12`);
  process.exit(1);
}

const COMMANDS = {
  "node -e 0": ["-e", "0"],
  "--version": [tool, "--version"],
  "--help": [tool, "--help"],
  "--dry-run": [tool, "--root", root, "--ram", "4G", "--crashkernel", "256M", "--dry-run"],
  history: [tool, "--root", root, "history"],
};

function once(args) {
  const ended = spawnSync(TIME, ["-q", "-f", "%e %U %S %M", process.execPath, ...args], { encoding: "utf8" });
  const last = ended.stderr.trim().split("\n").at(-1) ?? "";
  const [, user = 0, system = 0, kib = 0] = last.split(" ").map(Number);
  if (ended.status !== 0) throw new Error(`${args.join(" ")} ended with ${ended.status}: ${ended.stderr}`);
  return { cpu: (user + system) * 1000, mib: kib / 1024 };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function processes() {
  const seen = Object.fromEntries(
    Object.keys(COMMANDS).map((name) => [name, { wall: [], cpu: [], mib: [] }]),
  );
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const started = process.hrtime.bigint();
      const { cpu, mib } = once(args);
      const wall = Number(process.hrtime.bigint() - started) / 1e6;
      if (run === 0) continue; // warm-up
      seen[name].wall.push(wall);
      seen[name].cpu.push(cpu);
      seen[name].mib.push(mib);
    }
  }
  const bare = median(seen["node -e 0"].wall);
  console.log(`Node ${process.version}, medians of ${RUNS} interleaved runs`);
  console.log("command          wall ms  × node  cpu ms   MiB");
  for (const [name, { wall, cpu, mib }] of Object.entries(seen)) {
    const row = [
      median(wall).toFixed(1),
      (median(wall) / bare).toFixed(2),
      median(cpu).toFixed(0),
      median(mib).toFixed(1),
    ];
    console.log(
      `${name.padEnd(16)}${row[0].padStart(8)}${row[1].padStart(8)}${row[2].padStart(8)}${row[3].padStart(7)}`,
    );
  }
}

async function editing() {
  const dir = mkdtempSync(path.join(tmpdir(), "kdump-bench-"));
  try {
    const outfile = path.join(dir, "edit.mjs");
    await build({
      entryPoints: ["src/edit/grub-defaults.ts"],
      bundle: true,
      format: "esm",
      platform: "node",
      outfile,
    });
    const { editCommandLine } = await import(pathToFileURL(outfile).href);
    console.log("\nediting one file: set crashkernel=256M\nlines      ms   µs a line");
    for (const lines of [10, 1_000, 100_000]) {
      const filler = Array.from({ length: lines - 2 }, (_, i) =>
        i % 3 === 0 ? `# comment ${i}` : `GRUB_OPTION_${i}="value ${i}"`,
      );
      const text = `GRUB_CMDLINE_LINUX=""\n${filler.join("\n")}\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\n`;
      const edit = {
        variables: ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"],
        appendTo: "GRUB_CMDLINE_LINUX_DEFAULT",
        words: ["crashkernel=256M"],
        shell: "dash",
      };
      const times = Array.from({ length: 7 }, () => {
        const started = process.hrtime.bigint();
        const edited = editCommandLine([{ path: "/etc/default/grub", text }], edit);
        if (edited.kind !== "edited" || edited.files.length !== 1) throw new Error("the edit was not made");
        return Number(process.hrtime.bigint() - started) / 1e6;
      });
      const ms = median(times);
      console.log(
        `${String(lines).padEnd(8)}${ms.toFixed(2).padStart(7)}${((ms * 1000) / lines).toFixed(2).padStart(10)}`,
      );
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}

processes();
await editing();
