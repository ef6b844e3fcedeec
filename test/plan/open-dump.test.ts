import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { openDump } from "../../src/plan/open-dump.js";
import { quoted } from "../../src/plan/shell-word.js";

test("a command that is copied into a shell names the file it means, whatever the file is called", () => {
  const words = fc.sample(
    fc
      .oneof(
        fc.string({ minLength: 1 }),
        fc.constantFrom("a'b", "$(reboot)", "`x`", "~", "-n", "a\nb", "*", "\\"),
      )
      .filter((word) => !word.includes("\0")),
    { numRuns: 200, seed: 1 },
  );
  const script = `printf '%s\\0' ${words.map(quoted).join(" ")}`;
  for (const shell of ["dash", "bash"])
    assert.deepEqual(
      execFileSync(shell, ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1),
      words,
    );
});

test("plain names stay readable", () => {
  const open = openDump("/usr/lib/debug/boot/vmlinux-6.1", {
    name: "202611241959",
    path: "/var/crash/202611241959/dump.202611241959",
    flattened: false,
    packed: null,
  });
  assert.deepEqual(open, {
    commands: ["crash /usr/lib/debug/boot/vmlinux-6.1 /var/crash/202611241959/dump.202611241959"],
    unflatten: null,
  });
});
