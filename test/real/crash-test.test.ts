import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { crashed, stampDump, withoutDumps } from "../support/dumps.js";
import { overlayRoot, withoutRoot } from "../support/roots.js";
import { temporaryDirectory } from "../support/temporary.js";
import { ask, tool } from "./job.js";
import { live, liveRoot, withoutLive } from "./live.js";

/**
 * A crash on purpose up to the crash itself: /proc/sysrq-trigger is a pipe here, and when "c" comes out of it the tool is
 * killed on the spot, as it would be. A kernel that really crashes is in the bench of virtual machines.
 */

const skip = withoutLive();
const RECORD = "/var/lib/kdump-setup/crash-test.json";
const NAMED = '--yes --hostname "$(uname -n)"';

/**
 * A /proc of our own, with all of the real one but what would crash this machine, and a kernel in it that has loaded
 * one for the capture. Nothing below is reached when a part of this fails.
 */
const KERNEL = `set -e
  mkdir -p /run/proc; mount -t proc proc /run/proc; mount -t tmpfs -o mode=755 tmpfs /proc
  for of in /run/proc/*; do case $of in */sys|*/sysrq-trigger) ;; *) ln -s $of /proc/ ;; esac; done
  mkdir -p /proc/sys/kernel/random; for of in osrelease version hostname; do cp /run/proc/sys/kernel/$of /proc/sys/kernel/; done
  boots() { echo $1$1$1$1$1$1$1$1-aaaa-bbbb-cccc-000000000000 >/proc/sys/kernel/random/boot_id; }
  boots 1; echo 1 >/proc/sys/kernel/sysrq
  mount -t tmpfs -o mode=755 tmpfs /sys/kernel; echo 268435456 >/sys/kernel/kexec_crash_size
  loaded() { echo $1 >/sys/kernel/kexec_crash_loaded; }
  loaded 1`;
const PLAIN = `${KERNEL}
  : >/proc/sysrq-trigger
  tried() { code=0; "$@" || code=$?; cp /proc/sysrq-trigger /run/trigger; exit $code; }`;
/** Ends the tool when it tells the kernel to crash. */
const ENDS = `${KERNEL}
  mkfifo /proc/sysrq-trigger
  crashes() {
    kdump-setup crash-test "$@" & tool=$!
    head -c 1 /proc/sysrq-trigger >/run/got; cp ${RECORD} /run/seen; kill -KILL $tool; wait $tool || true
  }`;

