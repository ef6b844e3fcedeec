import assert from "node:assert/strict";
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { test } from "node:test";
import { assertGolden } from "../support/golden.js";
import { RELEASES, releaseRoot } from "../support/releases.js";
import { diffSnapshots, overlayRoot, snapshot, withoutBundle, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, content, edit, entries, NEAR, tool } from "./job.js";

/** Releases dressed from recorded facts: what a run would do there, and that it does it. */

const SCRIPT_WORD = "crashkernel=384M-2G:64M,2G-:128M";
/** What the generator's own script puts in front, on the release that has one. */
const inFront = (id: string) => (id === "ubuntu-12.04" ? [SCRIPT_WORD] : []);

/** To the byte the layout of ubuntu-24.04: the plan is compared, and carried out there only. */
const AS_BEFORE: ReadonlySet<string> = new Set(["ubuntu-24.10", "ubuntu-25.10"]);

const MADE = [
  ["centos-7", "centos7"],
  ["ubuntu-22.04", "ubuntu2204"],
] as const;

for (const [id, release] of Object.entries(RELEASES)) {
  const skip = withoutRoot(release.base) || withoutBundle;

  test(`${id}: the plan and the diff are those that were looked at, and auto writes a list`, {
    skip,
  }, async (t) => {
    const root = await releaseRoot(t, id);
    assertGolden(`releases/${id}.txt`, await planned(root));
    // its size depends on the base's kernel: its form does not
    const auto = await ask(root, ["--crashkernel", "auto", "--yes"]);
    assert.equal(auto.code, 0, auto.stderr);
    const { expression, reservedBytes } = auto.json.crashkernel;
    assert.match(expression, /^\d+[MG]-\d*[MG]?:\d+M/, "a list, never the word auto");
    assert.ok(reservedBytes >= 128 * 2 ** 20, String(reservedBytes));
    for (const { crashkernel } of entries(root, release.config).filter((one) => !one.recovery))
      assert.equal(crashkernel.at(-1), `crashkernel=${expression}`);
  });

  if (AS_BEFORE.has(id)) continue;
  test(`${id}: a reservation is made, stands at a second run, and --disable ends with nothing reserved`, {
    skip,
  }, async (t) => {
    const root = await releaseRoot(t, id);
    const menu = { normal: release.normal, config: release.config, check: release.check };
    const stubs = stubsOf(root, release.config);
    const set = await ask(root, ["--crashkernel", "256M", "--yes"]);
    assert.equal(set.code, 0, set.stderr);
    assert.deepEqual(
      [set.json.result, set.json.host.distro, set.json.crashkernel.reservedBytes],
      ["applied", id, 256 * 2 ** 20],
    );
    await assertBoots(root, [...inFront(id), "crashkernel=256M"], menu);
    const again = await ask(root, ["--crashkernel", "256M", "--yes"]);
    assert.deepEqual([again.code, again.json.result], [0, "unchanged"], again.stderr);
    const audited = await ask(root, ["--check"]);
    const about = /^(boot|crashkernel|service)\./;
    const bad = audited.json.checks.filter(
      (one: { id: string; status: string }) => one.status === "fail" && about.test(one.id),
    );
    assert.deepEqual(bad, [], JSON.stringify(bad, null, 1));

    const off = await ask(root, ["--disable", "--yes"]);
    assert.equal(off.code, 0, off.stderr);
    await assertBoots(root, inFront(id).length === 0 ? [] : [SCRIPT_WORD, "crashkernel=0"], menu);
    const offAgain = await ask(root, ["--disable", "--yes"]);
    assert.deepEqual([offAgain.code, offAgain.json.result], [0, "unchanged"], offAgain.stderr);
    const forbidden = await ask(root, ["--check", "--policy", "disabled"]);
    for (const check of ["off.configured", "off.entries"])
      assert.equal(statusOf(forbidden.json, check), "pass", JSON.stringify(forbidden.json, null, 1));
    assert.deepEqual(stubsOf(root, release.config), stubs, "what leads to the configuration is left alone");
  });
}

