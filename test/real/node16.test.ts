import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  diffSnapshots,
  overlayRoot,
  run,
  runTool,
  snapshot,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";
import { assertBoots, GRUB2_CFG, NEAR } from "./job.js";

/** Node 16 is the last that runs on CentOS 7's glibc: the shipped file has to run there, all of it. */

const node = process.env.KDUMP_TEST_NODE16 ?? "";
const noNode =
  node === "" ? "no real Node 16: KDUMP_TEST_NODE16 is empty (scripts/node16.sh fetches it)" : false;
const skip = noNode || withoutBundle;
const version = (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;

test("--version and --help on Node 16", { skip }, async () => {
  assert.match((await run([node, "--version"])).stdout, /^v16\.20\./);
  const asked = await runTool(["--version"], { node });
  assert.deepEqual([asked.code, asked.stdout, asked.stderr], [0, `${version}\n`, ""]);
  const help = await runTool(["--help"], { node });
  assert.equal(help.code, 0, help.stderr);
  for (const word of ["--crashkernel", "--disable", "rollback", "history", "--root", "--dry-run"])
    assert.ok(help.stdout.includes(word), word);
});

test("wrong use is exit 2 with one line on Node 16, not a stack", { skip }, async () => {
  for (const args of [["--nonsense"], ["--crashkernel", "x"], ["--crashkernel"], []]) {
    const ran = await runTool(args, { node });
    assert.equal(ran.code, 2, ran.stderr);
    assert.doesNotMatch(ran.stderr, /\n\s+at |Warning/);
  }
});

test("the main job on Node 16: dry run, applied, unchanged, history, taken back", {
  skip: skip || withoutRoot("centos7"),
}, async (t) => {
  const root = await overlayRoot(t, "centos7");
  const tool = async (...args: string[]) => {
    const ran = await runTool(["--root", root, "--ram", "4G", ...args, "--format", "json"], { node });
    return { code: ran.code, stderr: ran.stderr, json: JSON.parse(ran.stdout) };
  };
  const before = await snapshot(root, NEAR);
  const dry = await tool("--crashkernel", "auto", "--dry-run", "--exit-code");
  assert.deepEqual([dry.code, dry.json.result], [9, "planned"], dry.stderr);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  const applied = await tool("--crashkernel", "256M", "--yes");
  assert.deepEqual([applied.code, applied.json.result], [0, "applied"], applied.stderr);
  assert.doesNotMatch(applied.stderr, /Warning|Deprecat/);
  await assertBoots(root, ["crashkernel=256M"], {
    normal: 2,
    config: GRUB2_CFG,
    check: "grub2-script-check",
  });
  assert.equal((await tool("--crashkernel", "256M", "--yes")).json.result, "unchanged");
  assert.equal((await tool("history")).json.runs.length, 1);
  const back = await tool("rollback", "--yes");
  assert.equal(back.code, 0, back.stderr);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
});
