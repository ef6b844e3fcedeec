import assert from "node:assert/strict";
import { chmodSync, copyFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { assertGolden } from "../support/golden.js";
import {
  bundle,
  diffSnapshots,
  must,
  overlayRoot,
  run,
  snapshot,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";
import { captureInitrdOf, change, MIB, runningRoot, statusOf } from "../support/running.js";
import { plant } from "../support/temporary.js";
import { ask } from "./job.js";

/** `status` of real roots: as systems that run, as images, as a plain user sees them, and broken link by link. */

const skip = withoutRoot("debian12") || withoutRoot("centos7");
const tool = skip || withoutBundle;
const NEW = new Date(Date.now() + 60_000);
const SOURCE = "etc/default/grub.d/kdump-tools.cfg";

/** Without what another day, kernel, run or disk makes different. */
const steady = (text: string): string =>
  text
    .replace(/[\d.]+ [KMGT]iB free/g, "9 GiB free")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, "2026-11-24T12:00:00.000Z")
    .replace(/\d{8}T\d{6}Z-[0-9a-f]{4}/g, "20261124T120000Z-0000")
    .replace(/\d+\.\d+\.\d+-\d+-amd64/g, "6.1.0-99-amd64");

/** One screen of an old console, whatever is the matter: and never a sign that it could not show. */
function assertOneScreen(text: string): void {
  const lines = text.replace(/\n$/, "").split("\n");
  assert.ok(lines.length <= 24, `${lines.length} lines\n${text}`);
  for (const line of lines) assert.match(line, /^[\x20-\x7e]{0,80}$/, text);
}

const nothingReserved = (root: string) =>
  plant(root, { "sys/kernel/kexec_crash_size": "0\n", "sys/kernel/kexec_crash_loaded": "0\n" });
const notRunning = (root: string) => {
  change(root, "proc/cmdline", " crashkernel=256M", "");
  nothingReserved(root);
};

interface Seen {
  readonly what: string;
  readonly golden: string;
  readonly name?: "debian12" | "centos7";
  readonly made: (root: string) => unknown;
  /** links that are not ok */
  readonly not: Readonly<Record<string, string>>;
  readonly next: string;
}

const WELL = "nothing, a dump would be saved";
const NO_DUMP = { newest: "skipped" };

const RUNNING: readonly Seen[] = [
  {
    what: "all is well, and a dump was saved before",
    golden: "healthy",
    made: (root) =>
      plant(root, {
        "var/crash/202611230101/dump.202611230101": "x",
        "proc/iomem":
          "00001000-0009ffff : System RAM\n00100000-bfffffff : System RAM\n  2f000000-3effffff : Crash kernel\n100000000-13fffffff : System RAM\n",
      }),
    not: {},
    next: WELL,
  },
  {
    what: "all is well with kexec-tools of its own form",
    golden: "healthy-centos7",
    name: "centos7",
    made: () => undefined,
    not: NO_DUMP,
    next: WELL,
  },
  {
    what: "nothing was ever set up",
    golden: "fresh",
    made: (root) => {
      for (const file of [SOURCE, "boot/grub/grub.cfg"]) change(root, file, / crashkernel=256M/g, "");
      notRunning(root);
      rmSync(`${root}/${captureInitrdOf(root)}`);
    },
    not: {
      ...NO_DUMP,
      configured: "broken",
      generated: "skipped",
      running: "broken",
      reserved: "broken",
      loaded: "broken",
    },
    next: "kdump-setup --crashkernel auto --yes",
  },
  {
    what: "reserved, and no capture kernel in it while the unit says active",
    golden: "not-loaded",
    made: (root) => plant(root, { "sys/kernel/kexec_crash_loaded": "0\n" }),
    not: { ...NO_DUMP, loaded: "broken" },
    next: "systemctl restart kdump-tools.service, and journalctl -u kdump-tools.service where that does not help",
  },
  {
    what: "edited by hand, and nothing generated from it",
    golden: "not-generated",
    made: (root) => {
      change(root, SOURCE, "crashkernel=256M", "crashkernel=320M");
      utimesSync(`${root}/${SOURCE}`, NEW, NEW);
    },
    not: { ...NO_DUMP, generated: "broken", running: "broken" },
    next: "update-grub -o /boot/grub/grub.cfg generates it anew; kdump-setup --crashkernel VALUE --yes does and proves it",
  },
  {
    what: "set up, and only the reboot is missing",
    golden: "reboot",
    made: (root) => {
      notRunning(root);
      plant(root, { "run/unit": "ActiveState=inactive\nResult=success\n" });
      rmSync(`${root}/${captureInitrdOf(root)}`);
    },
    not: { ...NO_DUMP, running: "broken", reserved: "broken", loaded: "broken", service: "broken" },
    next: "reboot this machine",
  },
  {
    what: "another size is configured than runs, and only the reboot is missing",
    golden: "reboot-resize",
    made: (root) => {
      for (const file of [SOURCE, "boot/grub/grub.cfg"])
        change(root, file, /crashkernel=256M/g, "crashkernel=320M");
    },
    not: { ...NO_DUMP, running: "broken" },
    next: "reboot this machine",
  },
  {
    what: "a reboot is missing and the unit is disabled: enabling it goes first, as the reboot would be in vain",
    golden: "reboot-disabled",
    made: async (root) => {
      notRunning(root);
      plant(root, { "run/unit": "ActiveState=inactive\nResult=success\n" });
      await must(["systemctl", `--root=${root}`, "disable", "kdump-tools.service"]);
    },
    not: { ...NO_DUMP, running: "broken", reserved: "broken", loaded: "broken", service: "broken" },
    next: "systemctl enable --now kdump-tools.service",
  },
  {
    what: "the unit is masked and nothing is loaded: the mask is named, not a restart that cannot be",
    golden: "masked",
    made: (root) => {
      symlinkSync("/dev/null", `${root}/etc/systemd/system/kdump-tools.service`);
      plant(root, {
        "run/unit": "ActiveState=inactive\nResult=success\n",
        "sys/kernel/kexec_crash_loaded": "0\n",
      });
    },
    not: { ...NO_DUMP, loaded: "broken", service: "broken" },
    next: "systemctl unmask kdump-tools.service && systemctl enable --now kdump-tools.service",
  },
  {
    what: "a range list as long as vendors write them",
    golden: "long-list",
    made: (root) => {
      const list = "2G-4G:320M,4G-32G:512M,32G-64G:1G,64G-128G:2G,128G-:4G";
      for (const file of [SOURCE, "boot/grub/grub.cfg", "proc/cmdline"])
        change(root, file, /crashkernel=256M/g, `crashkernel=${list}`);
      plant(root, { "sys/kernel/kexec_crash_size": `${512 * MIB}\n` });
    },
    not: NO_DUMP,
    next: WELL,
  },
  {
    what: "kexec is switched off by a baseline, and nothing is set up: setting up would be refused",
    golden: "kexec-off",
    made: (root) => {
      for (const file of [SOURCE, "boot/grub/grub.cfg"]) change(root, file, / crashkernel=256M/g, "");
      notRunning(root);
      plant(root, { "etc/sysctl.d/90-hardening.conf": "kernel.kexec_load_disabled = 1\n" });
    },
    not: {
      ...NO_DUMP,
      configured: "broken",
      generated: "skipped",
      running: "broken",
      reserved: "broken",
      loaded: "broken",
    },
    next: "take out what forbids it (a hardening baseline, most often) and reboot; or audit with --policy disabled",
  },
  {
    what: "the newest dump broke off",
    golden: "incomplete-dump",
    made: (root) => plant(root, { "var/crash/202611230101/dump-incomplete": "" }),
    not: { newest: "broken" },
    next: "see why it broke off: space (dump.space), memory (crashkernel.size), or a reset in between",
  },
  {
    what: "systemd does not answer",
    golden: "no-systemd",
    made: (root) => writeFileSync(`${root}/usr/bin/systemctl`, "#!/bin/sh\necho no bus >&2; exit 1\n"),
    not: { ...NO_DUMP, service: "unknown" },
    next: "kdump-setup --check -v shows what was looked at (service.active)",
  },
];

for (const { what, golden, name = "debian12", made, not, next } of RUNNING) {
  test(`${name}: ${what}`, { skip }, async (t) => {
    const root = await runningRoot(t, name);
    await made(root);
    const before = await snapshot(root, { times: true, ignore: ["dev"] });
    const { exit, json, text } = await statusOf(root);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, { times: true, ignore: ["dev"] })), []);
    assert.equal(exit, 0, text);
    const links: readonly { id: string; state: string; fix: string | null; why: string | null }[] =
      json.links;
    const wrong = links.filter(({ state }) => state !== "ok").map(({ id, state }) => [id, state]);
    assert.deepEqual(Object.fromEntries(wrong), not, text);
    assert.equal(json.next, next);
    for (const { state, fix, why, id } of links) {
      const due = state === "broken" || state === "unknown";
      assert.ok((fix === null) === !due && (why === null) === !due, id);
    }
    assertOneScreen(text);
    assertGolden(`status/${golden}.txt`, steady(text));
  });
}

