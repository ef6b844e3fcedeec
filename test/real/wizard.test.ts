import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { assertGolden } from "../support/golden.js";
import { diffSnapshots, overlayRoot, run, runTool, snapshot, withoutRoot } from "../support/roots.js";
import { plant } from "../support/temporary.js";
import { ask, assertBoots, NEAR, standIn, tool } from "./job.js";
import { type Terminal, terminal } from "./terminal.js";

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

const answering =
  (screen: Terminal) =>
  async (shown: RegExp, typed = ""): Promise<void> => {
    await screen.until(shown);
    await screen.keys(...typed, "Enter");
  };

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
    /back to the questions\n+Nothing was changed\.\n\? Memory(.|\n)*\u276f +leave it as it is, the distribution's own/,
  );
  await screen.keys("Up", "Enter");
  await screen.until(/as this machine needs[^\n]*\n[^?]*\n\? The dump itself(.|\n)*other settings/);
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
  const answer = answering(screen);
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

test("vt100: each question about the dump fits the screen", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const screen = await start(t, root, "vt100");
  await screen.until(FIRST);
  await screen.keys("Enter", "Down", "Enter", "Enter", "Enter");
  const level = await screen.until(/What does a dump leave out\?(.|\n)*another level/);
  await screen.keys("Down", "Down", "Down", "Down");
  await screen.until(/\u276f +another level/);
  const last = await screen.until(/the sum of 1 zero/);
  assertGolden("wizard/vt100-level.txt", steady(`${level}\n----\n${last}`, root));
  await screen.keys("Up", "Enter", "Enter", "Enter");
  await screen.until(/What else is to make the kernel panic\?(.|\n)*everything/);
  await screen.keys("Down", "Down");
  await screen.until(/also a CPU/);
  assertGolden("wizard/vt100-panic.txt", steady(await screen.joined(), root));
});

test("a dump to an NFS export, and to another host by SSH", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  plant(root, {
    "root/.ssh/kdump_id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n",
    "root/.ssh/known_hosts": "dumps.example.com ssh-ed25519 AAAA\n",
  });
  for (const program of ["mount.nfs", "ssh"]) standIn(root, program);
  chmodSync(`${root}/root/.ssh/kdump_id_rsa`, 0o600);
  for (const [kind, number, where, question, more] of [
    ["nfs", "3", "dumps.example.com:/export/crash", /HOST:PATH of the export .*:\s*$/, []],
    ["ssh", "4", "kdump@dumps.example.com", /USER@HOST .*:\s*$/, [/Private key for it \[.*:\s*$/]],
  ] as const) {
    const screen = await start(t, root, "dumb");
    const answer = answering(screen);
    await answer(FIRST, "2");
    await answer(DUMP, "2");
    await answer(/Where does a dump go\?(.|\n)*by SSH\n(.|\n)*:\s*$/, number);
    await answer(question, where);
    await answer(/Directory for dumps \[\/var\/crash\].*:\s*$/);
    for (const one of more) await answer(one);
    await answer(/What does a dump leave out\?(.|\n)*:\s*$/);
    await answer(/When a dump cannot be saved\?(.|\n)*:\s*$/);
    await answer(/How many dumps are kept\?.*:\s*$/);
    await answer(/What else is to make the kernel panic\?(.|\n)*:\s*$/);
    await screen.until(LAST);
    assertGolden(`wizard/target-${kind}.txt`, steady(await screen.joined(), root));
    await screen.keys("2", "Enter");
    assert.equal(await screen.ended(), 0);
    await screen.until(/The same without questions: /);
    assert.ok((await screen.joined()).includes(` --target ${kind}:${where} --yes\n`));
    const written = readFileSync(`${root}/etc/default/kdump-tools`, "utf8");
    assert.match(written, new RegExp(`^${kind.toUpperCase()}="?${where}"?$`, "m"));
    if (kind === "ssh") assert.doesNotMatch(written, /^NFS="?[^"\n]/m);
  }
});

test("an answer that is refused leads back to the questions, and the others are kept", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const before = await snapshot(root, LOOK);
  const screen = await start(t, root);
  await screen.until(FIRST);
  // this root has no mount.nfs
  const target = ["Down", "Down", "Enter", "dumps.example.com:/x", "Enter"];
  await screen.keys("Enter", "Down", "Enter", ...target, ...Array(5).fill("Enter"));
  await screen.until(/mount\.nfs is not installed(.|\n)*What now\?(.|\n)*leave everything/);
  await screen.keys("Enter");
  await screen.until(/What now\?(.|\n)*\? Memory for the capture kernel\?(.|\n)*give the memory back/);
  await screen.keys("Enter", "Enter");
  await screen.until(/\? Where does a dump go\?(.|\n)*\u276f +an NFS export/);
  await screen.keys("C-c");
  assert.equal(await screen.ended(), 0);
  await screen.until(/Nothing was changed\./);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
});

test("what is configured and enough can be left as it is, and then there is nothing to do", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  assert.equal((await tool(root, ["--crashkernel", "300M", "--yes"])).code, 0);
  const before = await snapshot(root, LOOK);
  const screen = await start(t, root);
  await screen.until(/ leave it as it is: 300 MiB here\n(.|\n)*give the memory back/);
  await screen.keys("Down", "Enter");
  await screen.until(DUMP);
  await screen.keys("Enter");
  assert.equal(await screen.ended(), 0);
  await screen.until(/Nothing to do: everything is as wished\./);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
});

for (const name of ["xterm", "dumb"] as const) {
  const { nth } = SCREENS[name];

  test(`${name}: keys typed ahead answer the questions they are for`, { skip }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    const screen = await start(t, root, name);
    await screen.until(FIRST);
    // the own size, other settings, a directory of this machine, its name, and the level after the one that is set
    const all = [...nth(3), "300M", "Enter", ...nth(2), ...nth(2), "/srv/crash", "Enter", ...nth(2)];
    await screen.keys(...all);
    await screen.until(/When a dump cannot be saved\?(.|\n)*switches itself off/);
    await screen.keys("Enter", "Enter", "Enter");
    await screen.until(LAST);
    await screen.keys(...nth(2));
    assert.equal(await screen.ended(), 0);
    await screen.until(/The same without questions: /);
    const shown = await screen.joined();
    assert.match(shown, / --crashkernel 300M --dump-level 23 --core-dir \/srv\/crash --target local --yes/);
    if (name === "dumb") assert.match(shown, /^Directory for dumps \[.*\): \/srv\/crash$/m);
  });

  test(`${name}: a yes typed before the plan is shown is not taken for one`, { skip }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    const before = await snapshot(root, LOOK);
    const screen = await start(t, root, name);
    await screen.until(FIRST);
    await screen.keys(...nth(1));
    await screen.until(DUMP);
    // the last question's yes, typed while the plan is made
    await screen.keys(...nth(1), ...nth(2), ...nth(2));
    await screen.until(LAST);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
    await screen.keys(...nth(1));
    assert.equal(await screen.ended(), 0);
    await screen.until(/Nothing was changed\./);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
  });
}

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