/** What a reservation and its end would do, as a person reads it. */
async function planned(root: string): Promise<string> {
  const seen: string[] = [];
  for (const wish of [["--crashkernel", "256M"], ["--disable"]]) {
    const ran = await tool(root, [...wish, "--dry-run"]);
    const said = `${ran.stdout}${ran.stderr}`.replaceAll(root, "ROOT");
    seen.push(`# kdump-setup ${wish.join(" ")} --dry-run (exit ${ran.code})\n${said}`);
  }
  return seen.join("\n");
}

/** Dressed when the roots are made; everything else is shown on them in main-job.test.ts. */
for (const [id, name] of MADE)
  test(`${id}: the plan and the diff are those that were looked at`, {
    skip: withoutRoot(name) || withoutBundle,
  }, async (t) => {
    assertGolden(`releases/${id}.txt`, await planned(await overlayRoot(t, name)));
  });

/** Files named grub.cfg on the EFI system partition that are not the configuration, with their bytes. */
function stubsOf(root: string, config: string): readonly string[] {
  const efi = `${root}/boot/efi/EFI`;
  const stubs = existsSync(efi) ? readdirSync(efi).map((vendor) => `/boot/efi/EFI/${vendor}/grub.cfg`) : [];
  return stubs
    .filter((path) => path !== config && existsSync(root + path))
    .map((path) => `${path} ${lstatSync(root + path).mtimeMs} ${readFileSync(root + path, "utf8")}`);
}

function statusOf(document: { checks: { id: string; status: string }[] }, id: string): string | undefined {
  return document.checks.find((one) => one.id === id)?.status;
}

test("the releases with an EFI system partition have a stub there, or the configuration itself", {
  skip: withoutRoot("debian13") || withoutRoot("centos7"),
}, async (t) => {
  for (const [id, stubs] of [
    ["ubuntu-24.04", 1],
    ["amzn-2", 1],
    ["rhel-7", 0],
  ] as const) {
    const root = await releaseRoot(t, id);
    const config = RELEASES[id]?.config ?? "";
    assert.equal(stubsOf(root, config).length, stubs, id);
    assert.match(content(root, config), /\n\t*linux\S*\s/, id);
  }
});

const precise = "ubuntu-12.04";
const skip = withoutRoot("debian11") || withoutBundle;

test("12.04: a value in front of the script's own place is moved behind it, where it wins", {
  skip,
}, async (t) => {
  const root = await releaseRoot(t, precise);
  edit(root, "/etc/default/grub", 'GRUB_CMDLINE_LINUX=""', 'GRUB_CMDLINE_LINUX="nomodeset crashkernel=512M"');
  const set = await ask(root, ["--crashkernel", "512M", "--yes"]);
  assert.equal(set.code, 0, set.stderr);
  assert.match(content(root, "/etc/default/grub"), /^GRUB_CMDLINE_LINUX="nomodeset"$/m);
  assert.match(
    content(root, "/etc/default/grub"),
    /^GRUB_CMDLINE_LINUX_DEFAULT="quiet splash crashkernel=512M"$/m,
  );
  await assertBoots(root, [SCRIPT_WORD, "crashkernel=512M"], { normal: 3 });
  assert.ok(
    set.json.warnings.some((one: string) => /10_linux:\d+ adds .*ours stands behind it/.test(one)),
    JSON.stringify(set.json.warnings),
  );
});

test("12.04: without makedumpfile the script adds nothing, and --disable leaves no word at all", {
  skip,
}, async (t) => {
  const root = await releaseRoot(t, precise);
  assert.equal((await ask(root, ["--disable", "--yes"])).code, 0);
  await assertBoots(root, [SCRIPT_WORD, "crashkernel=0"], { normal: 3 });
  rmSync(`${root}/usr/bin/makedumpfile`);
  const off = await ask(root, ["--disable", "--yes"]);
  assert.deepEqual([off.code, off.json.result], [0, "applied"], off.stderr);
  await assertBoots(root, [], { normal: 3 });
  assert.doesNotMatch(content(root, "/etc/default/grub"), /crashkernel/);
});

