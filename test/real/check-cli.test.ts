import assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { test } from "node:test";
import {
  bundle,
  diffSnapshots,
  must,
  overlayRoot,
  run,
  runTool,
  snapshot,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";
import { temporaryDirectory } from "../support/temporary.js";
import { live, withoutLive } from "./live.js";

/** `--check` as it is shipped: what it takes, what it runs, what a plain user gets. */

const skip = withoutRoot("debian12") || withoutBundle;

const MISUSE: readonly (readonly [string, RegExp])[] = [
  ["--check --crashkernel 256M", /--check changes nothing, so --crashkernel does not go with it/],
  ["--check --disable", /so --disable does not go with it/],
  ["--check --dry-run", /so --dry-run does not go with it/],
  ["--policy disabled", /--policy goes with --check/],
  ["--crashkernel 256M --format csv", /--format csv goes with --check/],
  ["history --format csv", /csv/],
  ["--check --format xml", /xml/],
  ["--check --policy /nowhere", /--policy \/nowhere: there is no such file/],
  ["--check --policy enabled --policy disabled", /more than once/],
];

for (const [line, says] of MISUSE) {
  test(`${line} is wrong use`, { skip }, async () => {
    const ran = await runTool(line.split(" "));
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.stderr, says);
    assert.doesNotMatch(ran.stderr, /\n {4}at /);
  });
}

test("--help shows each usage on a line of its own", { skip }, async () => {
  const { stdout } = await runTool(["--help"]);
  assert.match(
    stdout,
    /^kdump-setup --check \[--policy enabled\|disabled\|FILE\]\nkdump-setup --disable \[--yes\]\n/m,
  );
});

test("of an image nothing is run, and nothing in it is written", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const trace = path.join(temporaryDirectory(t), "trace");
  const before = await snapshot(root, { times: true });
  const args = [bundle, "--root", root, "--ram", "4G", "--check", "--format", "html"];
  const ran = await run([
    "strace",
    "-f",
    "-qq",
    "-e",
    "trace=execve",
    "-o",
    trace,
    process.execPath,
    ...args,
  ]);
  assert.equal(ran.code, 7, ran.stderr);
  const calls = readFileSync(trace, "utf8")
    .split("\n")
    .filter((row) => row.includes("execve("));
  assert.equal(calls.length, 1, calls.join("\n"));
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { times: true })), []);
});

test("--output puts the whole document in the file's place in one step", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const dir = temporaryDirectory(t);
  const file = path.join(dir, "kdump.prom");
  writeFileSync(file, "old\n");
  const { ino } = lstatSync(file);
  const args = ["--root", root, "--ram", "4G", "--check", "--format", "prometheus"];
  const ran = await runTool([...args, "--output", file]);
  assert.deepEqual([ran.code, ran.stdout], [7, ""], ran.stderr);
  const text = readFileSync(file, "utf8");
  assert.match(text, /^# HELP kdump_compliant [\s\S]*\n$/);
  assert.notEqual(lstatSync(file).ino, ino, "another file took its name");
  assert.deepEqual(readdirSync(dir), ["kdump.prom"]);
  const time = /^kdump_checked_timestamp_seconds .*$/m;
  assert.equal((await runTool(args)).stdout.replace(time, ""), text.replace(time, ""));
});

test("a plain user gets the same audit, with unknown where only root can look", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  await must(["chmod", "755", path.dirname(root)]);
  assert.equal((await runTool(["--root", root, "--ram", "4G", "--crashkernel", "256M", "--yes"])).code, 0);
  mkdirSync(`${root}/var/crash`, { mode: 0o700 });
  const own = path.join(path.dirname(root), "kdump-setup.cjs");
  copyFileSync(bundle, own);
  chmodSync(own, 0o755);
  const ask = (user: readonly string[]) =>
    run([
      "env",
      "-C",
      "/",
      ...user,
      process.execPath,
      own,
      "--root",
      root,
      "--ram",
      "4G",
      "--check",
      "--format",
      "json",
    ]);
  const asRoot = await ask([]);
  assert.equal(asRoot.code, 0, asRoot.stdout);
  const asUser = await ask(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
  assert.equal(asUser.code, 8, asUser.stderr);
  const rows = (text: string) =>
    new Map<string, string>(
      JSON.parse(text).checks.map(({ id, status }: { id: string; status: string }) => [id, status]),
    );
  const [all, few] = [rows(asRoot.stdout), rows(asUser.stdout)];
  for (const [id, status] of few)
    assert.ok(status === "unknown" || status === all.get(id), `${id}: ${status}`);
  assert.equal(few.get("boot.entries"), "unknown", "grub.cfg is root's");
});

test("on the system that runs, kdump-config sees what the audit sees", { skip: withoutLive() }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  mkdirSync(`${root}/var/crash`, { mode: 0o700 });
  const ran = await live(
    root,
    `kdump-setup --check --format json > /run/check.json || echo "exit $?"
     for what in show test status; do kdump-config $what > /run/$what 2>&1; echo "$what $?"; done`,
  );
  const [exit = "", ...ended] = ran.stdout.trim().split("\n");
  const json = JSON.parse(readFileSync(`${root}/run/check.json`, "utf8"));
  if (exit === "exit 3") return t.skip(`what runs these tests is seen from inside: ${json.error.message}`);
  assert.equal(exit, "exit 7", ran.stderr);
  const check = (id: string) => json.checks.find((one: { id: string }) => one.id === id);
  const [show, tested, status] = ["show", "test", "status"].map((name) =>
    readFileSync(`${root}/run/${name}`, "utf8"),
  );
  // whatever is the matter, its status ends well: that is why it is not asked
  assert.equal(ended.at(-1), "status 0");
  assert.equal(
    /^current state:\s+ready to kdump$/m.test(show ?? ""),
    check("capture.loaded").status === "pass",
  );
  assert.equal(/: ready to kdump$/m.test(status ?? ""), check("capture.loaded").status === "pass");
  assert.equal(
    /no crashkernel= parameter in the kernel cmdline/.test(tested ?? ""),
    check("crashkernel.running").status === "fail",
  );
  assert.match(show ?? "", /^USE_KDUMP:\s+1$/m);
  assert.equal(check("service.switch").actual, "USE_KDUMP is 1");
  const directory = /^KDUMP_COREDIR:\s+(\S+)$/m.exec(show ?? "")?.[1];
  assert.ok(check("dump.target").actual.startsWith(directory), check("dump.target").actual);
  assert.equal(check("service.active").status, "unknown", "no systemd runs there");
});
