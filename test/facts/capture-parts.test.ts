import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { kernelThatBoots } from "../../src/facts/boots.js";
import { collectCapture } from "../../src/facts/capture-parts.js";
import { collectBase, collectFacts, type Overrides } from "../../src/facts/collect.js";
import type { Reader } from "../../src/machine/machine.js";
import { elf, imageOf, liveOf, type Tree } from "./tree.js";

const MIB = 1024 * 1024;
const RELEASE = "6.1.0-56-amd64";

/** The beginning of an x86 image that asks for 64 MiB. */
function kernelImage(): string {
  const bytes = Buffer.alloc(8192);
  bytes.write("HdrS", 0x202, "latin1");
  bytes.writeUInt16LE(0x020f, 0x206);
  bytes.writeUInt32LE(64 * MIB, 0x260);
  return bytes.toString("latin1");
}

const SYSTEM: Tree = {
  "/etc/os-release": "ID=debian\nVERSION_ID=12\n",
  "/etc/default/grub": 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n',
  "/boot/grub/grub.cfg": "",
  [`/boot/vmlinuz-${RELEASE}`]: kernelImage(),
  [`/boot/initrd.img-${RELEASE}`]: "x".repeat(3 * MIB),
  "/bin/sh": elf(62),
};

/** What a running machine says of itself. */
const MACHINE: Tree = {
  "/proc/sys/kernel/osrelease": `${RELEASE}\n`,
  "/proc/sys/kernel/arch": "x86_64\n",
  "/proc/cmdline": "quiet mem_encrypt=on\n",
  "/proc/modules": "ext4 1048576 1 - Live 0x0\nmlx5_core 2097152 0 - Live 0x0\n",
  "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu sme\n",
  "/proc/self/mountinfo": "30 1 254:1 / / rw - ext4 /dev/mapper/root rw\n",
  "/sys/devices/system/cpu/present": "0-3,8\n",
  "/sys/class/graphics/fb0/virtual_size": "1024,768\n",
  "/sys/class/graphics/fb0/bits_per_pixel": "32\n",
  "/sys/dev/block/254:1/slaves/sda2/size": "1\n",
};

function capture(reader: Reader, id = "debian-12", overrides: Overrides = {}) {
  const profile = embeddedProfiles().find((one) => one.id === id);
  assert.ok(profile !== undefined);
  const facts = collectFacts(reader, collectBase(reader, overrides), profile);
  const found = collectCapture(reader, facts, profile, 4096 * MIB);
  const input = (name: string) => {
    const one = found.inputs.find((input) => input.name === name);
    return one === undefined ? null : `${one.value} | ${one.source}`;
  };
  return { ...found, input };
}

test("of an image its files count, and nothing of the host that looks at it", (t) => {
  const { parts, machine, warnings, input } = capture(imageOf(t, { ...SYSTEM, ...MACHINE }));
  assert.deepEqual(parts.kernelFile, { bytes: 8192, source: `/boot/vmlinuz-${RELEASE}` });
  assert.equal(parts.kernelInit?.bytes, 64 * MIB);
  assert.equal(parts.mainInitrd?.bytes, 3 * MIB);
  assert.deepEqual([parts.captureInitrd, parts.modules], [null, null]);
  assert.deepEqual([machine.cpus, machine.captureCpus, machine.framebufferBytes], [null, 1, null]);
  assert.deepEqual([machine.memoryEncryption, machine.pageBytes], [false, 4096]);
  assert.equal(
    input("capture initrd"),
    `not known | /var/lib/kdump/initrd.img-${RELEASE} is not there yet, or cannot be read`,
  );
  assert.equal(input("processors"), "not known | only the running system tells");
  assert.equal(input("LUKS2 memory"), "0 | no /etc/crypttab");
  assert.deepEqual(warnings, []);
});