for (const id of [precise, "ubuntu-14.04"])
  test(`${id}: the SysV script is switched by its links, no systemctl is run, and rollback brings all back`, {
    skip,
  }, async (t) => {
    const root = await releaseRoot(t, id);
    const links = () =>
      ["2", "3", "4", "5"].flatMap((level) =>
        readdirSync(`${root}/etc/rc${level}.d`).filter((name) => name.endsWith("kdump-tools")),
      );
    assert.deepEqual(links(), Array(4).fill("S20kdump-tools"));
    const before = await snapshot(root, NEAR);
    const off = await ask(root, ["--disable", "--yes"]);
    assert.equal(off.code, 0, off.stderr);
    assert.deepEqual(links(), Array(4).fill("K80kdump-tools"));
    assert.ok(!off.json.commands.some(({ argv }: { argv: string[] }) => argv[0] === "systemctl"));
    const on = await ask(root, ["--crashkernel", "256M", "--yes"]);
    assert.equal(on.code, 0, on.stderr);
    assert.deepEqual(links(), Array(4).fill("S20kdump-tools"));
    assert.match(content(root, "/etc/default/kdump-tools"), /^USE_KDUMP=1$/m);
    for (const _ of [1, 2]) assert.equal((await ask(root, ["rollback", "--yes"])).code, 0);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
    const masked = await ask(root, ["--disable", "--mask", "--yes"]);
    assert.equal(masked.code, 3);
    assert.match(masked.stderr, /only systemd can mask a service/);
    const watched = await ask(root, ["--crashkernel", "256M", "--watch", "--yes"]);
    assert.equal(watched.code, 3);
    assert.match(watched.stderr, /--watch: only systemd can start/);
  });

test("14.04: a target that kdump-tools of that age does not know is refused, and nothing changes", {
  skip,
}, async (t) => {
  const root = await releaseRoot(t, "ubuntu-14.04");
  for (const [args, why] of [
    [["--target", "nfs:server:/dumps"], /--target nfs is not supported on Ubuntu 14\.04.*it can be local/],
    [["--target", "ssh:kdump@server"], /--target ssh is not supported on Ubuntu 14\.04.*it can be local/],
    [["--keep-dumps", "3"], /--keep-dumps is not supported on Ubuntu 14\.04/],
  ] as const) {
    const before = content(root, "/etc/default/kdump-tools");
    const refused = await ask(root, [...args, "--yes"]);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, why);
    assert.equal(content(root, "/etc/default/kdump-tools"), before);
  }
  const local = await ask(root, ["--dump-level", "17", "--target", "local", "--yes"]);
  assert.equal(local.code, 0, local.stderr);
  assert.match(content(root, "/etc/default/kdump-tools"), /^MAKEDUMP_ARGS="-c -d 17"$/m);
});

test("24.10: installed by default and switched off, it reserves all the same; --check says so and --disable ends it", {
  skip: withoutRoot("debian13") || withoutBundle,
}, async (t) => {
  const root = await releaseRoot(t, "ubuntu-24.10");
  edit(root, "/etc/default/kdump-tools", /^USE_KDUMP=1$/m, "USE_KDUMP=0");
  const [vendor = ""] = entries(root)[0]?.crashkernel ?? [];
  assert.match(vendor, /^crashkernel=2G-4G:320M,4G-32G:512M,/);
  const audited = await ask(root, ["--check"]);
  assert.equal(statusOf(audited.json, "service.switch"), "fail");
  assert.equal(statusOf(audited.json, "boot.configured"), "pass");
  const forbidden = await ask(root, ["--check", "--policy", "disabled"]);
  assert.equal(statusOf(forbidden.json, "off.configured"), "fail");
  assert.equal((await ask(root, ["--disable", "--yes"])).code, 0);
  await assertBoots(root, [], { normal: 3 });
  assert.match(content(root, "/etc/default/kdump-tools"), /^USE_KDUMP=0$/m);
});
