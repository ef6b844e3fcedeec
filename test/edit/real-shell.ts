import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SourceFile } from "../../src/types.js";

/**
 * Real shells as judges: what a shell holds after it has read files as grub-mkconfig does (`set -e`, then `. file`),
 * in a bare environment: nearly no programs, no network, and as nobody where the tests run as root.
 */
export type JudgeShell = "dash" | "bash";

export interface Judged {
  /** did the shell get to the end of the last file? */
  readonly completed: boolean;
  /** null: not set */
  readonly values: ReadonlyMap<string, string | null>;
}

export interface Case {
  readonly files: readonly SourceFile[];
  readonly names: readonly string[];
  readonly shell: JudgeShell;
}

const COMMAND: Readonly<Record<JudgeShell, string>> = { dash: "dash", bash: "bash --posix" };
const PROGRAMS = [
  "sed",
  "cat",
  "uname",
  "cut",
  "head",
  "tr",
  "basename",
  "true",
  "false",
  "echo",
  "printf",
  "test",
  "rm",
];

export function missingShells(): readonly string[] {
  return ["dash", "bash"].filter((name) => spawnSync(name, ["-c", ":"]).status !== 0);
}

function found(program: string): string | null {
  const at = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).stdout.trim();
  return at.startsWith("/") ? at : null;
}

/** Runs all cases in one go (one process started from here, one shell per case). */
export function judge(cases: readonly Case[]): readonly Judged[] {
  const directory = mkdtempSync(path.join(tmpdir(), "kdump-setup-judge-"));
  try {
    return judgeIn(directory, cases);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function judgeIn(directory: string, cases: readonly Case[]): readonly Judged[] {
  const bin = path.join(directory, "bin");
  for (const name of ["bin", "empty", "cases"]) mkdirSync(path.join(directory, name), { mode: 0o755 });
  for (const program of PROGRAMS) {
    const at = found(program);
    if (at !== null) symlinkSync(at, path.join(bin, program));
  }
  const driver: string[] = ["cd empty || exit 9"];
  cases.forEach(({ files, names, shell }, index) => {
    const sources = files.map(({ text }, n) => {
      const name = path.join(directory, "cases", `${index}.${n}`);
      writeFileSync(name, Buffer.from(text, "latin1"), { mode: 0o644 });
      return `. ${name}`;
    });
    const show = names.map(
      (name) => `if [ "\${${name}+x}" = x ]; then printf 's%s\\000' "$${name}"; else printf 'u\\000'; fi`,
    );
    const script = ["set -e", ...sources, "exec 1>&3", "printf 'done\\000'", ...show].join("\n");
    const run = path.join(directory, "cases", `${index}.run`);
    writeFileSync(run, script, { mode: 0o644 });
    const [program = "", ...options] = COMMAND[shell].split(" ");
    const command = [found(program) ?? program, ...options, run].join(" ");
    driver.push(
      `timeout 5 env -i PATH=${bin} LC_ALL=C ${command} 3>&1 >/dev/null 2>&1 </dev/null; printf 'end\\000'`,
    );
  });
  spawnSync("chmod", ["0755", directory]);
  writeFileSync(path.join(directory, "driver"), `${driver.join("\n")}\n`, { mode: 0o644 });
  const argv = [...confined(), "sh", path.join(directory, "driver")];
  const [program = "", ...rest] = argv;
  const ran = spawnSync(program, rest, { cwd: directory, encoding: "latin1", maxBuffer: 1 << 30 });
  const records = ran.stdout.split("\0");
  const judged: Judged[] = [];
  let at = 0;
  for (const { names } of cases) {
    const values = new Map<string, string | null>();
    const completed = records[at] === "done";
    if (completed) {
      at++;
      for (const name of names) {
        const record = records[at++] ?? "";
        values.set(name, record.startsWith("s") ? record.slice(1) : null);
      }
    }
    if (records[at++] !== "end")
      throw new Error(`the judge's answer is incomplete: ${ran.stderr.slice(0, 400)}`);
    judged.push({ completed, values });
  }
  return judged;
}

/** What /etc holds for the judge: files that distributions' defaults take GRUB_DISTRIBUTOR from. */
const ETC = [
  "mount -t tmpfs none /etc",
  "echo 'Example Linux release 9.4 (Test)' >/etc/system-release",
  "echo 'NAME=\"Example Linux\"' >/etc/os-release",
  "echo 'DISTRIB_ID=Example' >/etc/lsb-release",
].join(" && ");

/** Can the judge be given an /etc of its own? Without, files that ask for /etc/system-release stop on some machines. */
export function ownEtc(): boolean {
  return confined().includes("-m");
}

/** Without network, with an /etc of its own and without root's rights, as far as this machine lets us. */
function confined(): readonly string[] {
  const works = (argv: readonly string[]) =>
    spawnSync(argv[0] ?? "", [...argv.slice(1), "true"]).status === 0;
  const root = process.getuid?.() === 0;
  const apart = ["unshare", ...(root ? [] : ["-r"]), "-n", "-m", "sh", "-c", `${ETC} && exec "$@"`, "judge"];
  const out: string[] = [];
  if (works(apart)) out.push(...apart);
  else if (works(["unshare", "-n"])) out.push("unshare", "-n");
  const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  if (root && works(nobody)) out.push(...nobody);
  return out;
}
