import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCalibration } from "../../src/sizing/calibration.js";
import { estimates } from "../../src/sizing/estimators.js";
import { CALIBRATION_NAMES, GIB, KIB, MIB, type SizingInput } from "../../src/sizing/input.js";
import { inside, overlayRoot, withoutRoot } from "../support/roots.js";
import { CALIBRATION, measured, sizingInput } from "./inputs.js";

function by(name: string, input: SizingInput) {
  const found = estimates(input).find((one) => one.by === name);
  assert.ok(found !== undefined);
  return found;
}
const inMib = (bytes: number | null): number | null => (bytes === null ? null : bytes / MIB);

test("kdumpctl's sum, with and without LUKS2", () => {
  const sum = (kernel: number, modules: number, initrd: number, luks: number, arch = "x86_64") => {
    const parts = {
      kernelInit: measured(kernel),
      modules: measured(modules),
      captureInitrd: measured(initrd),
      luks: measured(luks),
    };
    return inMib(by("kdumpctl estimate", sizingInput(parts, { machine: { arch } })).bytes);
  };
  assert.equal(sum(47, 12, 19, 0), 132);
  assert.equal(sum(60, 25, 80, 0), 341);
  assert.equal(sum(47, 12, 19, 1024), 1176);
  assert.equal(sum(47, 12, 19, 1024, "aarch64"), 1206);
});

test("kdump-config's lower limit, and its sum where the use early in boot was measured", () => {
  const sum = (
    file: number,
    packed: number,
    unpacked: number,
    more: Partial<SizingInput["parts"]> = {},
    machine = {},
  ) => {
    const parts = {
      kernelFile: measured(file),
      captureInitrd: measured(packed),
      captureInitrdUnpacked: measured(unpacked),
      ...more,
    };
    return by("kdump-config estimate", sizingInput(parts, { machine })).bytes;
  };
  assert.equal(sum(8, 35, 110), 225 * MIB);
  assert.equal(sum(15, 60, 180), 362 * MIB);
  assert.equal(sum(15, 60, 180, {}, { arch: "ppc64le" }), (30 + 60 + 180 + 32) * MIB);
  assert.equal(sum(15, 60, 180, {}, { arch: "aarch64" }), (60 + 60 + 180 + 32) * MIB);
  const early = { earlyUsed: measured(900) };
  assert.equal(
    sum(8, 35, 110, early, { cpus: 40, ramBytes: 64 * GIB }),
    (193 + 900) * MIB - (32 * 5000 + 7 * 3500 + 32 * 6000 + 32 * 600) * KIB,
  );
  assert.equal(
    sum(8, 35, 110, early, { cpus: 100, ramBytes: 16 * GIB }),
    (193 + 900) * MIB - (32 * 5000 + 32 * 3500 + 35 * 2500 + 16 * 6000) * KIB,
  );
  assert.equal(sum(8, 35, 110, { earlyUsed: measured(100) }, { cpus: 40 }), 225 * MIB);
});