test("the record is on the disk and everything synced before the kernel is told to crash", {
  skip,
}, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  const trace = path.join(temporaryDirectory(t), "trace");
  const tracer = ["strace", "-f", "-y", "-s", "8", "-e", "trace=rename,fsync,sync,write,execve", "-o", trace];
  const ran = await live(root, `${PLAIN}; tried kdump-setup crash-test ${NAMED}`, tracer);
  // an ordinary file crashes nothing, and that is said
  assert.equal(ran.code, 5, ran.stderr + ran.stdout);
  assert.match(ran.stderr, /no service is stopped and nobody is told; what is not saved is lost/);
  assert.match(ran.stderr, /the kernel was told to crash and still runs/);
  assert.equal(readFileSync(`${root}/run/trigger`, "utf8"), "c");
  assert.equal(existsSync(root + RECORD), false, "of a crash that was none no record stays");
  const lines = readFileSync(trace, "utf8").split("\n");
  const at = (pattern: RegExp, from = 0) => lines.findIndex((line, n) => n >= from && pattern.test(line));
  const written = at(/fsync\(\d+<[^>]*crash-test\.json\.kdump-setup-new>/);
  const renamed = at(/rename\(.*crash-test\.json\.kdump-setup-new/, written);
  const kept = at(/fsync\(\d+<[^>]*var\/lib\/kdump-setup>/, renamed);
  const synced = at(/ sync\(\)/, kept);
  const told = at(/write\(\d+<[^>]*\/proc\/sysrq-trigger>, "c", 1\)/);
  assert.ok(
    written >= 0 && written < renamed && renamed < kept && kept < synced && synced < told,
    `${[written, renamed, kept, synced, told]}`,
  );
});

test("after the crash the record says what was tested, and the next runs tell what came of it", {
  skip: skip || withoutDumps,
}, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  const release = readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
  mkdirSync(`${root}/var/lib/kdump`, { recursive: true });
  writeFileSync(`${root}/var/lib/kdump/initrd.img-${release}`, "initrd");
  stampDump(root, "202501010101", "lzo");
  const ran = await live(root, `${ENDS}; crashes ${NAMED}; cat /run/got`);
  assert.equal(ran.code, 0, ran.stderr);
  assert.ok(ran.stdout.endsWith("c"), ran.stdout);
  const seen = readFileSync(`${root}/run/seen`, "utf8");
  assert.equal(readFileSync(root + RECORD, "utf8"), seen);
  assert.equal(statSync(root + RECORD).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(root + RECORD)).mode & 0o777, 0o700);
  const record = JSON.parse(seen);
  assert.deepEqual(
    [
      record.setup.kernel,
      record.setup.reservedBytes,
      record.setup.initrd.bytes,
      record.dumps,
      record.directory,
    ],
    [release, 268435456, 6, ["202501010101"], "/var/crash"],
  );
  assert.equal(record.bootId, "11111111-aaaa-bbbb-cccc-000000000000");

  const result = `kdump-setup crash-test --result --format json`;
  const state = async (script: string) => {
    const told = await live(root, script);
    return [told.code, JSON.parse(told.stdout).result];
  };
  assert.deepEqual(await state(`${PLAIN}; ${result}`), [8, "pending"]);
  // the next boot has another id
  const booted = `${PLAIN}; boots 2`;
  assert.deepEqual(await state(`${booted}; ${result}`), [7, "no-dump"]);
  const none = await live(root, `${booted}; kdump-setup dumps; kdump-setup history`);
  assert.equal(
    none.stdout.match(/^Crash test: NOT PROVED: .*no dump was saved\.$/gm)?.length,
    2,
    none.stdout,
  );

  // the dump of the test: one of that kernel and that minute
  const { when } = crashed();
  const mine = { ...record, startedAt: new Date((when - 5) * 1000).toISOString() };
  mine.setup.kernel = crashed().release;
  writeFileSync(root + RECORD, JSON.stringify(mine));
  stampDump(root, "202611241959");
  const changed = await live(root, `${booted}; ${result}`);
  const { test: document } = JSON.parse(changed.stdout);
  assert.deepEqual([changed.code, document.state, document.dump], [8, "proved", "/var/crash/202611241959"]);
  assert.deepEqual(document.changed, [`the kernel is ${release} now`]);
  // with the kernel that runs here in its place
  const same = `${booted}; echo ${crashed().release} >/proc/sys/kernel/osrelease`;
  assert.deepEqual(await state(`${same}; ${result}`), [0, "proved"]);
  const date = new Date(when * 1000).toISOString().slice(0, 10);
  const proved = await live(root, `${same}; kdump-setup dumps`);
  assert.match(
    proved.stdout,
    new RegExp(
      `^Crash test: proved on ${date} with kernel ${crashed().release}: /var/crash/202611241959 was saved\\.$`,
      "m",
    ),
  );
  // it stays known when the dump is gone, and ends with what it depends on
  const gone = await live(root, `${same}; rm -r /var/crash/202611241959; ${result}`);
  assert.deepEqual([gone.code, JSON.parse(gone.stdout).result], [0, "proved"]);
  writeFileSync(`${root}/var/lib/kdump/initrd.img-${release}`, "another initrd");
  const anew = await live(root, `${same}; kdump-setup crash-test --result`);
  assert.equal(anew.code, 8);
  assert.match(anew.stdout, /No proof any more: the capture kernel's initrd was made anew\.$/m);
});

test("it is refused where nothing would be saved or something else would crash, with every reason", {
  skip,
}, async (t) => {
  const root = await liveRoot(t);
  if (root === null) return;
  const guard = `${PLAIN}; loaded 0`;
  const notLoaded = await live(root, `${guard}; tried kdump-setup crash-test ${NAMED} --format json`);
  assert.equal(notLoaded.code, 3, notLoaded.stderr);
  assert.deepEqual(
    JSON.parse(notLoaded.stdout).reasons.map((one: { id: string }) => one.id),
    ["not-loaded"],
  );
  const user = await live(
    root,
    `${guard}; tried setpriv --reuid=65534 --regid=65534 --clear-groups kdump-setup crash-test ${NAMED} --format json`,
  );
  assert.equal(user.code, 3, user.stderr);
  assert.deepEqual(
    JSON.parse(user.stdout).reasons.map((one: { id: string }) => one.id),
    ["not-root", "not-loaded"],
  );
  const container = await live(
    root,
    `${PLAIN}; mkdir -p /run/systemd; echo podman >/run/systemd/container; tried kdump-setup crash-test ${NAMED} --format json`,
  );
  assert.equal(container.code, 3, container.stderr);
  assert.equal(JSON.parse(container.stdout).reasons[0].id, "container");
  assert.equal(readFileSync(`${root}/run/trigger`, "utf8"), "");
  assert.equal(existsSync(root + RECORD), false);
});

test("an image is never crashed, nor is what runs it", { skip: withoutRoot("debian12") }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const { code, json } = await ask(root, ["crash-test", "--yes", "--hostname", "whatever"]);
  assert.deepEqual([code, json.reasons.map((one: { id: string }) => one.id)], [3, ["image"]]);
});