test("of a running machine its hardware and its modules count as well", (t) => {
  const { parts, machine, input } = capture(
    liveOf(t, { ...SYSTEM, ...MACHINE, [`/var/lib/kdump/initrd.img-${RELEASE}`]: "x".repeat(2 * MIB) }),
  );
  assert.deepEqual(parts.captureInitrd, {
    bytes: 2 * MIB,
    source: `/var/lib/kdump/initrd.img-${RELEASE}`,
  });
  assert.equal(parts.modules?.bytes, 3 * MIB);
  assert.deepEqual([machine.cpus, machine.captureCpus], [5, 1]);
  assert.equal(machine.framebufferBytes, 3 * MIB);
  assert.equal(machine.memoryEncryption, true);
  assert.equal(input("memory encryption"), "yes | /proc/cpuinfo: sme, switched on");
  assert.equal(input("LUKS2 memory"), "0 | /sys/dev/block/254:1: no LUKS device");
});

test("with --arch of another machine, this one's hardware is not that one's", (t) => {
  const { machine, parts } = capture(liveOf(t, { ...SYSTEM, ...MACHINE }), "debian-12", { arch: "aarch64" });
  assert.deepEqual([machine.cpus, parts.modules, machine.memoryEncryption], [null, null, false]);
});

test("memory encryption is on by the kernel's default too, and not where it is only able to", (t) => {
  const of = (tree: Tree) => capture(liveOf(t, { ...SYSTEM, ...MACHINE, ...tree })).machine.memoryEncryption;
  const plain = { "/proc/cmdline": "quiet\n" };
  const config = { [`/boot/config-${RELEASE}`]: "CONFIG_AMD_MEM_ENCRYPT_ACTIVE_BY_DEFAULT=y\n" };
  assert.equal(of(plain), false);
  assert.equal(of({ ...plain, ...config }), true);
  assert.equal(of({ "/proc/cmdline": "mem_encrypt=off\n", ...config }), false);
  assert.equal(of({ ...plain, "/proc/cpuinfo": "flags : sev hypervisor\n" }), true);
  assert.equal(of({ "/proc/cpuinfo": "flags : fpu hypervisor\n" }), false);
});

test("the processors of the capture: the last limit of its arguments, else all of them", (t) => {
  const of = (value: string) =>
    capture(
      liveOf(t, { ...SYSTEM, ...MACHINE, "/etc/default/kdump-tools": `KDUMP_CMDLINE_APPEND="${value}"\n` }),
    );
  assert.equal(of("irqpoll nr_cpus=4").machine.captureCpus, 4);
  assert.equal(of("nr_cpus=4 maxcpus=2").machine.captureCpus, 2);
  assert.equal(of("nosmp").machine.captureCpus, 1);
  assert.equal(of("nr_cpus=0").machine.captureCpus, 1);
  assert.equal(of("irqpoll").machine.captureCpus, 5);
  assert.match(of("irqpoll").input("processors of the capture") ?? "", /sets no limit: all are started/);
  // the package is not there yet, and its profile knows no value
  const el = capture(imageOf(t, SYSTEM), "centos-7");
  assert.equal(el.machine.captureCpus, 1);
  assert.match(el.input("processors of the capture") ?? "", /is not there yet: 1 is assumed/);
});

test("the capture initrd is made smaller than the normal one, but where that is made for this machine already", (t) => {
  const of = (tree: Tree, id?: string) =>
    capture(imageOf(t, { ...SYSTEM, ...tree }), id).parts.captureLikeMain;
  const conf = "/etc/initramfs-tools/initramfs.conf";
  const dropIn = "/etc/initramfs-tools/conf.d/own";
  assert.equal(of({}), null);
  assert.equal(of({ [conf]: "MODULES=most\nBUSYBOX=auto\n" }), null);
  assert.match(of({ [conf]: "MODULES=dep\n" }) ?? "", /^MODULES=dep in/);
  // the drop-in is read last
  assert.match(of({ [conf]: "MODULES=most\n", [dropIn]: "MODULES=dep\n" }) ?? "", /^MODULES=dep in/);
  assert.equal(of({ [conf]: "MODULES=dep\n", [dropIn]: "MODULES=most\n" }), null);
  assert.match(of({ [conf]: "MODULES=$(cat /x)\n" }) ?? "", /cannot be told/);
  assert.equal(of({ [conf]: "MODULES=dep\n" }, "centos-7"), null);
});

