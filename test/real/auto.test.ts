import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  diffSnapshots,
  overlayRoot,
  type RootName,
  run,
  runTool,
  snapshot,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";
import { ask, assertBoots, content, edit, entries, GRUB_CFG, GRUB2_CFG, NEAR, tool } from "./job.js";

/** `--crashkernel auto`: sized for the system it runs on, refused where no dump could be captured. */

const MIB = 1024 * 1024;

interface System {
  readonly root: RootName;
  readonly initrd: (release: string) => string;
  readonly config: string;
  readonly check: string;
  readonly normal: number;
  /** before a capture initrd is there, at 4 GiB */
  readonly first: string;
  /** with a capture initrd of 60 MiB */
  readonly raised: string;
}

const kdumpTools = (root: RootName, first: string, raised: string): System => ({
  root,
  initrd: (release) => `/var/lib/kdump/initrd.img-${release}`,
  config: GRUB_CFG,
  check: "grub-script-check",
  normal: 3,
  first,
  raised,
});
const SYSTEMS: readonly System[] = [
  kdumpTools(
    "debian11",
    "384M-704M:128M,704M-64G:208M,64G-:240M",
    "384M-1856M:128M,1856M-64G:496M,64G-:544M",
  ),
  kdumpTools(
    "debian12",
    "384M-768M:128M,768M-64G:224M,64G-:256M",
    "384M-1920M:128M,1920M-64G:512M,64G-:544M",
  ),
  kdumpTools(
    "debian13",
    "512M-832M:192M,832M-64G:240M,64G-:272M",
    "512M-1856M:192M,1856M-64G:496M,64G-:528M",
  ),
  // what the package brought is enough for its small initrds, and stays
  kdumpTools("ubuntu2204", "512M-:192M", "512M-1920M:192M,1920M-64G:512M,64G-:544M"),
  {
    root: "centos7",
    initrd: (release) => `/boot/initramfs-${release}kdump.img`,
    config: GRUB2_CFG,
    check: "grub2-script-check",
    normal: 2,
    first: "1920M-64G:176M,64G-1T:224M,1T-4T:416M,4T-8T:672M,8T-:1184M",
    raised: "1920M-64G:512M,64G-4T:544M,4T-8T:672M,8T-:1184M",
  },
];

const same = (list: string): string =>
  list.replace(/(\d+)T/g, (_, tera: string) => `${Number(tera) * 1024}G`);

for (const system of SYSTEMS) {
  const skip = withoutRoot(system.root);
  const { config, check, normal } = system;

  test(`${system.root}: auto is sized before the first boot, kept after it, and raised when it is too little`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, system.root);
    const auto = ["--crashkernel", "auto", "--yes"];
    const first = await ask(root, auto);
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.json.crashkernel.expression, same(system.first));
    assert.ok(first.json.crashkernel.why.some((line: string) => /^vendor: \d+ MiB = /.test(line)));
    const kernel = new RegExp(`^kdump-setup: \\d+ MiB = kernel ${Math.ceil(initSize(root) / MIB)} MiB`);
    assert.ok(first.json.crashkernel.why.some((line: string) => kernel.test(line)));
    assert.match(first.json.warnings.join("\n"), /is a guess: look again after the next boot/);
    await assertBoots(root, [`crashkernel=${same(system.first)}`], { normal, config, check });

    // the first boot: the package builds its initrd
    const release = releaseOf(root);
    mkdirSync(`${root}/var/lib/kdump`, { recursive: true });
    writeFileSync(root + system.initrd(release), Buffer.alloc(20_000_000, 1));
    const picture = await snapshot(root, NEAR);
    const second = await ask(root, auto);
    assert.equal(second.code, 0, second.stderr);
    const why = second.json.crashkernel.why.join("\n");
    if (/are too little now/.test(why)) assert.equal(second.json.result, "applied", why);
    else {
      assert.deepEqual([second.json.result, second.json.changed], ["unchanged", false], why);
      assert.deepEqual(diffSnapshots(picture, await snapshot(root, NEAR)), []);
    }
    assert.ok(why.includes(`initrd 20 MiB (${system.initrd(release)})`), why);
    const third = await ask(root, auto);
    assert.deepEqual([third.json.result, third.json.changed], ["unchanged", false]);

    writeFileSync(root + system.initrd(release), Buffer.alloc(60 * MIB, 1));
    const raised = await ask(root, auto);
    assert.equal(raised.json.result, "applied", raised.stderr);
    assert.equal(raised.json.crashkernel.expression, same(system.raised));
    assert.match(raised.json.warnings.join("\n"), /stands there already: \d+ MiB are too little now/);
    await assertBoots(root, [`crashkernel=${same(system.raised)}`], { normal, config, check });
    assert.equal((await ask(root, auto)).json.result, "unchanged");
  });

  test(`${system.root}: explain auto shows every estimator beside ours, and where each input was read`, {
    skip: skip || withoutBundle,
  }, async (t) => {
    const root = await overlayRoot(t, system.root);
    const release = releaseOf(root);
    const explained = async () =>
      JSON.parse((await tool(root, ["explain", "auto", "--format", "json"])).stdout);
    const before = await explained();
    const size = (document: typeof before, by: string) =>
      document.estimates.find((one: { by: string }) => one.by === by).bytes;
    assert.deepEqual(
      before.estimates.map(({ by }: { by: string }) => by),
      ["vendor", "kdumpctl estimate", "kdump-config estimate", "kdumptool calibrate", "kdump-setup"],
    );
    assert.equal(size(before, "kdumpctl estimate"), null);
    assert.equal(before.cmdline, `crashkernel=${same(system.first)}`);
    writeFileSync(root + system.initrd(release), Buffer.alloc(20 * MIB, 1));
    const after = await explained();
    // kernel, three times the initrd, 16M; no modules are known of an image
    assert.equal(size(after, "kdumpctl estimate"), initSize(root) + 76 * MIB);
    assert.ok(size(after, "kdump-setup") > size(after, "kdumpctl estimate"));
    const input = after.inputs.find(({ name }: { name: string }) => name === "capture initrd");
    assert.deepEqual(input, { name: "capture initrd", value: "20.0 MiB", source: system.initrd(release) });
    const screen = (await tool(root, ["explain", "auto"])).stdout;
    assert.match(screen, /^ {2}kdump-config estimate +- {3}not known: its unpacked size$/m);
    assert.match(screen, /^ {2}framebuffer +not known {3}only the running system tells$/m);
    assert.match(screen, /^[\n\x20-\x7e]*$/);
    assert.equal((await tool(root, ["explain", "tight"])).code, 0);
  });
}