test("the document has a link for each part of the chain, in order, with what it was judged by", {
  skip,
}, async (t) => {
  const { json } = await statusOf(await runningRoot(t));
  assert.deepEqual(
    [json.schema, json.command, json.host.distro, json.host.hostname, json.next],
    ["kdump-setup/1", "status", "debian-12", "web1", WELL],
  );
  assert.deepEqual(
    json.links.map(({ id }: { id: string }) => id),
    ["configured", "generated", "running", "reserved", "loaded", "service", "target", "newest"],
  );
  const [configured, , running, reserved] = json.links;
  assert.deepEqual(configured, {
    id: "configured",
    state: "ok",
    value: "crashkernel=256M",
    why: null,
    fix: null,
    place: { path: `/${SOURCE}`, line: 1 },
    checks: ["boot.configured", "boot.override", "crashkernel.valid"],
  });
  assert.deepEqual([running.value, reserved.value], ["crashkernel=256M", "256 MiB"]);
  assert.deepEqual(json.journal, { readable: true, setBy: null, unfinished: null });
});

test("programs that never answer do not keep it waiting", { skip }, async (t) => {
  const root = await runningRoot(t);
  for (const program of ["systemctl", "stat"]) {
    rmSync(`${root}/usr/bin/${program}`);
    writeFileSync(`${root}/usr/bin/${program}`, "#!/bin/sh\ntrap '' TERM\nsleep 100 & wait; sleep 100\n");
    chmodSync(`${root}/usr/bin/${program}`, 0o755);
  }
  const started = Date.now();
  const { json } = await statusOf(root);
  assert.ok(Date.now() - started < 25_000, "no longer than the limits");
  const unknown = json.links.filter(({ state }: { state: string }) => state === "unknown");
  assert.deepEqual(
    unknown.map(({ id }: { id: string }) => id),
    ["service", "target"],
  );
});

