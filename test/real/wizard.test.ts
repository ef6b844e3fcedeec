import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assertGolden } from "../support/golden.js";
import { diffSnapshots, overlayRoot, run, runTool, snapshot, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, NEAR, tool } from "./job.js";
import { terminal } from "./terminal.js";

/** The wizard on a real terminal of 80 by 24, as an admin on a fresh server meets it. */

const noTmux = (await run(["sh", "-c", "command -v tmux"])).code === 0 ? false : "tmux is not installed";
const skip = withoutRoot("debian12") || noTmux;
const LOOK = { ...NEAR, times: true };
const SIZE = { columns: 80, rows: 24 };
/** By the terminal they are for: what a person types to take the choice with that number. */
const SCREENS = {
  xterm: { env: { TERM: "xterm-256color" }, nth: (n: number) => [...Array(n - 1).fill("Down"), "Enter"] },
  vt100: { env: { TERM: "vt100" }, nth: (n: number) => [...Array(n - 1).fill("Down"), "Enter"] },
  dumb: { env: { TERM: "dumb" }, nth: (n: number) => [String(n), "Enter"] },
  latin1: { env: { TERM: "vt100", LC_ALL: "C" }, nth: (n: number) => [String(n), "Enter"] },
} as const;

const start = (t: Parameters<typeof terminal>[0], root: string, screen: keyof typeof SCREENS = "xterm") =>
  terminal(t, ["--root", root, "--ram", "4G"], SCREENS[screen].env, SIZE);

const ASKED_BY_LINE = /^crashkernel= \(.*\): *$/m;
const FIRST = /Memory for the capture kernel\?(.|\n)*give the memory back/;
const DUMP = /The dump itself\?(.|\n)*other settings/;
const LAST = /Make these changes\?(.|\n)*back to the questions/;

/** What differs from run to run is named instead. */
function steady(text: string, root: string): string {
  return text
    .replaceAll(root, "ROOT")
    .replace(/\d{8}T\d{6}Z-[0-9a-f]{4}/g, "RUN-ID")
    .replace(/\d+\.\d+\.\d+-\d+-amd64/g, "RELEASE")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n+$/, "\n");
}

for (const name of ["xterm", "vt100", "dumb", "latin1"] as const) {
  test(`${name}: an own size from the first screen to the verdict`, { skip }, async (t) => {
    const { nth } = SCREENS[name];
    const root = await overlayRoot(t, "debian12");
    const screen = await start(t, root, name);
    assertGolden(`wizard/${name}-first.txt`, steady(await screen.until(FIRST), root));
    await screen.keys(...nth(3));
    // the question itself: the menu before it shows the distribution's crashkernel= too
    const menus = nth(1).length === 1;
    await screen.until(menus ? /\? crashkernel=/ : ASKED_BY_LINE);
    // a wrong one is told at once, and not taken
    await screen.keys("2", "5", "6", "X", "Enter");
    await screen.until(menus ? /does not know "X"/ : /does not know "X"[^\n]*\ncrashkernel= \(.*\): *$/m);
    if (menus) await screen.keys("BSpace", "M", "Enter");
    else await screen.keys("2", "5", "6", "M", "Enter");
    await screen.until(DUMP);
    await screen.keys(...nth(1));
    await screen.until(LAST);
    await screen.keys(...nth(2));
    assert.equal(await screen.ended(), 0);
    await screen.until(/The same without questions: (.|\n)*--yes/);
    assertGolden(`wizard/${name}-own-size.txt`, steady(await screen.joined(), root));
    if (name === "latin1") assert.match(screen.raw(), /^[\t\r\n\x20-\x7e\x1b]*$/);
    await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
    assert.deepEqual((await ask(root, ["--crashkernel", "256M", "--yes"])).json.result, "unchanged");
  });
}

test("Enter at every question but the last takes what is proposed, and the last one changes nothing", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const before = await snapshot(root, LOOK);
  const screen = await start(t, root);
  await screen.until(FIRST);
  await screen.keys("Enter");
  await screen.until(DUMP);
  await screen.keys("Enter");
  await screen.until(LAST);
  await screen.keys("Enter");
  assert.equal(await screen.ended(), 0);
  await screen.until(/Nothing was changed\./);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
});

test("there is a way back, from every question and from the plan", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const screen = await start(t, root);
  await screen.until(FIRST);
  await screen.keys("Down", "Down", "Enter");
  await screen.until(/\? crashkernel=/);
  await screen.keys("Escape");
  await screen.until(/\n. crashkernel=.*(.|\n)*\? Memory for(.|\n)*give the memory back/);
  await screen.keys("Down", "Enter"); // the distribution's own
  await screen.until(DUMP);
  await screen.keys("Escape");
  await screen.until(/\n. The dump itself\?(.|\n)*\? Memory for(.|\n)*give the memory back/);
  await screen.keys("Enter");
  await screen.until(/\n. The dump itself\?(.|\n)*The dump itself\?(.|\n)*other settings/);
  await screen.keys("Enter");
  await screen.until(/\n. Memory.*the distribution's own(.|\n)*back to the questions/);
  await screen.keys("Down", "Down", "Enter");
  // the cursor stands on what was chosen before
  await screen.until(
    /back to the questions\n+Nothing was changed\.\n\? Memory(.|\n)*\u276f +the distribution's own/,
  );
  await screen.keys("Up", "Enter");
  await screen.until(/as this machine needs[^\n]*\n\? The dump itself(.|\n)*other settings/);
  await screen.keys("Enter");
  await screen.until(
    /back to the questions\n(.|\n)*as this machine needs[^\n]*\n(.|\n)*Make these changes\?(.|\n)*yes\n/,
  );
  await screen.keys("Escape");
  await screen.until(
    /Nothing was changed\.\n\? Memory for the capture kernel\?[^\n]*\n(.|\n)*give the memory back\n*$/,
  );
  await screen.keys("C-c");
  assert.equal(await screen.ended(), 0);
  await screen.until(/Nothing was changed\./);
});

