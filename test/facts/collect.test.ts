import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { chooseProfile } from "../../src/distro/choose.js";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { disagreements } from "../../src/facts/agrees.js";
import { collectBase, collectFacts } from "../../src/facts/collect.js";
import { openReader } from "../../src/machine/reader.js";
import { DEBIANS, inside, overlayRoot, type RootName, withoutRoot } from "../support/roots.js";
import { elf, imageOf, liveOf, type Tree } from "./tree.js";

const root = (name: RootName) => ({ skip: withoutRoot(name) });

function look(dir: string) {
  const reader = openReader(dir);
  const base = collectBase(reader, {});
  const chosen = chooseProfile(embeddedProfiles(), base, undefined, (one) =>
    disagreements(reader, base, one),
  );
  if (chosen.kind !== "chosen") return assert.fail(chosen.reason);
  return {
    facts: collectFacts(reader, base, chosen.profile),
    profile: chosen.profile,
    exact: chosen.exact,
    reader,
  };
}

/** The parts a reader would look at first. */
function summary({ facts, profile, exact }: ReturnType<typeof look>) {
  const { grub, kdump } = facts;
  return {
    profile: profile.id,
    exact,
    arch: facts.arch,
    init: facts.init,
    kernels: facts.kernels.map((kernel) => [kernel.release, kernel.initrd !== null]),
    host: [facts.memory, facts.cmdline, facts.bootId, facts.runningKernel, facts.reservation.reservedBytes],
    blockers: facts.blockers,
    dropIns: grub.dropIns.map((one) => path.basename(one.path)),
    config: grub.config?.path,
    via: grub.configVia,
    generators: grub.generators,
    installed: kdump.packages.map((one) => one.installed),
    files: kdump.files.map((one) => one.state.kind),
    unit: kdump.unit.state,
  };
}

const NOTHING_OF_THE_HOST = [null, null, null, null, null];
/** What summary() finds alike where GRUB has its files in /boot/grub2 and the package brings kdump.service. */
const GRUB2_SYSTEM = {
  exact: true,
  arch: "x86_64",
  init: "systemd",
  host: NOTHING_OF_THE_HOST,
  blockers: [],
  dropIns: [],
  config: "/boot/grub2/grub.cfg",
  generators: ["grub2-mkconfig", "grub2-script-check"],
  installed: [true],
  unit: "enabled",
};

const releases = {
  debian11: /^5\.10\.0-\d+-amd64$/,
  debian12: /^6\.1\.0-\d+-amd64$/,
  debian13: /^6\.12\.\d+\+deb13-amd64$/,
};
for (const name of DEBIANS)
  test(`a real ${name} with kdump-tools is recognised`, root(name), async (t) => {
    const seen = look(await overlayRoot(t, name));
    const { kernels, ...rest } = summary(seen);
    assert.equal(kernels.length, 2);
    assert.ok(kernels.every(([release, initrd]) => releases[name].test(String(release)) && initrd));
    assert.deepEqual(rest, {
      profile: name.replace("debian", "debian-"),
      exact: true,
      arch: "x86_64",
      init: "systemd",
      host: NOTHING_OF_THE_HOST,
      blockers: [],
      // a file of no content that grub-common 2.12 has no more
      dropIns: [...(name === "debian13" ? [] : ["init-select.cfg"]), "kdump-tools.cfg"],
      config: "/boot/grub/grub.cfg",
      via: [],
      generators: ["update-grub", "grub-mkconfig", "grub-script-check"],
      installed: [true, true],
      files: ["file"],
      unit: "enabled",
    });
    const builtIn = seen.facts.kdump.builtInCaptureArguments;
    assert.equal(builtIn?.source, "/usr/sbin/kdump-config");
    // what the installed script says is what the profile falls back to
    assert.equal(builtIn?.value, seen.profile.kdump.captureArguments.builtIn?.fallback);
  });

for (const name of DEBIANS)
  test(`what the profile of ${name} recommends is what the package there reserves`, root(name), async (t) => {
    const dir = await overlayRoot(t, name);
    const { recommended } = look(dir).profile.crashkernel;
    const dropIn = readFileSync(path.join(dir, "etc/default/grub.d/kdump-tools.cfg"), "utf8");
    assert.equal(/ crashkernel=(\S+)"$/m.exec(dropIn)?.[1], recommended.x86_64);
    // the script is the same on every architecture; only for s390x, which has no GRUB, it has a list of its own
    const script = readFileSync(path.join(dir, "var/lib/dpkg/info/kdump-tools.postinst"), "utf8");
    const mainframe = /\bs390x\)\n([\s\S]*?);;\n/.exec(script)?.[1] ?? "";
    assert.match(mainframe, /crashkernel=\$\{DEF_PRESET\} .* \/etc\/zipl\.conf$/m);
    assert.equal(/^\tDEF_PRESET="(\S+)"$/m.exec(script)?.[1], recommended.s390x);
  });

