import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { inside, must, overlayRoot, run, runTool, withoutBundle, withoutRoot } from "../support/roots.js";
import { assertBoots, content, entries } from "./job.js";

/** What README.md says is what happens: its command lines, its example, its links. */

const README = readFileSync("README.md", "utf8");
const skip = withoutRoot("debian12") || withoutBundle;

/** Lines of the blocks marked sh, in order. */
function shellLines(): readonly string[] {
  return [...README.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap((block) =>
    (block[1] ?? "").split("\n").filter((line) => line !== ""),
  );
}

/** Command lines of the table. */
function tableCommands(): readonly string[] {
  return [...README.matchAll(/^\|[^|]*\| `(kdump-setup[^`]*)` \|$/gm)].map((row) => row[1] ?? "");
}

test("every command line of README's sh blocks is one this test knows how to show", () => {
  assert.deepEqual(shellLines(), [
    "npm ci && npm run try",
    "npm ci && npm test",
    "npm ci && npm run build",
    "install -m 755 dist/kdump-setup.cjs /usr/local/sbin/kdump-setup",
  ]);
  // the first two are what the robot runs; the third is a part of each of them
  const robot = readFileSync(".ci/run", "utf8");
  for (const line of [/^ *npm ci /m, /npm run .*try\b/, /^npm test\b/m]) assert.match(robot, line);
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
    scripts: Readonly<Record<string, string>>;
  };
  const build = /node (scripts\/build\.mjs)/.exec(scripts.build ?? "")?.[1] ?? "nothing";
  for (const script of ["scripts/try.sh", "scripts/test.sh"]) {
    assert.ok(Object.values(scripts).includes(`bash ${script}`), script);
    assert.ok(readFileSync(script, "utf8").includes(`node ${build}`), `${script} builds`);
  }
});

test("installed as README says, the program runs by its name", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const [line = ""] = shellLines().filter((one) => one.startsWith("install "));
  await must(["sh", "-ec", line.replace("/usr/local/sbin", `${root}/usr/local/sbin`)]);
  const path = `${process.execPath.replace(/\/[^/]*$/, "")}:${process.env.PATH}`;
  const ran = await run([`${root}/usr/local/sbin/kdump-setup`, "--version"], { env: { PATH: path } });
  assert.match(ran.stdout, /^\d+\.\d+\.\d+\n$/, ran.stderr);
  // what the target needs, by README's own list, is there without anything being installed
  const needs = ["cp", "sync", "chroot", "flock", "fsfreeze", "systemctl"];
  for (const program of needs) {
    assert.ok(README.includes(`\`${program}\``), program);
    assert.equal((await inside(root, ["sh", "-c", `command -v ${program}`])).code, 0, program);
  }
});

test("every command of README's table does what its row says", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const commands = tableCommands();
  assert.ok(commands.length >= 7, `only ${commands.length} rows were found`);
  for (const command of commands) {
    const words = command.split(" ").slice(1);
    const where = words.indexOf("--root");
    const args =
      where < 0
        ? ["--root", root, "--ram", "16G", ...words]
        : words.map((word, at) => (at === where + 1 ? root : word));
    if (words.length === 0) {
      // the wizard, which test/real/wizard.test.ts goes through on a terminal
      const asked = await runTool(args);
      assert.equal(asked.code, 2);
      assert.match(asked.stderr, /--crashkernel auto --yes/);
      continue;
    }
    const audits = words.includes("--check");
    const reads =
      audits ||
      words.includes("--dry-run") ||
      words.includes("history") ||
      ["explain", "dumps", "status"].includes(words[0] ?? "");
    if (words[0] === "crash-test" || ["--now", "--try", "--watch"].some((flag) => words.includes(flag))) {
      // only a system that runs, or has kdump-setup in it, can do that, and this image does neither
      assert.equal((await runTool(args)).code, 3);
      continue;
    }
    // "Without --yes it asks": here nobody answers
    if (!reads && !words.includes("--yes")) {
      const asked = await runTool(args);
      assert.equal(asked.code, 2, `${command}: ${asked.stderr}`);
      assert.match(asked.stderr, /give --yes/);
      args.push("--yes");
    }
    const output = args.indexOf("--output") + 1;
    if (output > 0) args[output] = `${root}/tmp/kdump.html`;
    const ran = await runTool(args);
    const forbidden = words.includes("disabled");
    assert.equal(ran.code, forbidden ? 7 : 0, `${command}: ${ran.stdout}${ran.stderr}`);
    if (output > 0) assert.match(content(root, "/tmp/kdump.html"), /^<!DOCTYPE html>[\s\S]*Compliant/);
    else if (audits) assert.match(ran.stdout, forbidden ? /^Not compliant: /m : /^Compliant: /m);
    const wish = words[words.indexOf("--crashkernel") + 1] ?? "";
    const [carried = ""] = entries(root)[0]?.crashkernel ?? [];
    if (wish === "auto") assert.match(carried, /^crashkernel=384M-\d+M:128M,\d+M-64G:\d+M,64G-:\d+M$/);
    const word = wish === "auto" ? carried : `crashkernel=${wish}`;
    if (words.includes("--disable")) await assertBoots(root, [], { normal: 3 });
    else if (words.includes("--crashkernel") && !words.includes("--dry-run"))
      await assertBoots(root, [word], { normal: 3 });
    else if (words.includes("rollback"))
      await assertBoots(root, ["crashkernel=2G-64G:256M,64G-:512M"], { normal: 3 });
    else if (words.includes("--core-dir"))
      assert.match(content(root, "/etc/default/kdump-tools"), /^KDUMP_COREDIR="\/srv\/crash"$/m);
    else if (words.includes("history"))
      assert.match(ran.stdout, /took the reservation out[\s\S]*set crashkernel=/);
  }
});

test("the example in README is what the command prints", { skip }, async (t) => {
  const block = /^```\n# kdump-setup (--crashkernel .*)\n([\s\S]*?)^```$/m.exec(README);
  assert.ok(block !== null, "README has an example");
  const root = await overlayRoot(t, "debian12");
  const args = ["--root", root, "--ram", "4G", ...(block[1] ?? "").split(" ")];
  const script = '"$@" 2>&1';
  const bundle = ["dist/kdump-setup.cjs", ...args];
  const env = { NO_COLOR: "1", LC_ALL: "C.UTF-8", FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
  const ran = await run(["sh", "-c", script, "sh", process.execPath, ...bundle], { env });
  assert.equal(ran.code, 0, ran.stdout);
  assert.deepEqual(steady(block[2] ?? ""), steady(ran.stdout));
  assert.match(content(root, "/boot/grub/grub.cfg"), /crashkernel=256M/);
});

/** Without what another machine, day, kernel or place makes different. */
function steady(text: string): readonly string[] {
  return text
    .replace(/^(.*), x86_64, .*$/m, (_, title: string) => `${title.replace(/ under .*/, "")}, some memory`)
    .replace(/^It takes effect .*$/m, "It takes effect later.")
    .replace(/\d{8}T\d{6}Z-[0-9a-f]{4}/g, "RUN")
    .replace(/-\d+\.\d+\.\d+-\d+-amd64/g, "-KERNEL")
    .trimEnd()
    .split("\n");
}

test("every file README links to is there", () => {
  const links = [...README.matchAll(/\]\(([^)#]+)\)/g)].map((link) => link[1] ?? "");
  assert.ok(links.length >= 5);
  for (const link of links) if (!link.includes("://")) assert.ok(existsSync(link), link);
});
