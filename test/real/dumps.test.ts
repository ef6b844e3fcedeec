import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { crashed, cutShort, dateDump, madeDump, stampDump, withoutDumps } from "../support/dumps.js";
import {
  diffSnapshots,
  inside,
  must,
  overlayRoot,
  run,
  snapshot,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";
import { ask, edit, tool } from "./job.js";
import { terminal } from "./terminal.js";

/** Real dumps where a release keeps them; makedumpfile and crash of that release judge what is said of them. */

const skip = withoutRoot("debian12") || withoutDumps || withoutBundle;
const noTmux = (await run(["sh", "-c", "command -v tmux"])).code === 0 ? false : "tmux is not installed";
const CRASH = "/var/crash";
const PANIC = "Kernel panic - not syncing: sysrq triggered crash";
const DEBIAN = "202611241959";

/** What crash of the release itself says the dump's kernel is. */
async function osrelease(root: string, path: string): Promise<string> {
  return (await inside(root, ["crash", "--osrelease", path])).stdout.trim();
}

test("a dump as Debian saves it: what is said of it is what makedumpfile and crash find in it", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const path = stampDump(root, DEBIAN);
  const { code, json, stderr } = await ask(root, ["dumps"]);
  assert.equal(code, 0, stderr);
  assert.equal(json.command, "dumps");
  assert.deepEqual(json.directory, {
    path: CRASH,
    source: "KDUMP_COREDIR in /etc/default/kdump-tools",
    state: "readable",
  });
  const [dump, ...rest] = json.dumps;
  assert.equal(rest.length, 0);
  assert.equal(dump.path, path);
  assert.equal(dump.kernel, await osrelease(root, path));
  assert.equal(dump.kernel, crashed().release);
  assert.equal(dump.bytes, readFileSync(root + path).length);
  assert.deepEqual(
    [dump.state, dump.format, dump.flattened, dump.compression, dump.level, dump.machine],
    ["saved", "kdump-compressed", true, "zlib", 31, "x86_64"],
  );
  assert.ok(Math.abs(Date.parse(dump.crashedAt) / 1000 - crashed().when) <= 5, dump.crashedAt);
  // the command that makes one whole file of it is right, and so is what was read of the saved log
  assert.ok(dump.unflatten.includes(` < ${root}${path}`), dump.unflatten);
  await must(["chroot", root, "sh", "-ec", dump.unflatten.replaceAll(root, "")]);
  await must([
    "chroot",
    root,
    "sh",
    "-ec",
    `makedumpfile --dump-dmesg /var/tmp/vmcore.${DEBIAN} /var/tmp/log`,
  ]);
  assert.ok(readFileSync(`${root}/var/tmp/log`, "utf8").includes(dump.panic));
  assert.equal(dump.panic, PANIC);
  assert.equal(await osrelease(root, `/var/tmp/vmcore.${DEBIAN}`), dump.kernel);
  assert.deepEqual(dump.debugKernel, {
    path: `/usr/lib/debug/boot/vmlinux-${dump.kernel}`,
    installed: false,
    package: `linux-image-${dump.kernel}-dbg`,
  });
  assert.deepEqual(dump.open, [`crash ${root}/usr/lib/debug/boot/vmlinux-${dump.kernel} ${root}${path}`]);
});

test("as text: one row a dump, why it crashed, and what opens it", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  stampDump(root, DEBIAN);
  const { release } = crashed();
  mkdirSync(`${root}/usr/lib/debug/boot`, { recursive: true });
  writeFileSync(`${root}/usr/lib/debug/boot/vmlinux-${release}`, "");
  const { code, stdout } = await tool(root, ["dumps"]);
  assert.equal(code, 0);
  const [title, head, row, ...details] = stdout.trimEnd().split("\n");
  assert.equal(title, "Dumps in /var/crash (KDUMP_COREDIR in /etc/default/kdump-tools):");
  assert.match(head ?? "", /^when +size +kernel +saved as$/);
  assert.match(
    row ?? "",
    /^2\d{3}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}\d.* MiB +6\.\S+-amd64 +zlib, level 31, flattened$/,
  );
  assert.deepEqual(details, [
    `    ${PANIC}`,
    `    crash ${root}/usr/lib/debug/boot/vmlinux-${release} ${root}${CRASH}/${DEBIAN}/dump.${DEBIAN}`,
    `    for other programs: makedumpfile -R /var/tmp/vmcore.${DEBIAN} < ${root}${CRASH}/${DEBIAN}/dump.${DEBIAN}`,
  ]);
});

