import assert from "node:assert/strict";
import { test } from "node:test";
import { collectBase } from "../../src/facts/collect.js";
import { kexecBlockers, lockdownWarning, sysctlSetting } from "../../src/facts/kexec.js";
import { imageOf, liveOf, type Tree } from "./tree.js";

const KEY = "kernel/kexec_load_disabled";
const OFF = "/proc/sys/kernel/kexec_load_disabled";

test("a setting of sysctl is taken as sysctl.d(5) orders the files", (t) => {
  const of = (tree: Tree) => {
    const found = sysctlSetting(imageOf(t, tree), KEY);
    return found === null ? null : `${found.value} ${found.path}:${found.line}`;
  };
  const on = "kernel.kexec_load_disabled = 1\n";
  const off = "kernel/kexec_load_disabled=0\n";
  assert.equal(of({ "/usr/lib/sysctl.d/50-a.conf": on }), "1 /usr/lib/sysctl.d/50-a.conf:1");
  // one name: the strongest directory alone; a link to /dev/null takes the file away
  assert.equal(of({ "/usr/lib/sysctl.d/50-a.conf": on, "/etc/sysctl.d/50-a.conf": "# off\n" }), null);
  assert.equal(
    of({ "/usr/lib/sysctl.d/50-a.conf": on, "/run/sysctl.d/50-a.conf": { link: "/dev/null" } }),
    null,
  );
  // several: the last by name, wherever it stands
  const several = { "/etc/sysctl.d/10-a.conf": off, "/usr/lib/sysctl.d/90-b.conf": `\n;x\n-${on}` };
  assert.equal(of(several), "1 /usr/lib/sysctl.d/90-b.conf:3");
  assert.equal(of({ ...several, "/etc/sysctl.conf": off }), "0 /etc/sysctl.conf:1");
  assert.equal(of({ "/etc/sysctl.d/a.txt": on, "/etc/sysctl.d/b.conf": `#${on}kernel.kexec=1\n` }), null);
  assert.equal(of({ "/etc/sysctl.conf": `${off}${on}` }), "1 /etc/sysctl.conf:2");
});

const ids = (tree: Tree, t: Parameters<typeof imageOf>[0], live = true, release: string | null = "6.1.0") =>
  kexecBlockers((live ? liveOf : imageOf)(t, tree), release).map(({ id, evidence }) => `${id} ${evidence}`);

test("kexec switched off: by a file for the next boot, or now with nothing loaded", (t) => {
  const file = { "/etc/sysctl.d/99-hard.conf": "kernel.kexec_load_disabled=1\n" };
  assert.deepEqual(ids(file, t, false), ["kexec-disabled /etc/sysctl.d/99-hard.conf:1"]);
  assert.deepEqual(ids({ ...file, [OFF]: "0\n" }, t), ["kexec-disabled /etc/sysctl.d/99-hard.conf:1"]);
  assert.deepEqual(ids({ [OFF]: "1\n", "/sys/kernel/kexec_crash_loaded": "0\n" }, t), [
    `kexec-disabled ${OFF}`,
  ]);
  // switched off once the capture kernel was in: that works
  assert.deepEqual(ids({ [OFF]: "1\n", "/sys/kernel/kexec_crash_loaded": "1\n" }, t), []);
  assert.deepEqual(ids({ [OFF]: "0\n" }, t), []);
  // the build host's own is none of an image's business
  assert.deepEqual(ids({ [OFF]: "1\n" }, t, false), []);
});

test("a kernel that is built without what a dump needs", (t) => {
  const config = (text: string) => ({ "/boot/config-6.1.0": text });
  const both = "CONFIG_KEXEC=y\nCONFIG_CRASH_DUMP=y\n";
  assert.deepEqual(ids(config(both), t), []);
  assert.deepEqual(ids(config(both.replace("KEXEC", "KEXEC_FILE")), t), []);
  for (const line of ["CONFIG_KEXEC=y\n", "CONFIG_CRASH_DUMP=y\n"])
    assert.deepEqual(ids(config(both.replace(line, `# no\n`)), t, false), [
      "kexec-not-built /boot/config-6.1.0",
    ]);
  const [blocker] = kexecBlockers(imageOf(t, config("CONFIG_X86=y\n")), "6.1.0");
  assert.match(blocker?.text ?? "", /without CONFIG_KEXEC and CONFIG_CRASH_DUMP/);
  assert.equal(blocker?.severity, "objection");
  // no file, a file that is none, another kernel's: nothing is known, and nothing is said
  assert.deepEqual(ids({}, t), []);
  assert.deepEqual(ids(config("<html>\n"), t), []);
  assert.deepEqual(ids(config("CONFIG_X86=y\n"), t, true, "5.10.0"), []);
  assert.deepEqual(ids(config("CONFIG_X86=y\n"), t, true, null), []);
  assert.deepEqual(ids({ "/usr/lib/modules/6.1.0/config": "CONFIG_X86=y\n" }, t), [
    "kexec-not-built /usr/lib/modules/6.1.0/config",
  ]);
});

test("a Xen PV guest has no kexec, an HVM guest has", (t) => {
  const xen = (type: string) => ({
    "/sys/hypervisor/type": "xen\n",
    "/sys/hypervisor/guest_type": `${type}\n`,
  });
  assert.deepEqual(ids(xen("PV"), t), ["kexec-xen-pv /sys/hypervisor/guest_type"]);
  assert.deepEqual(ids({ ...xen("PV"), "/proc/xen/capabilities": "control_d\n" }, t), [
    "kexec-xen-dom0 /proc/xen/capabilities",
  ]);
  assert.deepEqual(ids(xen("HVM"), t), []);
  assert.deepEqual(ids({ "/sys/hypervisor/type": "xen\n" }, t), []);
  assert.deepEqual(ids(xen("PV"), t, false), []);
});

test("lockdown is said, with its mode, and is no reason to refuse", (t) => {
  const path = "/sys/kernel/security/lockdown";
  const of = (text: string) => lockdownWarning(liveOf(t, { [path]: text }));
  assert.match(of("none [integrity] confidentiality\n") ?? "", /integrity.*kexec -s/);
  assert.match(of("none integrity [confidentiality]\n") ?? "", /confidentiality/);
  assert.equal(of("[none] integrity confidentiality\n"), null);
  assert.equal(lockdownWarning(imageOf(t, { [path]: "none [integrity]\n" })), null);
});

test("dumps that the firmware assists: what is reserved is its own number, and kdump's sizes are objected to", (t) => {
  for (const at of ["/sys/kernel/fadump/", "/sys/kernel/fadump_"]) {
    const tree = (enabled: string): Tree => ({
      "/sys/kernel/kexec_crash_size": "0\n",
      "/sys/kernel/kexec_crash_loaded": "0\n",
      [`${at}enabled`]: `${enabled}\n`,
      [`${at}registered`]: "1\n",
      [`${at}mem_reserved`]: "1073741824\n",
    });
    assert.deepEqual(ids(tree("1"), t), [`kexec-fadump ${at}enabled`]);
    assert.deepEqual(collectBase(liveOf(t, tree("1")), {}).reservation, {
      reservedBytes: 2 ** 30,
      loaded: true,
      fadump: true,
    });
    assert.deepEqual(ids(tree("0"), t), []);
    assert.deepEqual(collectBase(liveOf(t, tree("0")), {}).reservation, {
      reservedBytes: 0,
      loaded: false,
      fadump: false,
    });
    assert.deepEqual(ids(tree("1"), t, false), [], "of an image nothing is known");
  }
});