test("what the package measured of its initrd and of the last boot is read", (t) => {
  const initrd = { [`/var/lib/kdump/initrd.img-${RELEASE}`]: "x".repeat(2 * MIB) };
  const size = { [`/var/lib/kdump/size_initrd.img-${RELEASE}`]: "37\n" };
  const meminfo =
    "MemTotal: 2000000 kB\nMemFree:         1500000 kB\nBuffers: 1000 kB\nCached: 99000 kB\nSwapCached: 7 kB\nSReclaimable: 10000 kB\nHugetlb: 40000 kB\n";
  const early = { [`/var/lib/kdump/mem-${RELEASE}`]: meminfo };
  const of = (tree: Tree, id = "debian-13") => capture(imageOf(t, { ...SYSTEM, ...tree }), id);
  const both = of({ ...initrd, ...size, ...early });
  assert.equal(both.parts.captureInitrdUnpacked?.bytes, 37 * MIB);
  assert.equal(both.parts.earlyUsed?.bytes, 350_000 * 1024);
  assert.equal(both.input("used early in boot"), `341.8 MiB | /var/lib/kdump/mem-${RELEASE}`);
  // no initrd, a measurement that failed, a file cut short, a package that measures nothing
  assert.equal(of(size).parts.captureInitrdUnpacked, null);
  const failed = { [`/var/lib/kdump/size_initrd.img-${RELEASE}`]: "0\n" };
  assert.equal(of({ ...initrd, ...failed }).parts.captureInitrdUnpacked, null);
  const cut = { [`/var/lib/kdump/mem-${RELEASE}`]: meminfo.slice(0, 60) };
  assert.equal(of(cut).parts.earlyUsed, null);
  assert.match(of(initrd).input("used early in boot") ?? "", /^not known .* is written at the next boot$/);
  assert.equal(of({ ...initrd, ...size, ...early }, "debian-12").parts.earlyUsed, null);
});

test("a capture initrd packed by gzip says itself what it takes unpacked", (t) => {
  const packed = gzipSync(Buffer.from(randomBytes(MIB).map((byte) => byte & 15))).toString("latin1");
  const of = (text: string) =>
    capture(imageOf(t, { ...SYSTEM, [`/var/lib/kdump/initrd.img-${RELEASE}`]: text }));
  const path = `/var/lib/kdump/initrd.img-${RELEASE}`;
  assert.equal(of(packed).input("capture initrd unpacked"), `1.0 MiB | ${path}, as it says at its end`);
  assert.match(
    of("x".repeat(MIB)).input("capture initrd unpacked") ?? "",
    /^not known .*does not say it itself/,
  );
});

test("an encrypted disk is said: on the running system by the device, of an image by crypttab", (t) => {
  const live = capture(
    liveOf(t, {
      ...SYSTEM,
      ...MACHINE,
      "/sys/dev/block/254:1/slaves/dm-0/dm/uuid": "CRYPT-LUKS2-0123-root\n",
    }),
  );
  assert.equal(live.parts.luks, null);
  assert.match(live.warnings[0] ?? "", /encrypted disk \(.*CRYPT-LUKS2-0123-root\).*not counted/);
  // the header of the device below it says how much, where it can be read
  const header = Buffer.alloc(0x4000);
  header.write("LUKS\xba\xbe", "latin1");
  header.writeUInt16BE(2, 6);
  header.writeBigUInt64BE(0x4000n, 8);
  header.write('{"keyslots":{"0":{"kdf":{"memory":262144}},"1":{"kdf":{"memory":1024}}}}', 4096);
  const read = capture(
    liveOf(t, {
      ...SYSTEM,
      ...MACHINE,
      "/sys/dev/block/254:1/slaves/dm-0/dm/uuid": "CRYPT-LUKS2-0123-root\n",
      "/sys/dev/block/254:1/slaves/dm-0/slaves/cciss!c0d0p2/size": "1\n",
      "/dev/cciss/c0d0p2": header.toString("latin1"),
    }),
  );
  assert.equal(read.input("LUKS2 memory"), "256.0 MiB | LUKS2 header of /dev/cciss/c0d0p2");
  assert.deepEqual(read.warnings, []);
  const crypttab = (line: string) => capture(imageOf(t, { ...SYSTEM, "/etc/crypttab": `# x\n${line}\n` }));
  assert.match(crypttab("root UUID=1 none luks").warnings[0] ?? "", /\/etc\/crypttab:2: root/);
  assert.match(crypttab("root UUID=1 none luks").input("LUKS2 memory") ?? "", /^not known \|/);
  for (const swap of ["s /dev/sda2 /dev/urandom swap", "s /dev/sda2 none plain,size=256"])
    assert.deepEqual(crypttab(swap).warnings, []);
});