test("kdump-config's number is the one that its own script suggests", {
  skip: withoutRoot("debian13"),
}, async (t) => {
  const root = await overlayRoot(t, "debian13");
  // its two functions as they stand there; the machine they ask is what the case says
  const script = `
    eval "$(sed -n '/^crashkernel_[a-z_]*()$/,/^}$/p' /usr/sbin/kdump-config)"
    ARCH=$1 processors=$2 KDUMP_DIR=/tmp/k
    nproc() { echo "$processors"; }
    logger() { :; }
    mkdir -p /tmp/k
    # du counts blocks, and on a disk a file in many pieces has some of them for itself
    mount -t tmpfs none /tmp/k
    head -c "$((($4 << 20) - 300000))" /dev/urandom >/tmp/k/vmlinuz
    head -c "$((($5 << 20) - 700000))" /dev/urandom >/tmp/k/initrd.img-1
    echo "$6" >/tmp/k/size_initrd.img-1
    printf 'MemTotal: %s kB\nMemFree: %s kB\n' "$3" "$(($3 - $7 * 1024 - 500))" >/tmp/k/mem-1
    crashkernel_estimate /tmp/k/vmlinuz /tmp/k/initrd.img-1
    echo "$CRASHK_EST_ERR$CRASHK_EST"`;
  // architecture, processors, GiB of memory, MiB of kernel, initrd, the same unpacked, and of use early in boot
  const cases = [
    ["x86_64", 1, 2, 8, 35, 110, 200],
    ["x86_64", 40, 64, 8, 35, 110, 900],
    ["x86_64", 100, 16, 12, 20, 70, 2000],
    ["x86_64", 8, 8, 12, 20, 70, 60],
    ["aarch64", 100, 64, 12, 20, 70, 900],
    ["ppc64le", 100, 64, 12, 20, 70, 900],
    ["s390x", 4, 16, 12, 20, 70, 30],
  ] as const;
  for (const [arch, cpus, gib, kernel, initrd, unpacked, early] of cases) {
    // what is not given to programs is more than nothing, and less than 1 GiB
    const memTotal = gib * 1024 * 1024 - 300_000;
    const args = [arch, cpus, memTotal, kernel, initrd, unpacked, early].map(String);
    const said = await inside(root, ["dash", "-ec", script, "dash", ...args]);
    assert.equal(said.code, 0, said.stderr);
    const parts = {
      kernelFile: { bytes: kernel * MIB - 300_000, source: "a test" },
      captureInitrd: { bytes: initrd * MIB - 700_000, source: "a test" },
      captureInitrdUnpacked: measured(unpacked),
      earlyUsed: { bytes: early * MIB + 500 * 1024, source: "a test" },
    };
    const machine = { arch, cpus, ramBytes: gib * GIB };
    const ours = by("kdump-config estimate", sizingInput(parts, { machine })).bytes ?? 0;
    // it rounds down, to whole MiB, what it takes off
    assert.equal(Math.ceil(ours / MIB), Number(said.stdout), args.join(" "));
  }
});

test("kdumptool calibrate, as its own program reckons with the same numbers", () => {
  // KiB of memory, processors, KiB of LUKS2, network → KiB, from kdumptool/calibrate.cc of 2026-04, compiled and run without ACPI slabs
  const cases = [
    [1048576, 32, 0, false, 330283],
    [16777216, 32, 0, false, 331955],
    [805306368, 8, 0, true, 376835],
    [67108864, 1, 1048576, false, 1761318],
    [4194305, 2, 0, false, 308587],
  ] as const;
  for (const [ram, captureCpus, luks, networkTarget, kib] of cases) {
    const machine = { ramBytes: ram * KIB, captureCpus, networkTarget };
    const input = sizingInput(
      { luks: { bytes: luks * KIB, source: "" } },
      { machine, calibration: CALIBRATION },
    );
    assert.equal((by("kdumptool calibrate", input).bytes ?? 0) / KIB, kib);
  }
});

test("what an estimator lacks is named, and no number is given", () => {
  for (const { bytes, how } of estimates(sizingInput({ captureInitrd: measured(8) }))) {
    assert.equal(bytes, null);
    assert.match(how, /not known: (the kernel's (loaded size|file)(, its unpacked size)?)$|not installed/);
  }
});

test("calibrate.conf: its numbers, a flavour's own ones, and nothing from half a file", () => {
  const text = CALIBRATION_NAMES.map((name) => `${name}=${CALIBRATION[name]}`).join("\n");
  assert.deepEqual(parseCalibration(`# comment\n${text}\n`, "6.4.0-150600.23-default"), CALIBRATION);
  assert.deepEqual(parseCalibration(`${text}\nKERNEL_BASE_64kb=90000\n`, "6.4.0-1-64kb"), {
    ...CALIBRATION,
    KERNEL_BASE: 90000,
  });
  assert.equal(parseCalibration(text.replace("PERCPU", "OTHER"), "6.4.0-1-default"), null);
  assert.equal(parseCalibration(text.replace("PAGESIZE=4096", "PAGESIZE=64"), "6.4.0-1-default"), null);
  assert.equal(parseCalibration("", ""), null);
});