for (const [form, said] of [
  ["lzo", ["kdump-compressed", "lzo", 31]],
  ["raw", ["kdump-compressed", null, 31]],
  ["elf", ["elf", null, null]],
] as const)
  test(`a dump as Red Hat's tools save it (${form}) is read like crash reads it`, {
    skip: skip || withoutRoot("centos7"),
  }, async (t) => {
    const root = await overlayRoot(t, "centos7");
    const path = dateDump(root, "2026-11-24-19:59:28", form);
    const { json } = await ask(root, ["dumps"]);
    assert.equal(json.directory.source, "path in /etc/kdump.conf");
    const [dump] = json.dumps;
    assert.equal(dump.path, path);
    assert.deepEqual([dump.format, dump.compression, dump.level], said);
    assert.deepEqual([dump.flattened, dump.unflatten, dump.state, dump.panic], [false, null, "saved", PANIC]);
    assert.ok(Math.abs(Date.parse(dump.crashedAt) / 1000 - crashed().when) <= 5, dump.crashedAt);
    assert.equal(dump.machine, "x86_64");
    const judge = await overlayRoot(t, "debian12");
    copyFileSync(root + path, `${judge}/var/tmp/vmcore`);
    assert.equal(dump.kernel, await osrelease(judge, "/var/tmp/vmcore"));
    assert.deepEqual(dump.open, [
      `crash ${root}/usr/lib/debug/lib/modules/${dump.kernel}/vmlinux ${root}${path}`,
    ]);
  });

test("a dump that was never finished, or is cut short, is called so and not taken for one that was saved", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const at = (name: string) => `${root}${CRASH}/${name}`;
  cutShort(madeDump("flat"), at("202611240001/dump-incomplete"), 5_000_000);
  cutShort(madeDump("flat"), at("202611240002/dump.202611240002"), 5_000_000);
  cutShort(madeDump("elf"), at("127.0.0.1-2026-11-24-00:03:00/vmcore"), 50_000_000);
  cutShort(madeDump("lzo"), at("127.0.0.1-2026-11-24-00:04:00/vmcore-incomplete"), 1_000_000);
  cutShort(madeDump("lzo"), at("202611240005/dump.202611240005"), 300);
  cutShort(madeDump("flat"), at("202611240006/dump.202611240006"), 4097);
  // the power went before the file's blocks were written
  mkdirSync(at("202611240007"));
  writeFileSync(at("202611240007/dump.202611240007"), Buffer.alloc(100_000));
  mkdirSync(at("202611240008"));
  writeFileSync(at("202611240008/dump-incomplete"), "");
  mkdirSync(at("202611240009"));
  writeFileSync(
    at("202611240009/dmesg.202611240009"),
    "[    1.0] Kernel panic - not syncing: Out of memory\n",
  );
  const { json, code } = await ask(root, ["dumps"]);
  assert.equal(code, 0);
  const states = Object.fromEntries(
    json.dumps.map((dump: { name: string; state: string }) => [dump.name, dump.state]),
  );
  assert.deepEqual(states, {
    "202611240001": "incomplete",
    "202611240002": "incomplete",
    "127.0.0.1-2026-11-24-00:03:00": "incomplete",
    "127.0.0.1-2026-11-24-00:04:00": "incomplete",
    "202611240005": "incomplete",
    "202611240006": "incomplete",
    "202611240007": "incomplete",
    "202611240008": "incomplete",
    "202611240009": "no-dump",
  });
  const text = (await tool(root, ["dumps"])).stdout;
  assert.match(text, /incomplete: it was never finished, or is cut short/);
  assert.match(text, /Kernel panic - not syncing: Out of memory/);
});