test(
  "the same without kdump-tools: not installed, no unit, no drop-in of its",
  root("debian12-bare"),
  async (t) => {
    const seen = summary(look(await overlayRoot(t, "debian12-bare")));
    assert.deepEqual(
      [seen.profile, seen.installed, seen.files, seen.unit, seen.dropIns],
      ["debian-12", [false, false], ["absent"], "absent", ["init-select.cfg"]],
    );
  },
);

test(
  "dressed as Ubuntu 22.04 it is recognised, the cloud image's drop-in first",
  root("ubuntu2204"),
  async (t) => {
    const seen = summary(look(await overlayRoot(t, "ubuntu2204")));
    assert.deepEqual(
      [seen.profile, seen.exact, seen.config, seen.unit],
      ["ubuntu-22.04", true, "/boot/grub/grub.cfg", "enabled"],
    );
    assert.deepEqual(
      seen.dropIns.filter((name) => name !== "init-select.cfg"),
      ["50-cloudimg-settings.cfg", "kdump-tools.cfg"],
    );
  },
);

test(
  "dressed as CentOS 7 it is recognised, with the rescue kernel and no drop-ins",
  root("centos7"),
  async (t) => {
    const { kernels, ...seen } = summary(look(await overlayRoot(t, "centos7")));
    assert.deepEqual(
      kernels.map(([release]) => String(release).replace(/[0-9a-f]{32}/, "ID")),
      ["0-rescue-ID", "3.10.0-1160.el7.x86_64"],
    );
    assert.deepEqual(seen, {
      profile: "centos-7",
      ...GRUB2_SYSTEM,
      via: ["/etc/grub2.cfg"],
      files: ["file", "file"],
    });
  },
);

for (const [name, profile, release] of [
  ["sles155", "sles-15.5", "5.14.21-150500.55-default"],
  ["sles156", "sles-15.6", "6.4.0-150600.21-default"],
  ["sles16", "sles-16", "6.12.0-160000.5-default"],
] as const)
  test(
    `${name}: its profile, its kernel and initrd, where the kernel stands, and what comes with its service`,
    root(name),
    async (t) => {
      const { kernels, ...seen } = summary(look(await overlayRoot(t, name)));
      assert.deepEqual(kernels, [[release, true]]);
      assert.deepEqual(seen, {
        profile,
        ...GRUB2_SYSTEM,
        via: [],
        files: ["file"],
      });
    },
  );

test(
  "an unknown release on the same disk uses the profile; with BLS entries it does not",
  root("debian12"),
  async (t) => {
    const dir = await overlayRoot(t, "debian12");
    writeFileSync(path.join(dir, "usr/lib/os-release"), 'ID=debian\nVERSION_ID="14"\n');
    assert.deepEqual([look(dir).profile.id, look(dir).exact], ["debian-13", false]);
    mkdirSync(path.join(dir, "boot/loader/entries"), { recursive: true });
    writeFileSync(path.join(dir, "boot/loader/entries/x.conf"), "title x\n");
    assert.throws(() => look(dir), /BLS/);
  },
);

for (const action of ["disable", "mask", "enable"])
  test(`after a real systemctl ${action} the unit is what systemctl says`, root("debian12"), async (t) => {
    const dir = await overlayRoot(t, "debian12");
    await inside(dir, ["systemctl", action, "kdump-tools.service"]);
    const said = await inside(dir, ["systemctl", "is-enabled", "kdump-tools.service"]);
    assert.equal(look(dir).facts.kdump.unit.state, said.stdout.trim());
    assert.match(
      said.stdout,
      action === "disable" ? /^disabled/ : action === "mask" ? /^masked/ : /^enabled/,
    );
  });

test(
  "after a real apt-get remove the unit is gone with its package, whatever stays behind",
  root("debian12"),
  async (t) => {
    const dir = await overlayRoot(t, "debian12");
    await inside(dir, ["apt-get", "-q", "-y", "remove", "kdump-tools"]);
    const seen = summary(look(dir));
    assert.deepEqual(
      [seen.installed[0], seen.unit, seen.dropIns.includes("kdump-tools.cfg")],
      [false, "absent", true],
    );
  },
);

const machine: Tree = {
  "/etc/os-release": "ID=debian\nVERSION_ID=12\n",
  "/boot/vmlinuz-6.1.0-1": "k",
  "/bin/sh": elf(183),
  "/run/systemd/system": { dir: true },
  "/sys/firmware/efi": { dir: true },
  "/sys/kernel/kexec_crash_size": "134217728\n",
  "/sys/kernel/kexec_crash_loaded": "1\n",
  "/proc/meminfo": "MemTotal: 1024 kB\n",
  "/proc/cmdline": "root=/dev/sda crashkernel=128M\n",
  "/proc/sys/kernel/osrelease": "6.1.0-1\n",
  "/proc/sys/kernel/random/boot_id": "7ea78588\n",
};

test("a running system says what it runs with", (t) => {
  const base = collectBase(liveOf(t, machine), {});
  assert.deepEqual(base.reservation, { reservedBytes: 2 ** 27, loaded: true, fadump: false });
  assert.deepEqual(
    [base.cmdline, base.bootId, base.runningKernel],
    ["root=/dev/sda crashkernel=128M", "7ea78588", "6.1.0-1"],
  );
  assert.deepEqual([base.firmware, base.init, base.memory?.bytes], ["uefi", "systemd", 2 ** 20 + 2 ** 27]);
});