test("every setting of the dump is asked for where one is wanted, and written", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const screen = await start(t, root, "dumb");
  // what is typed before its question stands there is shown before it
  const answer = async (shown: RegExp, typed: string) => {
    await screen.until(shown);
    await screen.keys(...typed, "Enter");
  };
  await answer(FIRST, "1");
  await answer(DUMP, "2");
  await answer(/Where does a dump go\?(.|\n)*by SSH\n(.|\n)*:\s*$/, "3");
  // what is wrong is told, b goes back to the question before
  await answer(/HOST:PATH .*:\s*$/, "host");
  await answer(/write nfs:HOST:PATH[^\n]*\n.*HOST:PATH .*:\s*$/, "b");
  await screen.until(/write nfs:HOST:PATH(.|\n)*Where does a dump go\?/);
  await answer(/:\s*$/, "2");
  await answer(/Directory for dumps \[\/var\/crash\].*:\s*$/, "/srv/crash");
  await answer(/What does a dump leave out\?(.|\n)*:\s*$/, "2");
  await answer(/When a dump cannot be saved\?(.|\n)*:\s*$/, "2");
  await answer(/How many dumps are kept\?.*:\s*$/, "x");
  await answer(/: x\n[^\n]*\nHow many dumps are kept\?.*:\s*$/, "3");
  await answer(/What else is to make the kernel panic\?(.|\n)*:\s*$/, "2");
  await screen.until(LAST);
  assertGolden("wizard/dump-settings.txt", steady(await screen.joined(), root));
  await screen.keys("2", "Enter");
  assert.equal(await screen.ended(), 0);
  await screen.until(/The same without questions: /);
  const [, line = ""] = /The same without questions: kdump-setup (.*)/.exec(await screen.joined()) ?? [];
  assert.match(
    line,
    / --dump-level 23 --core-dir \/srv\/crash --target local --fail-action halt --keep-dumps 3 --panic-on oops --yes$/,
  );
  const again = await runTool(line.trim().split(" "));
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /Nothing to do/);
  assert.match(readFileSync(`${root}/etc/default/kdump-tools`, "utf8"), /^KDUMP_COREDIR="?\/srv\/crash"?$/m);
});

test("no crash dumps: what the package reserves is taken out, and the service disabled", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const screen = await start(t, root);
  await screen.until(FIRST);
  await screen.keys("Up", "Enter"); // the last choice
  await screen.until(LAST);
  await screen.keys("Down", "Enter");
  assert.equal(await screen.ended(), 0);
  await screen.until(/The same without questions: (.|\n)*--disable --yes/);
  await assertBoots(root, [], { normal: 3 });
  assert.match(readFileSync(`${root}/etc/default/kdump-tools`, "utf8"), /^USE_KDUMP=/m);
});

for (const key of ["C-c", "C-d"])
  for (const [where, keys] of [
    ["the first question", []],
    ["the own expression", ["Down", "Down", "Enter", "1"]],
    ["the last question", ["Enter"]],
  ] as const)
    test(`${key} at ${where} changes nothing`, { skip }, async (t) => {
      const root = await overlayRoot(t, "debian12");
      const before = await snapshot(root, LOOK);
      const screen = await start(t, root);
      await screen.until(FIRST);
      await screen.keys(...keys);
      if (where === "the last question") {
        await screen.until(DUMP);
        await screen.keys("Enter");
      }
      await screen.until(
        where === "the last question" ? LAST : where === "the first question" ? FIRST : /\? crashkernel=/,
      );
      await screen.keys(key);
      assert.equal(await screen.ended(), 0);
      await screen.until(/Nothing was changed\./);
      assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
    });

for (const key of ["q", "C-c", "C-d"])
  test(`${key} line by line changes nothing either`, { skip }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    const before = await snapshot(root, LOOK);
    const screen = await start(t, root, "dumb");
    await screen.until(FIRST);
    await screen.keys(...(key === "q" ? ["q", "Enter"] : [key]));
    assert.equal(await screen.ended(), 0);
    await screen.until(/Nothing was changed\./);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
  });

test("the terminal goes away at a question: nothing changes, and the lock is free", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const before = await snapshot(root, LOOK);
  const screen = await start(t, root);
  await screen.until(FIRST);
  await screen.close();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
  assert.equal((await tool(root, ["--crashkernel", "256M", "--yes"])).code, 0);
});

test("a fresh server: the packages are asked for and installed first", {
  skip: withoutRoot("debian12-bare") || noTmux,
}, async (t) => {
  const root = await overlayRoot(t, "debian12-bare");
  const screen = await start(t, root);
  const shown = await screen.until(FIRST);
  assert.match(shown, /^Packages +kdump-tools not installed, makedumpfile not installed$/m);
  await screen.keys("Enter");
  await screen.until(DUMP);
  await screen.keys("Enter");
  await screen.until(/Install kdump-tools makedumpfile\?(.|\n)*back to the questions/);
  await screen.keys("Down", "Enter");
  await screen.until(LAST, 180);
  await screen.keys("Down", "Enter");
  assert.equal(await screen.ended(), 0);
  await screen.until(/The same without questions: (.|\n)*--crashkernel auto --yes/);
});

test("without a terminal one line says what there is instead", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const ended = await tool(root, []);
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /^kdump-setup: .*--crashkernel auto --yes.*--check.*\n/);
});