test("a dump that kdump-config packed is named as packed, and the commands that open it are right", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  mkdirSync(`${root}${CRASH}/${DEBIAN}`, { recursive: true });
  const path = `${CRASH}/${DEBIAN}/dump.${DEBIAN}.gz`;
  writeFileSync(root + path, gzipSync(readFileSync(madeDump("flat")), { level: 1 }));
  const [dump] = (await ask(root, ["dumps"])).json.dumps;
  assert.deepEqual([dump.state, dump.packed, dump.kernel], ["saved", "gzip", null]);
  const [unpack] = dump.open;
  await must(["chroot", root, "sh", "-ec", unpack.replaceAll(root, "")]);
  assert.equal(await osrelease(root, `/var/tmp/vmcore.${DEBIAN}`), crashed().release);
});

test("the configured directory is looked into, and dumps that go elsewhere are named", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  edit(
    root,
    "/etc/default/kdump-tools",
    'KDUMP_COREDIR="/var/crash"',
    "D=/srv; KDUMP_COREDIR=$D/'dumps here'\nSSH=root@backup",
  );
  stampDump(root, DEBIAN, "flat", "/srv/dumps here");
  const { json } = await ask(root, ["dumps"]);
  assert.equal(json.directory.path, "/srv/dumps here");
  const dump = `'${root}/srv/dumps here/${DEBIAN}/dump.${DEBIAN}'`;
  assert.ok(json.dumps[0].open[0].endsWith(` ${dump}`), json.dumps[0].open[0]);
  assert.match(json.warnings.join("\n"), /sends dumps to SSH root@backup/);
  edit(root, "/etc/default/kdump-tools", "D=/srv;", "D=$(hostname);");
  const unknown = await ask(root, ["dumps"]);
  assert.equal(unknown.code, 0);
  assert.match(unknown.json.warnings.join("\n"), /what KDUMP_COREDIR is cannot be told/);
});

test("no directory, no dump, one nobody but root may read: said, exit 0, and never a crash", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  mkdirSync(root + CRASH);
  assert.match((await tool(root, ["dumps"])).stdout, /^No dump in \/var\/crash /);
  stampDump(root, DEBIAN);
  chmodSync(`${root}${CRASH}/${DEBIAN}/dump.${DEBIAN}`, 0o400);
  chmodSync(`${root}${CRASH}/${DEBIAN}/dmesg.${DEBIAN}`, 0o644);
  await must(["chmod", "755", root, `${root}/..`]);
  const asUser = async () => {
    const ran = await run([
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      process.execPath,
      "dist/kdump-setup.cjs",
      "--root",
      root,
      "dumps",
      "--format",
      "json",
    ]);
    assert.equal(ran.code, 0, ran.stderr);
    return JSON.parse(ran.stdout);
  };
  assert.equal((await asUser()).dumps[0].state, "unreadable");
  assert.equal((await asUser()).dumps[0].panic, PANIC);
  chmodSync(`${root}${CRASH}/${DEBIAN}`, 0o700);
  assert.equal((await asUser()).dumps[0].state, "unreadable");
  chmodSync(`${root}${CRASH}`, 0o700);
  assert.equal((await asUser()).directory.state, "unreadable");
  rmSync(`${root}${CRASH}`, { recursive: true });
  const { code, stdout } = await tool(root, ["dumps"]);
  assert.deepEqual([code, /^No dump: there is no directory \/var\/crash /.test(stdout)], [0, true]);
});

test("what a dump and a log say cannot reach the terminal as it is, nor lead out of the debug kernels' place", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const path = stampDump(root, DEBIAN, "lzo");
  const bytes = readFileSync(root + path);
  bytes.write(`../../\u001b[2J\0`, 12 + 2 * 65, "latin1");
  writeFileSync(root + path, bytes);
  writeFileSync(`${root}${CRASH}/${DEBIAN}/dmesg.${DEBIAN}`, "[    1.0] BUG: \u001b]0;pwned\u0007\n");
  const { stdout } = await tool(root, ["dumps"]);
  assert.doesNotMatch(stdout, /[\u001b\u0007]/);
  assert.match(stdout, /BUG: \\x1b\]0;pwned\\x07/);
  assert.match(stdout, /crash vmlinux /);
});

