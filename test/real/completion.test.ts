import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { must, run, runTool, withoutBundle } from "../support/roots.js";
import { temporaryDirectory } from "../support/temporary.js";

/** The scripts in the shells they are for, and against what the program itself says it takes. */

const without = async (shell: string) =>
  withoutBundle ||
  ((await run(["sh", "-c", `command -v ${shell}`])).code === 0 ? false : `${shell} is not installed`);
const ASK: Readonly<Record<string, (script: string, line: string) => readonly [string, ...string[]]>> = {
  bash: (script, line) => [
    "bash",
    "--norc",
    "-c",
    // words as readline takes them apart: at blanks and at =
    `. ${script}; COMP_WORDS=(); set -f; for w in $1; do case $w in ?*=*) COMP_WORDS+=("\${w%%=*}" = "\${w#*=}");; *) COMP_WORDS+=("$w");; esac; done
     case $1 in *" ") COMP_WORDS+=("");; esac; COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); compopt() { :; }
     _kdump_setup; printf '%s\\n' "\${COMPREPLY[@]}"`,
    "bash",
    line,
  ],
  fish: (script, line) => ["fish", "--no-config", "-c", `source ${script}; complete -C '${line}'`],
};

async function completions(t: TestContext, shell: "bash" | "fish", line: string): Promise<readonly string[]> {
  const script = `${temporaryDirectory(t)}/script`;
  const made = await runTool(["completion", shell]);
  assert.equal(made.code, 0, made.stderr);
  writeFileSync(script, made.stdout);
  const asked = ASK[shell]?.(script, line) ?? ["false"];
  const said = await must(asked, { env: { HOME: temporaryDirectory(t) } });
  return said.split("\n").flatMap((one) => (one === "" ? [] : [one.split("\t")[0] ?? ""]));
}

const COMMANDS = ["status", "rollback", "explain", "history", "dumps", "crash-test", "completion"];

/** Long options as the program's own help has them; it lists what stands by its place with them. */
async function helpOf(command: string): Promise<readonly string[]> {
  const { stdout } = await runTool([...(command === "" ? [] : [command]), "--help"]);
  const found = [...stdout.matchAll(/^ {2,}(?:-\w, )?--([a-z-]+)/gm)].map((one) => one[1] ?? "");
  return found.filter((name) => !["id", "expr", "shell"].includes(name)).sort();
}

for (const shell of ["bash", "fish"] as const) {
  const skip = await without(shell);
  for (const command of ["", ...COMMANDS])
    test(`${shell} completes every option of ${command || "a set-up run"}, and no other`, {
      skip,
    }, async (t) => {
      const offered = await completions(t, shell, `kdump-setup ${command === "" ? "" : `${command} `}--`);
      // help names what is on by default as it is, completion by what switches it off
      const names = offered
        .map((one) => one.replace(/^--(?:no-(?=diff|install|regenerate|service))?/, ""))
        .sort();
      assert.deepEqual(names, await helpOf(command));
    });

  test(`${shell} completes commands, choices and words`, { skip }, async (t) => {
    const words = async (line: string) => [...(await completions(t, shell, line))].sort();
    assert.deepEqual(
      (await words("kdump-setup ")).filter((one) => !one.startsWith("-")),
      [...COMMANDS].sort(),
    );
    assert.deepEqual(await words("kdump-setup cr"), ["crash-test"]);
    assert.deepEqual(await words("kdump-setup dumps --format "), ["json", "text"]);
    assert.deepEqual(await words("kdump-setup completion z"), ["zsh"]);
    assert.deepEqual(await words("kdump-setup --root / hist"), ["history"]);
    assert.deepEqual(
      await words("kdump-setup dumps --format=js"),
      shell === "bash" ? ["json"] : ["--format=json"],
    );
    assert.deepEqual(
      (await words("kdump-setup --root /etc/defaul")).map((one) => one.replace(/\/$/, "")),
      ["/etc/default"],
    );
  });
}

const noZsh = await without("zsh");
for (const [line, wanted, not] of [
  ["kdump-setup ", ["rollback", "crash-test", "dumps"], /zsh/],
  ["kdump-setup dumps --", ["--prune", "--dry-run", "--format"], /--hostname/],
  ["kdump-setup crash-test --", ["--hostname", "--result"], /--prune/],
  ["kdump-setup dumps --format ", ["json", "text"], /--prune/],
  ["kdump-setup completion ", ["bash", "zsh", "fish"], /rollback/],
] as const)
  test(`zsh completes "${line}" on a real line`, { skip: noZsh }, async (t) => {
    const dir = temporaryDirectory(t);
    writeFileSync(
      `${dir}/script`,
      await must([process.execPath, "dist/kdump-setup.cjs", "completion", "zsh"]),
    );
    // zsh's own pseudo-terminal: a shell in it, a line typed, TAB, and what is shown
    const asked = `zmodload zsh/zpty; zpty z zsh -fi
      zpty -w z "PS1=READY; autoload -U compinit; compinit -u -d ${dir}/dump; . ${dir}/script; LISTMAX=1000; stty cols 200"
      sleep 3; zpty -n -w z "${line}"$'\\t'; sleep 3; zpty -n -w z $'\\t'; sleep 2
      while zpty -r -t z text; do print -r -- $text; done; zpty -d z`;
    const shown = await must(["zsh", "-fc", asked], { env: { TERM: "xterm", HOME: dir } });
    const listed = shown.slice(shown.lastIndexOf(`READY`));
    for (const word of wanted) assert.ok(listed.includes(word), `${word} in ${listed}`);
    assert.doesNotMatch(listed, not);
  });

test("a shell there is no script for is wrong use", { skip: withoutBundle }, async () => {
  const ran = await runTool(["completion", "tcsh"]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /completion takes one of bash, zsh, fish, not "tcsh"/);
});
