import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { diffSnapshots, must, snapshot, withoutRoot } from "../support/roots.js";
import { audit, captureInitrdOf, change, MIB, runningRoot } from "../support/running.js";
import { plant } from "../support/temporary.js";

/** The audit of real roots seen as systems that run: whole, and each broken in one way. */

const skip = withoutRoot("debian12");
type Name = Parameters<typeof runningRoot>[1];

for (const name of ["debian12", "centos7"] as const) {
  test(`${name}: a system on which a dump would be saved is compliant`, { skip }, async (t) => {
    const root = await runningRoot(t, name);
    const before = await snapshot(root, { times: true, ignore: ["dev"] });
    const { not, exit, text } = await audit(root);
    assert.deepEqual(not, [], text);
    assert.equal(exit, 0, text);
    assert.match(text, /\nCompliant: 0 fail, 0 unknown, \d+ pass, \d+ skipped\.\n$/);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, { times: true, ignore: ["dev"] })), []);
  });
}

test("the same facts give the same document, byte for byte, and the checks come in one order", {
  skip,
}, async (t) => {
  const root = await runningRoot(t);
  const [one, two] = [await audit(root), await audit(root)];
  assert.equal(JSON.stringify(one.document), JSON.stringify(two.document));
  assert.equal(one.text, two.text);
});

interface Broken {
  readonly what: string;
  readonly name?: Name;
  readonly broken: (root: string) => unknown;
  /** every check that fails or is unknown, and no other */
  readonly not: readonly string[];
}

const fail = (...ids: readonly string[]) => ids.map((id) => `${id}: fail`);
const gone = (root: string, file: string) => rmSync(`${root}/${file}`, { recursive: true });
const unit = (root: string, state: string, result = "success") =>
  plant(root, { "run/unit": `ActiveState=${state}\nResult=${result}\n` });
/** Configured, generated and running alike. */
const everywhere = (root: string, value: string) => {
  for (const file of ["etc/default/grub.d/kdump-tools.cfg", "boot/grub/grub.cfg", "proc/cmdline"])
    change(root, file, /crashkernel=256M/g, `crashkernel=${value}`);
};
const NEW = new Date(Date.now() + 60_000);
const OLD = new Date("2001-01-01T00:00:00Z");