/** Of the menu's first entry. */
function releaseOf(root: string): string {
  const [config = GRUB_CFG] = [GRUB_CFG, GRUB2_CFG].filter((path) =>
    readdirSync(`${root}/boot`).includes(path.split("/")[2] ?? ""),
  );
  return /\/vmlinuz-(\S+)/.exec(entries(root, config)[0]?.line ?? "")?.[1] ?? assert.fail("no kernel");
}

/** How much memory that kernel takes until it runs: init_size of its header (Documentation/x86/boot.rst, Linux 6.1). */
function initSize(root: string): number {
  return readFileSync(`${root}/boot/vmlinuz-${releaseOf(root)}`).readUInt32LE(0x260);
}

test("the vendor's list is that of the architecture, and so is its source", {
  skip: withoutBundle,
}, async () => {
  for (const [distro, arch, size, source] of [
    ["debian-11", "aarch64", 512, "kdump-tools 1:1.6.8.4, arm64"],
    ["debian-12", "x86_64", 128, "kdump-tools 1:1.8.1, amd64"],
    ["debian-12", "aarch64", 512, "kdump-tools 1:1.8.1, arm64"],
    ["debian-13", "ppc64le", 512, "kdump-tools 1:1.10.7, ppc64el"],
  ] as const) {
    const asked = ["explain", "auto", "--distro", distro, "--arch", arch, "--kernel", "6.1", "--ram", "8G"];
    const { code, stdout, stderr } = await runTool([...asked, "--format", "json"]);
    assert.equal(code, 0, stderr);
    const [vendor] = JSON.parse(stdout).estimates;
    assert.deepEqual([vendor.by, vendor.bytes], ["vendor", size * MIB]);
    assert.ok(vendor.how.includes(source), vendor.how);
  }
});

const skip = withoutRoot("debian12");

test("a machine too small for the vendor's list is refused, and --force goes past it", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const small = ["--root", root, "--ram", "256M", "--crashkernel", "auto", "--yes", "--format", "json"];
  const refused = await runTool(small);
  assert.equal(refused.code, 3);
  const { reasons } = JSON.parse(refused.stdout);
  assert.deepEqual(
    reasons.map(({ id, severity }: Record<string, string>) => [id, severity]),
    [["too-little-memory", "objection"]],
  );
  assert.match(reasons[0].text, /reserves nothing at 256 MiB of memory: give a size by name/);
  const forced = await runTool([...small, "--force"]);
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(JSON.parse(forced.stdout).warnings.join("\n"), /forced: the vendor's list reserves nothing/);
  const explained = await runTool(["explain", "auto", "--root", root, "--ram", "256M"]);
  assert.equal(explained.code, 3);
});

