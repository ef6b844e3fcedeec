import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { diffSnapshots, overlayRoot, run, snapshot, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, content, edit, NEAR, tool, wrapGenerator } from "./job.js";
import { terminal } from "./terminal.js";

/** The question: with nobody there to answer it, and on a real terminal. */

const skip = withoutRoot("debian12");
const noTmux = (await run(["sh", "-c", "command -v tmux"])).code === 0 ? false : "tmux is not installed";
const onTerminal = skip || noTmux;
const LOOK = { ...NEAR, times: true };
const KDUMP_CFG = "/etc/default/grub.d/kdump-tools.cfg";
const set = (root: string) => ["--root", root, "--ram", "4G", "--crashkernel", "256M"];

for (const args of [["--crashkernel", "256M"], ["--disable"], ["rollback"]]) {
  test(`${args.join(" ")} with no terminal and no --yes: the plan is shown, exit 2, nothing changes`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    if (args[0] === "rollback") assert.equal((await tool(root, ["--crashkernel", "1G", "--yes"])).code, 0);
    const before = await snapshot(root, LOOK);
    const text = await tool(root, args);
    assert.equal(text.code, 2, text.stderr);
    assert.match(text.stdout, /^--- \/etc\/default\/grub\.d\/kdump-tools\.cfg$/m);
    assert.match(text.stdout, /^ {2}update-grub -o/m);
    assert.match(text.stderr, /nobody to answer the question, so nothing was changed: give --yes/);
    const { code, json } = await ask(root, args);
    assert.deepEqual([code, json.result, json.changed, json.error.exitCode], [2, "planned", false, 2]);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
  });
}

test("y on a terminal applies; what it will be is on the screen before the question", {
  skip: onTerminal,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const screen = await terminal(t, set(root));
  const shown = await screen.until(/Make these changes\?/);
  assert.match(shown, /^-GRUB_CMDLINE_LINUX_DEFAULT=.*384M-:128M"$/m);
  assert.match(shown, /^\+GRUB_CMDLINE_LINUX_DEFAULT=.*256M"$/m);
  assert.match(shown, /^ {2}update-grub -o/m);
  await screen.keys("y");
  assert.equal(await screen.ended(), 0);
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
});

for (const key of ["n", "Enter", "C-c", "C-d", "Escape"]) {
  test(`${key} at the question changes nothing`, { skip: onTerminal }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    const before = await snapshot(root, LOOK);
    const screen = await terminal(t, set(root));
    await screen.until(/Make these changes\?/);
    await screen.keys(key);
    assert.equal(await screen.ended(), 0);
    await screen.until(/Nothing was changed\./);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
  });
}

for (const TERM of ["xterm", "dumb"])
  test(`${TERM}: a y typed while the plan is still made is no answer to the question`, {
    skip: onTerminal,
  }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    // the preview takes long enough for somebody to type
    wrapGenerator(root, "sleep 2; real");
    const before = await snapshot(root, LOOK);
    const screen = await terminal(t, set(root), { TERM });
    // with Enter, and as a line nobody has ended
    await screen.keys("y", "Enter", "y", "Enter", "y");
    await screen.until(/Make these changes\?/);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
    await screen.keys("n", "Enter");
    assert.equal(await screen.ended(), 0);
    await screen.until(/Nothing was changed\./);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
  });

test("the terminal goes away at the question: nothing changes, and the lock is free", {
  skip: onTerminal,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const before = await snapshot(root, LOOK);
  const screen = await terminal(t, set(root));
  await screen.until(/Make these changes\?/);
  await screen.close();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
  const next = await tool(root, ["--crashkernel", "256M", "--yes", "--lock-timeout", "5"]);
  assert.equal(next.code, 0, next.stderr);
});

test("^C while it works: put back, exit 5", { skip: onTerminal }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  wrapGenerator(root, "sleep 600");
  const before = await snapshot(root, NEAR);
  const screen = await terminal(t, [...set(root), "--yes"]);
  await screen.until(/generate \/boot\/grub\/grub\.cfg/);
  await screen.keys("C-c");
  assert.equal(await screen.ended(), 5);
  await screen.until(/Everything that was changed was put back\./);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
});

test("a generator that fails already without any change is known before the question", {
  skip: onTerminal,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  writeFileSync(`${root}/etc/grub.d/45_bad`, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
  const before = await snapshot(root, LOOK);
  const screen = await terminal(t, set(root));
  assert.equal(await screen.ended(), 3);
  const shown = await screen.until(/grub-mkconfig ends with \d+ already without any change/);
  assert.doesNotMatch(shown, /Make these changes/);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
});

test("colours on a terminal; none with NO_COLOR, --color never, or into a pipe", {
  skip: onTerminal,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const dry = [...set(root), "--dry-run"];
  const colour = /\u001b\[[0-9;]*m/;
  const coloured = await terminal(t, dry);
  await coloured.ended();
  assert.match(coloured.raw(), /\u001b\[32m\+GRUB_CMDLINE/);
  for (const plain of [
    await terminal(t, dry, { NO_COLOR: "1" }),
    await terminal(t, [...dry, "--color", "never"]),
  ]) {
    assert.equal(await plain.ended(), 0);
    assert.match(plain.raw(), /\+GRUB_CMDLINE/);
    assert.doesNotMatch(plain.raw(), colour);
  }
  const piped = await tool(root, ["--crashkernel", "256M", "--dry-run"], { env: { NO_COLOR: undefined } });
  assert.doesNotMatch(piped.stdout + piped.stderr, colour);
});

test("escape sequences in a file do not reach the terminal, nor does JSON lose them", {
  skip: onTerminal,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const evil = "# \u001b]0;pwned\u0007 \u001b[2J \u009b31m\n";
  edit(root, KDUMP_CFG, /^/, evil);
  const noisy = "#!/bin/sh\nprintf 'pwned: \\033[8m\\n' >&2\n";
  writeFileSync(`${root}/etc/grub.d/45_noisy`, noisy, { mode: 0o755 });
  const screen = await terminal(t, [...set(root), "--yes"]);
  assert.equal(await screen.ended(), 0);
  await screen.until(/# \\x1b\]0;pwned\\x07 \\x1b\[2J/);
  assert.ok(!screen.raw().includes("\u001b]0;pwned") && !screen.raw().includes("\u001b[2J"));
  assert.ok(!screen.raw().includes("\u009b31m") && !screen.raw().includes("\u001b[8m"));
  assert.ok(content(root, KDUMP_CFG).startsWith(Buffer.from(evil).toString("latin1").slice(0, 10)));
});