const BROKEN: readonly Broken[] = [
  {
    what: "nothing is reserved, while the unit is active and says that all is well",
    broken: (root) => {
      plant(root, { "sys/kernel/kexec_crash_size": "0\n", "sys/kernel/kexec_crash_loaded": "0\n" });
    },
    not: fail("crashkernel.reserved", "capture.loaded", "panic.hang"),
  },
  {
    what: "a kernel that has no kexec",
    broken: (root) => {
      gone(root, "sys/kernel/kexec_crash_size");
      gone(root, "sys/kernel/kexec_crash_loaded");
    },
    not: fail("crashkernel.reserved", "capture.loaded", "panic.hang", "kexec.allowed"),
  },
  {
    what: "reserved, and no capture kernel in it",
    broken: (root) =>
      plant(root, { "sys/kernel/kexec_crash_loaded": "0\n", "proc/sys/kernel/panic": "10\n" }),
    not: fail("capture.loaded", "waste.unarmed"),
  },
  {
    what: "configured, and not rebooted yet",
    broken: (root) => {
      change(root, "proc/cmdline", " crashkernel=256M", "");
      plant(root, { "sys/kernel/kexec_crash_size": "0\n", "sys/kernel/kexec_crash_loaded": "0\n" });
      unit(root, "inactive");
    },
    not: fail(
      "crashkernel.reserved",
      "crashkernel.running",
      "boot.drift",
      "service.active",
      "capture.loaded",
      "panic.hang",
    ),
  },
  {
    what: "set up, and nothing was made yet because the reboot is still to come",
    broken: (root) => {
      change(root, "proc/cmdline", " crashkernel=256M", "");
      plant(root, { "sys/kernel/kexec_crash_size": "0\n", "sys/kernel/kexec_crash_loaded": "0\n" });
      plant(root, { "proc/sys/kernel/panic": "10\n" });
      gone(root, captureInitrdOf(root));
    },
    not: fail("crashkernel.reserved", "crashkernel.running", "boot.drift", "capture.loaded"),
  },
  {
    what: "the unit is just being started",
    broken: (root) => unit(root, "activating"),
    not: ["service.active: unknown"],
  },
  {
    what: "two crashkernel= on the running command line",
    broken: (root) => change(root, "proc/cmdline", "crashkernel=256M", "crashkernel=128M crashkernel=256M"),
    not: fail("crashkernel.single", "boot.drift"),
  },
  {
    what: "a list that no memory here matches",
    broken: (root) => {
      everywhere(root, "64G-:1G");
    },
    not: fail("crashkernel.valid"),
  },
  {
    what: "too small to hold the capture kernel",
    broken: (root) => {
      everywhere(root, "32M");
      plant(root, { "sys/kernel/kexec_crash_size": `${32 * MIB}\n` });
    },
    not: fail("crashkernel.size"),
  },
  {
    what: "the literal auto on a kernel that does not know it",
    broken: (root) => {
      everywhere(root, "auto");
    },
    not: fail("crashkernel.valid"),
  },
  {
    what: "set on the running line by hand, in no source and no entry",
    broken: (root) => {
      for (const file of ["etc/default/grub.d/kdump-tools.cfg", "boot/grub/grub.cfg"])
        change(root, file, / crashkernel=256M/g, "");
    },
    not: fail("boot.configured", "boot.drift"),
  },
  {
    what: "one entry of the menu without it",
    broken: (root) => change(root, "boot/grub/grub.cfg", " crashkernel=256M", ""),
    not: fail("boot.entries"),
  },
  {
    what: "a source that was changed and nothing generated from it",
    broken: (root) => utimesSync(`${root}/etc/default/grub`, NEW, NEW),
    not: fail("boot.fresh"),
  },
  {
    what: "a value in the main file that a drop-in undoes",
    broken: (root) => {
      change(root, "etc/default/grub", 'LINUX_DEFAULT="quiet"', 'LINUX_DEFAULT="quiet crashkernel=1G"');
      change(root, "etc/default/grub.d/kdump-tools.cfg", "$GRUB_CMDLINE_LINUX_DEFAULT", "quiet");
    },
    not: fail("boot.override"),
  },
  {
    what: "an updater that resets the value",
    name: "centos7",
    broken: (root) => writeFileSync(`${root}/usr/bin/kdumpctl`, "#!/bin/sh\n# auto_reset_crashkernel\n"),
    not: fail("boot.override"),
  },
  {
    what: "makedumpfile is not installed",
    broken: (root) =>
      change(
        root,
        "var/lib/dpkg/status",
        /(Package: makedumpfile\nStatus: )install ok installed/,
        "Package: makedumpfile\nStatus: deinstall ok config-files",
      ),
    not: fail("service.package"),
  },
  {
    what: "the unit is disabled",
    broken: (root) => must(["systemctl", `--root=${root}`, "disable", "kdump-tools.service"]),
    not: fail("service.enabled"),
  },
  {
    what: "the unit is masked, as a hardening guide asks for",
    broken: (root) => symlinkSync("/dev/null", `${root}/etc/systemd/system/kdump-tools.service`),
    not: fail("service.enabled"),
  },
  {
    what: "USE_KDUMP=0 while the unit is enabled",
    broken: (root) => change(root, "etc/default/kdump-tools", "USE_KDUMP=1", "USE_KDUMP=0"),
    not: fail("service.switch"),
  },
  {
    what: "the unit failed",
    broken: (root) => unit(root, "failed", "exit-code"),
    not: fail("service.active"),
  },
  {
    what: "systemd does not answer",
    broken: (root) => writeFileSync(`${root}/usr/bin/systemctl`, "#!/bin/sh\necho no bus >&2; exit 1\n"),
    not: ["service.active: unknown"],
  },
  {
    what: "no capture initrd for the kernel that runs",
    broken: (root) => gone(root, captureInitrdOf(root)),
    not: fail("capture.present"),
  },
  {
    what: "a capture initrd that is older than its kernel",
    broken: (root) => utimesSync(`${root}/${captureInitrdOf(root)}`, OLD, OLD),
    not: fail("capture.fresh"),
  },
  {
    what: "a capture kernel that would hang when it fails",
    broken: (root) => change(root, "etc/default/kdump-tools", " panic=10", ""),
    not: fail("capture.panic"),
  },
  {
    what: "two dump targets",
    name: "centos7",
    broken: (root) =>
      change(
        root,
        "etc/kdump.conf",
        "path /var/crash",
        "nfs server:/export\nssh kdump@server\npath /var/crash",
      ),
    not: fail("dump.target"),
  },
  {
    what: "the same kind of dump target twice",
    name: "centos7",
    broken: (root) =>
      change(root, "etc/kdump.conf", "path /var/crash", "nfs a:/export\nnfs b:/export\npath /var/crash"),
    not: fail("dump.target"),
  },
  {
    what: "an ssh target without its key",
    broken: (root) =>
      writeFileSync(
        `${root}/etc/default/kdump-tools`,
        'USE_KDUMP=1\nSSH="kdump@server"\nKDUMP_CMDLINE_APPEND="panic=10"\n',
      ),
    not: fail("dump.target"),
  },
  {
    what: "a dump directory on a file system that is mounted read-only",
    broken: (root) => change(root, "proc/self/mountinfo", "rw,relatime shared", "ro,relatime shared"),
    not: fail("dump.target"),
  },
  {
    what: "less space than a dump takes",
    broken: (root) => plant(root, { "proc/meminfo": "MemTotal: 99999999999999 kB\nMemFree: 1 kB\n" }),
    not: fail("dump.space"),
  },
  {
    what: "a dump of everything, not compressed",
    broken: (root) =>
      change(root, "etc/default/kdump-tools", '#MAKEDUMP_ARGS="-c -d 31"', 'MAKEDUMP_ARGS="-d 0"'),
    not: fail("dump.level"),
  },
  {
    what: "a dump directory that everybody can read",
    broken: (root) => chmodSync(`${root}/var/crash`, 0o755),
    not: fail("dump.privacy"),
  },
  {
    what: "a FIFO where the dump directory should be",
    broken: async (root) => {
      gone(root, "var/crash");
      await must(["mkfifo", `${root}/var/crash`]);
    },
    not: ["dump.target: fail", "dump.space: unknown"],
  },
  {
    what: "a shell when the dump cannot be saved",
    name: "centos7",
    broken: (root) => change(root, "etc/kdump.conf", "#default shell", "default shell"),
    not: fail("dump.failure"),
  },
  {
    what: "a shell's line where one command is run when the dump cannot be saved",
    broken: (root) =>
      change(root, "etc/default/kdump-tools", "USE_KDUMP=1", "USE_KDUMP=1\nKDUMP_FAIL_CMD='sync; reboot -f'"),
    not: fail("dump.failure"),
  },
  {
    what: "a newest dump that broke off",
    broken: (root) =>
      plant(root, {
        "var/crash/202611200101/dump.202611200101": "",
        "var/crash/202611230101/dump-incomplete": "",
      }),
    not: fail("dump.last"),
  },
  {
    what: "an oops that is survived, and not dumped",
    broken: (root) => plant(root, { "proc/sys/kernel/panic_on_oops": "0\n" }),
    not: fail("panic.oops"),
  },
  {
    what: "a trigger that is set at boot, and is not in force",
    broken: (root) => plant(root, { "etc/sysctl.d/50-panic.conf": "kernel.hung_task_panic = 1\n" }),
    not: fail("panic.triggers"),
  },
  {
    what: "kexec switched off by a baseline's sysctl file",
    broken: (root) =>
      plant(root, { "etc/sysctl.d/90-hardening.conf": "\n\nkernel.kexec_load_disabled = 1\n" }),
    not: fail("kexec.allowed"),
  },
  {
    what: "lockdown, and nothing loaded",
    broken: (root) =>
      plant(root, {
        "sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
        "sys/kernel/kexec_crash_loaded": "0\n",
        "proc/sys/kernel/panic": "10\n",
      }),
    not: fail("capture.loaded", "kexec.lockdown", "waste.unarmed"),
  },
  {
    what: "four times what would be recommended",
    broken: (root) => {
      everywhere(root, "900M");
      plant(root, { "sys/kernel/kexec_crash_size": `${900 * MIB}\n` });
    },
    not: fail("waste.excess"),
  },
  {
    what: "a source that is a FIFO",
    broken: async (root) => {
      gone(root, "etc/default/grub.d/init-select.cfg");
      await must(["mkfifo", `${root}/etc/default/grub.d/init-select.cfg`]);
      utimesSync(`${root}/etc/default/grub.d/init-select.cfg`, OLD, OLD);
    },
    not: ["boot.configured", "boot.entries", "boot.drift", "boot.override"].map((id) => `${id}: unknown`),
  },
  {
    what: "a system of ostree, whose command line does not come from GRUB's defaults",
    broken: (root) => plant(root, { "run/ostree-booted": "" }),
    not: ["boot.configured", "boot.entries", "boot.fresh", "boot.drift", "boot.override"].map(
      (id) => `${id}: unknown`,
    ),
  },
  {
    what: "a source whose outcome cannot be followed",
    broken: (root) => {
      mkdirSync(`${root}/etc/default/grub.d`, { recursive: true });
      plant(root, { "etc/default/grub.d/zz.cfg": "GRUB_CMDLINE_LINUX_DEFAULT=$(cat /proc/cmdline)\n" });
      utimesSync(`${root}/etc/default/grub.d/zz.cfg`, OLD, OLD);
    },
    not: ["boot.configured", "boot.entries", "boot.drift", "boot.override"].map((id) => `${id}: unknown`),
  },
];