// ---------------------------------------------------------------- --prune

/** Four dumps, the second newest of them incomplete, and things that are none. */
async function full(t: Parameters<typeof overlayRoot>[0]): Promise<string> {
  const root = await overlayRoot(t, "debian12");
  for (const stamp of ["202601010101", "202602020202", "202604040404"]) {
    const path = stampDump(root, stamp, "raw");
    truncateSync(root + path, 100_000);
    // of the same crash: so that the time in the name is what counts
    const bytes = readFileSync(root + path);
    bytes.fill(0, 4096 + 32, 4096 + 48);
    writeFileSync(root + path, bytes);
  }
  cutShort(madeDump("flat"), `${root}${CRASH}/202603030303/dump-incomplete`, 4000);
  writeFileSync(`${root}${CRASH}/kexec_cmd`, "");
  writeFileSync(`${root}${CRASH}/_usr_bin_x.0.crash`, "");
  mkdirSync(`${root}${CRASH}/notes`);
  return root;
}

const names = (root: string) => readdirSync(root + CRASH);
const REST = ["_usr_bin_x.0.crash", "kexec_cmd", "notes"];
const LOOK = { ignore: ["run"], only: ["var", "etc"] };

test("--prune 1 leaves the newest dump and what is no dump", { skip }, async (t) => {
  const root = await full(t);
  const { code, json } = await ask(root, ["dumps", "--prune", "1", "--yes"]);
  assert.equal(code, 0, JSON.stringify(json));
  assert.deepEqual([json.result, json.changed], ["applied", true]);
  assert.deepEqual(names(root), ["202604040404", ...REST]);
  assert.deepEqual(
    json.removed.map((one: { name: string }) => one.name),
    ["202603030303", "202602020202", "202601010101"],
  );
  assert.equal(json.freedBytes, 204_000 + 2 * readFileSync(madeDump("dmesg")).length);
  assert.deepEqual((await ask(root, ["dumps", "--prune", "1", "--yes"])).json.result, "unchanged");
});

test("--prune 2 keeps two that can be opened: an incomplete one does not count", { skip }, async (t) => {
  const root = await full(t);
  assert.equal((await tool(root, ["dumps", "--prune", "2", "--yes"])).code, 0);
  assert.deepEqual(names(root), ["202602020202", "202603030303", "202604040404", ...REST]);
});

test("--prune without a terminal and without --yes shows what would go, exit 2, and nothing goes", {
  skip,
}, async (t) => {
  const root = await full(t);
  const before = await snapshot(root, LOOK);
  const asked = await tool(root, ["dumps", "--prune", "1"]);
  assert.equal(asked.code, 2, asked.stderr);
  assert.match(asked.stdout, /^To be removed, .* KiB:\n {2}\/var\/crash\/202603030303 .*incomplete\n/);
  assert.match(asked.stderr, /nobody to answer the question, so nothing was removed: give --yes/);
  assert.equal((await tool(root, ["dumps", "--prune", "1", "--dry-run", "--exit-code"])).code, 9);
  assert.equal((await tool(root, ["dumps", "--prune", "9", "--dry-run", "--exit-code"])).code, 0);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, LOOK)), []);
});

test("--prune on a terminal: n leaves everything, y removes", { skip: skip || noTmux }, async (t) => {
  const root = await full(t);
  const args = ["--root", root, "dumps", "--prune", "1"];
  const no = await terminal(t, args);
  await no.until(/Remove these 3, for good\?/);
  await no.keys("n");
  assert.equal(await no.ended(), 0);
  assert.equal(names(root).length, 7);
  const yes = await terminal(t, args);
  await yes.until(/Remove these 3, for good\?/);
  await yes.keys("y");
  assert.equal(await yes.ended(), 0);
  assert.deepEqual(names(root), ["202604040404", ...REST]);
});

