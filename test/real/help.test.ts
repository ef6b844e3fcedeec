import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bundle, overlayRoot, run, runTool, withoutBundle, withoutRoot } from "../support/roots.js";

import { temporaryDirectory } from "../support/temporary.js";

/** The examples of --help are typed as they stand there, into a real shell. */

const skip = withoutRoot("debian12") || withoutBundle;

interface Shown {
  readonly code: number | readonly number[];
  readonly says: RegExp;
}

const EXAMPLES: Readonly<Record<string, Readonly<Record<string, Shown>>>> = {
  "": {
    "kdump-setup --check": { code: 7, says: /^Not compliant: /m },
    "kdump-setup --crashkernel auto --dry-run": { code: 0, says: /^\+.*crashkernel=/m },
    "kdump-setup --crashkernel auto --yes": { code: 0, says: /reboot/ },
    // with nobody to answer its question it shows the plan and ends with 2
    "kdump-setup --root DIR --ram 16G --crashkernel auto": { code: 2, says: /^\+.*crashkernel=/m },
  },
  explain: {
    "kdump-setup explain 2G-64G:256M,64G-:512M": { code: 0, says: /^The kernel takes it for 256 MiB/m },
    "kdump-setup explain 1G,high --ram 64G --kernel 5.15": { code: 0, says: /1 GiB above 4 GiB/ },
    // what this machine was told is its own business
    'kdump-setup explain --cmdline "$(cat /proc/cmdline)"': {
      code: [0, 2, 3],
      says: /^kernel 6\.1\.\S+ on /m,
    },
    "kdump-setup explain auto": { code: 0, says: /^auto: what kdump-setup would set/m },
  },
};

async function examplesOf(command: string): Promise<readonly string[]> {
  const { stdout } = await runTool([...(command === "" ? [] : [command]), "--help"], {
    env: { COLUMNS: "80" },
  });
  const block = stdout.split(/^Examples:\n/m)[1] ?? "";
  return block.split("\n").flatMap((line) => {
    if (line.trim() === "") return [];
    assert.ok(line.length <= 80, line);
    assert.match(line, /^ {2}kdump-setup .* {2}# \S/);
    return [line.trim().replace(/ +#.*$/, "")];
  });
}

for (const [command, known] of Object.entries(EXAMPLES))
  test(`every example of ${command} --help does what it says`, { skip }, async (t) => {
    const examples = await examplesOf(command);
    assert.deepEqual([...examples].sort(), Object.keys(known).sort());
    for (const example of examples) {
      const shown = known[example];
      assert.ok(shown !== undefined, example);
      const root = await overlayRoot(t, "debian12");
      // never on the machine that runs the test; an option given by the example is the example's
      const own = [
        ...(example.includes("--root") ? [] : ["--root", root]),
        ...(example.includes("--ram") ? [] : ["--ram", "8G"]),
      ];
      const bin = temporaryDirectory(t);
      const script = `#!/bin/sh\nexec '${process.execPath}' '${bundle}' "$@" ${own.join(" ")}\n`;
      writeFileSync(path.join(bin, "kdump-setup"), script, { mode: 0o755 });
      const ended = await run(["sh", "-c", example.replace("DIR", root)], {
        env: { PATH: `${bin}:${process.env.PATH}` },
        seconds: 600,
      });
      const codes = typeof shown.code === "number" ? [shown.code] : shown.code;
      assert.ok(
        codes.includes(ended.code ?? -1),
        `${example}: ${ended.code}\n${ended.stdout}${ended.stderr}`,
      );
      assert.match(ended.stdout + ended.stderr, shown.says, example);
    }
  });