test("programs that never answer are given five seconds, and what they would say is unknown", {
  skip,
}, async (t) => {
  const root = await runningRoot(t);
  for (const program of ["systemctl", "stat"]) {
    gone(root, `usr/bin/${program}`);
    writeFileSync(`${root}/usr/bin/${program}`, "#!/bin/sh\ntrap '' TERM\nsleep 100 & wait; sleep 100\n");
    chmodSync(`${root}/usr/bin/${program}`, 0o755);
  }
  const started = Date.now();
  const { not, text } = await audit(root);
  assert.deepEqual(not, ["service.active: unknown", "dump.space: unknown"], text);
  assert.ok(Date.now() - started < 25_000, "no longer than the limits");
});

for (const { what, name = "debian12", broken, not } of BROKEN) {
  test(`${name}: ${what}`, { skip }, async (t) => {
    const root = await runningRoot(t, name);
    await broken(root);
    const found = await audit(root);
    assert.deepEqual(found.not, not, found.text);
    assert.equal(found.exit, not.some((one) => one.endsWith("fail")) ? 7 : 8);
    for (const one of found.json.checks) {
      if (one.status === "fail") assert.ok(one.fix.length > 0 && one.evidence.length > 0, one.id);
      if (one.status === "unknown" || one.status === "skipped") assert.ok(one.reason.length > 0, one.id);
      if (one.place !== null && one.status === "fail") assert.ok(existsSync(root + one.place.path), one.id);
    }
  });
}