for (const [name, args, said] of [
  ["another host's name", "--yes --hostname web02", /this host is \S+, not "web02": nothing was crashed/],
  ["a name without --yes", "--hostname web02", /--yes and --hostname NAME go together/],
  ["--yes without a name", "--yes", /--yes and --hostname NAME go together/],
  ["no terminal", "", /nobody to type the host's name, so nothing was crashed/],
] as const)
  test(`${name} crashes nothing: exit 2`, { skip }, async (t) => {
    const root = await liveRoot(t);
    if (root === null) return;
    const ran = await live(root, `${PLAIN}; tried kdump-setup crash-test ${args}`);
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.stderr, said);
    assert.equal(readFileSync(`${root}/run/trigger`, "utf8"), "");
    assert.equal(existsSync(root + RECORD), false);
  });

for (const [name, typed, code, got] of [
  ["the name of this host", "$(uname -n)\\r", 5, "c"],
  ["the name of this host, where no menu can be drawn,", "$(uname -n)\\n", 5, "c"],
  ["another name", "web02\\r", 2, ""],
  ["nothing", "\\r", 0, ""],
  ["^C", "\\003", 0, ""],
] as const)
  test(`on a terminal, ${name} typed: ${got === "c" ? "it crashes" : "nothing is crashed"}`, {
    skip,
  }, async (t) => {
    const root = await liveRoot(t);
    if (root === null) return;
    // script(1) gives it a terminal; the keys are pressed when the question stands there
    const until = (what: string) => `for i in $(seq 300); do ${what} && break; sleep 0.2; done`;
    const asked = until("grep -q 'Type the name' /run/screen");
    const keys = `${asked}; sleep 1; printf "${typed}"; ${until("test -e /run/ended")}`;
    const ran = await live(
      root,
      `${PLAIN}; export TERM=${name.includes("no menu") ? "dumb" : "xterm"}; : >/run/screen
      mkdir -p /dev/pts; mount -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts; ln -sf pts/ptmx /dev/ptmx
      ( ${keys} ) | script -qfec "kdump-setup crash-test; code=\\$?; : > /run/ended; exit \\$code" /run/screen >/dev/null || code=$?
      cp /proc/sysrq-trigger /run/trigger; exit \${code:-0}`,
    );
    const screen = readFileSync(`${root}/run/screen`, "utf8");
    assert.equal(ran.code, code, screen + ran.stderr);
    if (code === 0) assert.match(screen, /Nothing was crashed\./);
    assert.equal(readFileSync(`${root}/run/trigger`, "utf8"), got);
  });

test("a record that is damaged is said, and stops nothing", { skip: withoutRoot("debian12") }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  mkdirSync(path.dirname(root + RECORD), { mode: 0o700, recursive: true });
  for (const text of ["{", "[]", '{"schema":"kdump-setup-crash-test/1"}', "\u001b[2J"]) {
    writeFileSync(root + RECORD, text);
    const ran = await tool(root, ["dumps"]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^Crash test: what came of the crash test cannot be told: /);
    assert.equal((await ask(root, ["crash-test", "--result"])).code, 8);
  }
});
