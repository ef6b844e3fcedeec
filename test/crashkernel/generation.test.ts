import assert from "node:assert/strict";
import test from "node:test";
import { evaluateCmdline } from "../../src/crashkernel/evaluate.js";
import { type KernelTraits, kernelTraits } from "../../src/crashkernel/generation.js";

function traits(kernel: string, arch = "x86_64"): KernelTraits {
  const found = kernelTraits({ kernel, arch });
  assert.ok(found !== null, `${kernel} ${arch}`);
  return found;
}

test("an upstream release is known by its number, however it is packaged", () => {
  for (const [kernel, label] of [
    ["6.12", "6.12.0"],
    ["v6.12", "6.12.0"],
    ["6.12-rc3", "6.12.0"],
    ["6.1.0-56-amd64", "6.1.0"],
    ["5.15.0-91-generic", "5.15.0"],
    ["5.14.21-150500.55.52-default", "5.14.21"],
    ["6.5.6-300.fc39.x86_64", "6.5.6"],
    ["4.4.155", "4.4.155"],
    ["6.8.0+", "6.8.0"],
  ] as const) {
    assert.equal(traits(kernel).label, label);
    assert.equal(traits(kernel).auto, null, kernel);
  }
});

test("a vendor's release is known by its build, not by the number it carries", () => {
  for (const [kernel, label, examined] of [
    ["el7.9", "el7.9", true],
    ["3.10.0-1160.el7.x86_64", "el7.9", true],
    ["3.10.0-1160.119.1.el7.x86_64", "el7.9", true],
    ["3.10.0-1160.rt56.1131.el7.x86_64", "el7.9", true],
    ["el8", "el8.10", false],
    ["el8.3", "el8.3", true],
    ["4.18.0-477.27.1.el8_8.x86_64", "el8.8", true],
    ["4.18.0-500.el8.x86_64", "el8", false],
    ["5.14.0-362.el9", "el9.3", true],
    ["5.14.0-503.11.1.el9_5.x86_64+rt", "el9.5", false],
    ["el9.99", "el9.99", false],
    ["6.12.0-55.el10.x86_64", "el10.0", false],
  ] as const) {
    assert.equal(traits(kernel).label, label, kernel);
    assert.equal(traits(kernel).examined, examined, kernel);
  }
  assert.ok(traits("el7.9").features.has("largeUnits"), "units T, P and E were backported to 3.10");
  assert.equal(traits("el8.3").rounding, 128n << 20n);
  assert.equal(traits("el9.3").rounding, 128n << 20n);
  assert.equal(traits("5.14").rounding, 1n);
});

test("a build that was not examined names the one it is judged as", () => {
  for (const [kernel, judgedAs, mayKnowAuto] of [
    ["el10.1", "upstream 6.12", false],
    ["6.12.0-55.el10.x86_64", "upstream 6.12", false],
    ["el8.9", "el8.8", false],
    ["4.18.0-400.el8.x86_64", "el8.6", false],
    ["el8.0", "el8.1", false],
    ["5.14.0-503.11.1.el9_5.x86_64", "el9.3", false],
    ["4.14.35-1902.300.11.el7uek.x86_64", "upstream 4.14.35", true],
    ["4.14.0-36.el7a.ppc64le", "upstream 4.14", true],
    ["5.10.0-60.18.0.50.oe2203.x86_64", "upstream 5.10", true],
    ["4.14.336-257.562.amzn2.x86_64", "upstream 4.14.336", true],
    ["4.12.14-122.17-default", "upstream 4.12.14", false],
    ["5.15.0-91-generic", "upstream 5.15", false],
  ] as const) {
    assert.equal(traits(kernel).examined, false, kernel);
    assert.equal(traits(kernel).judgedAs, judgedAs, kernel);
    assert.equal(traits(kernel).mayKnowAuto, mayKnowAuto, kernel);
  }
  for (const kernel of ["6.12", "6.1.0-18-amd64", "5.4.278-1.el7.elrepo.x86_64", "6.8.0+"])
    assert.equal(traits(kernel).examined, true, kernel);
});

test("another kernel built for a vendor's release is an upstream one", () => {
  for (const [kernel, label] of [
    ["5.15.0-100.96.32.el8uek.x86_64", "5.15.0"],
    ["6.6.9-1.el9.elrepo.x86_64", "6.6.9"],
    ["5.14.0-1.el9.elrepo.x86_64", "5.14.0"],
    ["5.4.278-1.el7.elrepo.x86_64", "5.4.278"],
  ] as const)
    assert.equal(traits(kernel).label, label);
});

test("what is no kernel release, or none that is known here, is null", () => {
  for (const kernel of [
    "",
    "6",
    "linux",
    "6.12foo",
    "6.12 foo",
    "el6.10",
    "el11",
    "2.6.32-754.el6.x86_64",
    "-6.1",
    "6.1\n",
    "9".repeat(300),
  ])
    assert.equal(kernelTraits({ kernel, arch: "x86_64" }), null, kernel.slice(0, 30));
  for (const arch of ["", "vax", "constructor", "__proto__", "X86_64"])
    assert.equal(kernelTraits({ kernel: "6.1", arch }), null, arch);
  const answer = evaluateCmdline("crashkernel=256M", 8n << 30n, { kernel: "linux", arch: "x86_64" });
  assert.deepEqual([answer.ok, answer.ok ? 0 : answer.ret], [false, null]);
});

test("an architecture has the name that uname gives it and the one that packages use", () => {
  for (const [arch, ...names] of [
    ["x86_64", "x86_64", "amd64"],
    ["x86", "i686", "i386"],
    ["arm64", "aarch64", "arm64"],
    ["ppc64", "ppc64le", "ppc64el", "ppc64"],
    ["s390", "s390x", "s390"],
    ["riscv", "riscv64"],
    ["loongarch", "loongarch64"],
  ] as const)
    for (const name of names) assert.equal(traits("6.12", name).arch, arch);
});

test("the low part that comes with a high one follows the kernel", () => {
  for (const [kernel, arch, low] of [
    ["3.10", "x86_64", 72n << 20n],
    ["5.4", "x86_64", 256n << 20n],
    ["el7.9", "x86_64", 256n << 20n],
    ["6.1", "arm64", 0n],
    ["6.6", "arm64", 128n << 20n],
    ["6.12", "riscv64", 128n << 20n],
  ] as const) {
    const answer = evaluateCmdline("crashkernel=1G,high", 64n << 30n, { kernel, arch });
    assert.equal(answer.ok && answer.low, low, `${kernel} ${arch}`);
  }
});