test("what options say stands instead; of the system's name only where it says none", (t) => {
  const told = { ramBytes: 2 ** 34, kernel: "5.10.0", arch: "arm64", distro: "some-os-7.9" };
  const base = collectBase(imageOf(t, machine), told);
  assert.deepEqual(
    [base.memory?.bytes, base.runningKernel, base.arch, base.os.id],
    [2 ** 34, "5.10.0", "aarch64", "debian"],
  );
  const { os } = collectBase(imageOf(t, {}), told);
  assert.deepEqual([os.id, os.versionId, os.source], ["some-os", "7.9", "--distro"]);
});

const firmware: readonly [string, Tree, boolean, string, string][] = [
  ["a PC without UEFI", { "/sys/firmware/acpi": { dir: true } }, true, "x86_64", "bios"],
  ["a machine whose /sys is not there", {}, true, "x86_64", "unknown"],
  ["another machine without UEFI", { "/sys/firmware/devicetree": { dir: true } }, true, "ppc64le", "unknown"],
  ["an image with GRUB for BIOS", { "/boot/grub/i386-pc/normal.mod": "" }, false, "x86_64", "bios"],
  ["an image with GRUB for UEFI", { "/boot/grub2/x86_64-efi/normal.mod": "" }, false, "x86_64", "uefi"],
  ["an image with a loader for UEFI", { "/boot/efi/EFI/x/shimx64.efi": "" }, false, "x86_64", "uefi"],
  [
    "an image with both",
    { "/boot/grub/i386-pc/a.mod": "", "/boot/efi/EFI/x/grubx64.efi": "" },
    false,
    "x86_64",
    "unknown",
  ],
  [
    "an image with neither, on a host with UEFI",
    { "/sys/firmware/efi": { dir: true } },
    false,
    "x86_64",
    "unknown",
  ],
];
for (const [name, tree, live, arch, expected] of firmware)
  test(`the firmware of ${name} is ${expected}`, (t) => {
    assert.equal(collectBase((live ? liveOf : imageOf)(t, tree), { arch }).firmware, expected);
  });

const inits: readonly [string, Tree, string][] = [
  [
    "systemd's link",
    { "/sbin/init": { link: "../lib/systemd/systemd" }, "/lib/systemd/systemd": "" },
    "systemd",
  ],
  ["no init, but systemd", { "/usr/lib/systemd/systemd": "" }, "systemd"],
  ["upstart", { "/sbin/init": "", "/etc/init/rc.conf": "" }, "upstart"],
  ["System V's", { "/sbin/init": "", "/etc/inittab": "" }, "sysv"],
  ["nothing known", { "/sbin/init": "" }, "unknown"],
  ["none", {}, "unknown"],
];
for (const [name, tree, expected] of inits)
  test(`an image with ${name} has init ${expected}`, (t) => {
    assert.equal(collectBase(imageOf(t, tree), {}).init, expected);
  });

test("a FIFO, a device's link and a loop in the way neither hang nor fail", (t) => {
  const reader = imageOf(t, {
    "/etc/os-release": { link: "os-release" },
    "/boot/grub": { link: "/dev/zero" },
    "/etc/crypttab": { link: "../../../../../../etc/shadow" },
    "/etc/default/grub.d": "a file",
  });
  for (const name of ["etc/lsb-release", "etc/default/grub", "etc/fstab"])
    assert.equal(spawnSync("mkfifo", [path.join(reader.root, name)]).status, 0);
  const base = collectBase(reader, {});
  assert.equal(base.os.id, "");
  for (const profile of embeddedProfiles())
    assert.equal(collectFacts(reader, base, profile).grub.config, null);
});

test("this machine itself is looked at without a fault", () => {
  const reader = openReader("/");
  const base = collectBase(reader, {});
  assert.equal(base.image, false);
  for (const profile of embeddedProfiles())
    assert.deepEqual(
      JSON.parse(JSON.stringify(collectFacts(reader, base, profile))),
      collectFacts(reader, base, profile),
    );
});

const notRoot = process.getuid?.() === 0 ? false : "only root can become nobody";
test("and as user nobody too", { skip: notRoot }, (t) => {
  // a copy: what nobody may read must not hang on where this project stands
  const dir = mkdtempSync(path.join(tmpdir(), "kdump-nobody-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  chmodSync(dir, 0o755);
  cpSync(fileURLToPath(import.meta.url), path.join(dir, "collect.test.mjs"));
  const child = [
    process.execPath,
    "--test-name-pattern=^this machine itself",
    path.join(dir, "collect.test.mjs"),
  ];
  const ran = spawnSync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", ...child], {
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "" },
    cwd: "/",
  });
  assert.equal(ran.status, 0, `${ran.stdout}${ran.stderr}`);
  assert.match(ran.stdout, /this machine itself is looked at without a fault/);
});