test("pages of 64 KiB are read from the kernel's configuration, and unknown ones are said", (t) => {
  const arm: Tree = { ...SYSTEM, "/bin/sh": elf(183) };
  const config = { [`/boot/config-${RELEASE}`]: "CONFIG_ARM64_64K_PAGES=y\nCONFIG_KEXEC=y\n" };
  assert.equal(capture(imageOf(t, { ...arm, ...config })).machine.pageBytes, 65536);
  const unknown = capture(imageOf(t, arm));
  assert.equal(unknown.machine.pageBytes, 4096);
  assert.match(unknown.input("page") ?? "", /^not known \| .*4 KiB are assumed/);
  const running = {
    ...MACHINE,
    "/proc/sys/kernel/arch": "aarch64\n",
    "/proc/self/smaps": "KernelPageSize:       64 kB\n",
  };
  assert.equal(capture(liveOf(t, { ...arm, ...running })).machine.pageBytes, 65536);
});

const entry = (title: string, release: string) =>
  `menuentry '${title}' {\n\tlinux\t/boot/vmlinuz-${release} root=/dev/vda1 ro\n}\n`;
const boots = (t: TestContext, config: string, overrides: Overrides = {}, live = true, more: Tree = {}) => {
  const tree: Tree = {
    ...SYSTEM,
    ...MACHINE,
    "/boot/vmlinuz-6.1.0-9-amd64": "x",
    "/boot/vmlinuz-6.1.0-100-amd64": "x",
    "/boot/grub/grub.cfg": `### BEGIN /etc/grub.d/10_linux ###\n${config}### END /etc/grub.d/10_linux ###\n`,
    ...more,
  };
  const reader = (live ? liveOf : imageOf)(t, tree);
  const profile = embeddedProfiles().find(({ id }) => id === "debian-12");
  assert.ok(profile !== undefined);
  const facts = collectFacts(reader, collectBase(reader, overrides), profile);
  return kernelThatBoots(reader, facts, facts.grub)?.release ?? null;
};

test("the kernel that boots is the menu's default, else the running one, else the newest", (t) => {
  const menu = entry("new", "6.1.0-100-amd64") + entry("old", "6.1.0-9-amd64");
  assert.equal(boots(t, `set default="0"\n${menu}`), "6.1.0-100-amd64");
  assert.equal(boots(t, `set default="1"\n${menu}`), "6.1.0-9-amd64");
  assert.equal(boots(t, `set default="old"\n${menu}`), "6.1.0-9-amd64");
  // a saved entry stands in grubenv; a kernel that is gone boots nothing
  assert.equal(boots(t, `set default="\${saved_entry}"\n${menu}`), RELEASE);
  assert.equal(boots(t, entry("gone", "5.0")), RELEASE);
  assert.equal(boots(t, "", {}, false), "6.1.0-100-amd64");
  assert.equal(boots(t, menu, { kernel: "6.1.0-9-amd64" }), "6.1.0-9-amd64");
  assert.equal(boots(t, menu, { kernel: "7.0" }), null);
});