test("no dump could be captured: refused for auto and for a size, gone past by --force, no matter to --disable", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const hardening = "/etc/sysctl.d/60-hardening.conf";
  const id = async (args: readonly string[]) => {
    const { code, json } = await ask(root, [...args, "--dry-run"]);
    return `${code} ${(json.reasons ?? []).map((reason: { id: string }) => reason.id).join(" ")}`;
  };
  assert.equal(await id(["--crashkernel", "256M"]), "0 ");
  writeFileSync(root + hardening, "kernel.kexec_load_disabled = 1\n");
  for (const wish of ["auto", "256M"]) {
    assert.equal(await id(["--crashkernel", wish]), "3 kexec-disabled");
    assert.equal(await id(["--crashkernel", wish, "--force"]), "0 ");
  }
  assert.equal(await id(["--disable"]), "0 ");
  rmSync(root + hardening);

  edit(root, `/boot/config-${releaseOf(root)}`, "CONFIG_CRASH_DUMP=y", "# CONFIG_CRASH_DUMP is not set");
  assert.equal(await id(["--crashkernel", "auto"]), "3 kexec-not-built");
  assert.equal(await id(["--disable"]), "0 ");
  assert.match((await tool(root, ["explain", "auto"])).stdout, /without CONFIG_CRASH_DUMP/);
});

test("a line the kernel would cut is refused before anything is changed", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const long = (bytes: number) => `long=${"x".repeat(bytes)}`;
  edit(
    root,
    GRUB_CFG,
    /^(\tlinux\t\S+ .*)$/m,
    `${/^(\tlinux\t\S+ .*)$/m.exec(content(root, GRUB_CFG))?.[1]} ${long(2000)}`,
  );
  const picture = await snapshot(root, NEAR);
  const cut = await ask(root, ["--crashkernel", "256M", "--yes"]);
  assert.equal(cut.code, 3);
  assert.deepEqual(
    cut.json.reasons.map(({ id }: { id: string }) => id),
    ["line-too-long"],
  );
  assert.match(cut.json.reasons[0].text, /the command line has 2\d{3} bytes, the kernel keeps 2047/);
  assert.deepEqual(diffSnapshots(picture, await snapshot(root, NEAR)), []);
  edit(root, GRUB_CFG, long(2000), long(1700));
  assert.equal((await ask(root, ["--crashkernel", "256M", "--dry-run"])).code, 0);
});

test("an image without --ram gets a list that is right at every size", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const command = ["--root", root, "--crashkernel", "auto", "--yes", "--format", "json"];
  const ran = await runTool(command);
  assert.equal(ran.code, 0, ran.stderr);
  const { crashkernel } = JSON.parse(ran.stdout);
  assert.equal(crashkernel.expression, "384M-768M:128M,768M-64G:224M,64G-:256M");
  assert.match(crashkernel.why.join("\n"), /the memory is not known/);
  assert.equal(JSON.parse((await runTool(command)).stdout).result, "unchanged");
});

test("an encrypted disk under the dump is said, for what unlocking it takes is not known", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  appendFileSync(`${root}/etc/crypttab`, "root UUID=1e0f3c5a-6b7d-4e8f-9a0b-1c2d3e4f5a6b none luks\n");
  const { code, json } = await ask(root, ["--crashkernel", "auto", "--dry-run"]);
  assert.equal(code, 0);
  assert.match(json.warnings.join("\n"), /may go to an encrypted disk \(\/etc\/crypttab:\d+: root\)/);
});

const notRoot = process.getuid?.() === 0 ? false : "only root can become nobody";
test("explain auto works for a plain user, who reads less", { skip: notRoot || withoutBundle }, async () => {
  // a copy: what nobody may read must not hang on where this project stands
  const copy = await run([
    "sh",
    "-c",
    'd=$(mktemp -d) && chmod 755 "$d" && cp dist/kdump-setup.cjs "$d/k.cjs" && echo "$d"',
  ]);
  const dir = copy.stdout.trim();
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, `${dir}/k.cjs`];
  const ended = await run(
    ["setpriv", ...nobody, "explain", "auto", "--distro", "debian-12", "--kernel", "6.1", "--format", "json"],
    { cwd: "/" },
  );
  rmSync(dir, { recursive: true });
  assert.equal(ended.code, 0, ended.stderr + ended.stdout);
  const document = JSON.parse(ended.stdout);
  assert.equal(document.estimates.length, 5);
  assert.ok(document.inputs.some(({ value }: { value: string }) => value === "not known"));
});