test("who set the value is known where it was this program, also after somebody else changed it", {
  skip: tool,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const { json } = await ask(root, ["--crashkernel", "256M", "--yes"]);
  const set = await statusOf(root, { image: true, ram: "4G" });
  assert.equal(set.json.links[0].value, "crashkernel=256M");
  const { run: id, user, words, stands } = set.json.journal.setBy;
  assert.deepEqual([id, words, stands], [json.journal, ["crashkernel=256M"], true]);
  assertGolden("status/image.txt", steady(set.text.replaceAll(`by ${user} `, "by root ")));
  assertOneScreen(set.text);

  // a run about something else does not take its place
  assert.equal((await ask(root, ["--keep-dumps", "3", "--yes"])).code, 0);
  assert.equal((await statusOf(root, { image: true })).json.journal.setBy.run, id);

  change(root, SOURCE, "crashkernel=256M", "crashkernel=512M");
  const changed = await statusOf(root, { image: true, ram: "4G" });
  assert.equal(changed.json.journal.setBy.stands, false);
  assert.match(
    changed.text.replace(/\s+/g, " "),
    /set crashkernel=256M at .*; changed since by something else/,
  );
  change(root, SOURCE, "crashkernel=512M", "crashkernel=256M");

  assert.equal((await ask(root, ["--disable", "--yes"])).code, 0);
  const disabled = await statusOf(root, { image: true, ram: "4G" });
  assert.match(disabled.text, /^ +taken out by \S+ at /m);
  assert.equal((await ask(root, ["rollback", "--yes"])).code, 0);
  assert.equal(
    (await statusOf(root, { image: true })).json.journal.setBy.run,
    id,
    "the older run counts again",
  );
});

test("a run that was killed half-way is the first thing to mend", { skip: tool }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const { json } = await ask(root, ["--crashkernel", "256M", "--yes"]);
  change(root, `var/lib/kdump-setup/${json.journal}/record.json`, '"state": "applied"', '"state": "open"');
  const found = await statusOf(root, { image: true });
  assert.match(found.json.next, /^kdump-setup rollback: run \S+ of \S+ did not end; or wait for it/);
  assert.equal(found.json.journal.unfinished, json.journal);
  assertOneScreen(found.text);
});

test("an image with no value that was ever judged says what would let it be judged", { skip }, async (t) => {
  const root = await overlayRoot(t, "centos7");
  const { json, text } = await statusOf(root, { image: true });
  assert.match(json.next, /^nothing on this image; --ram SIZE tells/, text);
  for (const id of ["running", "reserved", "loaded"]) {
    const link = json.links.find((one: { id: string }) => one.id === id);
    assert.deepEqual([link.state, link.value], ["skipped", "seen only on the running system"], id);
  }
});

test("a plain user is shown what can be seen, and told that root sees the rest", {
  skip: tool,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  await must(["chmod", "755", path.dirname(root)]);
  await ask(root, ["--crashkernel", "256M", "--yes"]);
  const own = path.join(path.dirname(root), "kdump-setup.cjs");
  copyFileSync(bundle, own);
  chmodSync(own, 0o755);
  const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  const env = { LC_ALL: "C.UTF-8", NO_COLOR: "1" };
  const look = ["status", "--root", root, "--ram", "4G"];
  const ran = await run(["env", "-C", "/", ...nobody, process.execPath, own, ...look], { env });
  assert.equal(ran.code, 0, ran.stderr);
  assertOneScreen(ran.stdout);
  assertGolden("status/plain-user.txt", steady(ran.stdout));
  assert.equal(ran.stderr, "");
});

test("wrong use and a system without a profile end as everywhere else", { skip: tool }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  assert.equal((await ask(root, ["status", "--policy", "disabled"])).code, 2);
  assert.equal((await ask(root, ["status", "now"])).code, 2);
  const wrong = await ask(root, ["status", "--yes"]);
  assert.deepEqual([wrong.code, wrong.json.command], [2, "status"]);
  plant(root, { "etc/os-release": "ID=plan9\nVERSION_ID=4\n" });
  const none = await ask(root, ["status"]);
  assert.deepEqual([none.code, none.json.result, none.json.command], [3, "refused", "status"]);
});