test("--prune 0 is refused, and --force goes past it", { skip }, async (t) => {
  const root = await full(t);
  const refused = await ask(root, ["dumps", "--prune", "0", "--yes"]);
  assert.deepEqual([refused.code, refused.json.reasons[0].id], [3, "no-dump-left"]);
  assert.equal(names(root).length, 7);
  assert.equal((await tool(root, ["dumps", "--prune", "0", "--yes", "--force"])).code, 0);
  assert.deepEqual(names(root), REST);
});

test("--prune leaves alone what is no dump's, another machine's, another user's, a mount, or behind a link", {
  skip,
}, async (t) => {
  const root = await full(t);
  const at = (name: string) => `${root}${CRASH}/${name}`;
  mkdirSync(`${root}/srv/precious`);
  writeFileSync(`${root}/srv/precious/dump.202501010101`, "precious");
  symlinkSync("/srv/precious", at("202501010101"));
  const planted = (name: string) => {
    mkdirSync(at(name));
    writeFileSync(at(`${name}/dump-incomplete`), "x");
  };
  for (const name of [
    "202501020101",
    "202501030101",
    "202501040101",
    "202501050101",
    "otherhost-202501060101",
    "202501070101",
  ])
    planted(name);
  writeFileSync(at("202501020101/thesis.odt"), "x");
  mkdirSync(at("202501030101/sub"));
  rmSync(at("202501040101/dump-incomplete"));
  symlinkSync("/srv/precious/dump.202501010101", at("202501040101/dump.202501040101"));
  chownSync(at("202501050101"), 1000, 1000);
  await must(["mount", "-t", "tmpfs", "tmpfs", at("202501070101")]);
  const { code, json } = await ask(root, ["dumps", "--prune", "1", "--yes"]);
  assert.equal(code, 0, JSON.stringify(json));
  assert.deepEqual(names(root), [
    "202501010101",
    "202501020101",
    "202501030101",
    "202501040101",
    "202501050101",
    "202501070101",
    "202604040404",
    ...REST.slice(0, 2),
    "notes",
    "otherhost-202501060101",
  ]);
  const whys = Object.fromEntries(json.left.map((one: { name: string; why: string }) => [one.name, one.why]));
  assert.match(whys["202501020101"], /thesis\.odt in it is part of no dump/);
  assert.match(whys["202501030101"], /sub in it is part of no dump/);
  assert.match(whys["202501040101"], /dump\.202501040101 in it is part of no dump/);
  assert.match(whys["202501050101"], /belongs to user 1000/);
  assert.match(whys["202501070101"], /a mount of its own/);
  assert.match(whys["otherhost-202501060101"], /another machine, otherhost/);
  assert.equal(readFileSync(`${root}/srv/precious/dump.202501010101`, "utf8"), "precious");
});

test("what cannot be removed is told, with what was: exit 6", { skip }, async (t) => {
  const root = await full(t);
  await must([
    "mount",
    "--bind",
    `${root}${CRASH}/202601010101/dmesg.202601010101`,
    `${root}${CRASH}/202601010101/dmesg.202601010101`,
  ]);
  const { code, json, stderr } = await ask(root, ["dumps", "--prune", "1", "--yes"]);
  assert.equal(code, 6);
  assert.match(stderr, /202601010101 was not removed: EBUSY/);
  assert.deepEqual([json.result, json.removed.length, json.notRemoved.length], ["stuck", 2, 1]);
  assert.ok(existsSync(`${root}${CRASH}/202601010101/dmesg.202601010101`));
});

for (const args of [
  ["dumps", "--prune", "-1"],
  ["dumps", "--prune", "all"],
  ["dumps", "--yes"],
  ["dumps", "--prune", "1", "--exit-code"],
  ["dumps", "extra"],
])
  test(`${args.join(" ")} is wrong use`, { skip }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    assert.equal((await tool(root, args)).code, 2);
  });
