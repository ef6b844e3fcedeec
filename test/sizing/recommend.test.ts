import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluateCmdline } from "../../src/crashkernel/evaluate.js";
import { validate } from "../../src/crashkernel/validate.js";
import { GIB, MIB } from "../../src/sizing/input.js";
import { IMAGE_HEAD, kernelInitBytes } from "../../src/sizing/kernel-image.js";
import { recommend } from "../../src/sizing/recommend.js";
import { LAB, measured, sizingInput } from "./inputs.js";

const target = { kernel: "6.1", arch: "x86_64" };

test("the measured system gets more than the least that worked there, at every size of memory that was tried", () => {
  // lab: 112M fails and 120M works at 1, 2, 4 and 8 GiB
  for (const gib of [1, 2, 4, 8]) {
    const ramBytes = gib * GIB;
    const found = recommend(sizingInput(LAB, { machine: { ramBytes } }));
    assert.equal(found.expression, "384M-576M:128M,576M-64G:176M,64G-:208M");
    assert.equal(found.reservedBytes, 176 * MIB);
    const ours = found.estimates.find(({ by }) => by === "kdump-setup")?.bytes ?? 0;
    assert.ok(ours > 120 * MIB && ours < 2 * 120 * MIB);
  }
});

test("of the shipped estimators, kdumpctl's number would have failed on the measured system", () => {
  const found = recommend(sizingInput({ ...LAB, modules: measured(1) }));
  const kdumpctl = found.estimates.find(({ by }) => by === "kdumpctl estimate")?.bytes ?? 0;
  assert.ok(kdumpctl < 112 * MIB);
  assert.ok((found.reservedBytes ?? 0) > 120 * MIB);
});

/** Vendor lists of several releases, and what becomes of them with the parts of the measured system. */
const TABLE: readonly (readonly [vendor: string, mode: "auto" | "tight", gib: number, expression: string])[] =
  [
    ["384M-:128M", "auto", 8, "384M-576M:128M,576M-64G:176M,64G-:208M"],
    ["384M-:128M", "tight", 8, "384M-512M:128M,512M-64G:160M,64G-:192M"],
    ["512M-:192M", "auto", 8, "512M-64G:192M,64G-:208M"],
    ["512M-:192M", "tight", 8, "512M-64G:160M,64G-:192M"],
    ["1G-4G:192M,4G-64G:256M,64G-:512M", "auto", 8, "1G-4G:192M,4G-64G:256M,64G-:512M"],
    ["1G-4G:192M,4G-64G:256M,64G-:512M", "tight", 8, "1G-64G:160M,64G-:192M"],
    [
      "2G-4G:320M,4G-32G:512M,32G-64G:1G,64G-128G:2G,128G-:4G",
      "auto",
      8,
      "2G-4G:320M,4G-32G:512M,32G-64G:1G,64G-128G:2G,128G-:4G",
    ],
    ["2G-4G:320M,4G-32G:512M,32G-64G:1G,64G-128G:2G,128G-:4G", "tight", 256, "2G-64G:160M,64G-:192M"],
    ["256M", "auto", 8, "0-:256M"],
  ];

test("the vendor's list, raised or with tight lowered", () => {
  for (const [expression, mode, gib, wanted] of TABLE) {
    const input = sizingInput(LAB, {
      mode,
      vendor: { expression, source: "a test" },
      machine: { ramBytes: gib * GIB },
    });
    assert.equal(recommend(input).expression, wanted, `${mode} ${expression}`);
  }
});

test("larger parts are followed, and the list stays a quarter of the memory at most where it was raised", () => {
  const parts = { ...LAB, captureInitrd: measured(60), luks: measured(1024) };
  const { expression, reservedBytes, warnings } = recommend(sizingInput(parts));
  assert.match(expression, /^384M-7104M:128M,7104M-64G:1808M,64G-:/);
  assert.equal(reservedBytes, 1808 * MIB);
  assert.deepEqual(warnings, []);
  const small = recommend(sizingInput(parts, { machine: { ramBytes: 4 * GIB } }));
  assert.equal(small.reservedBytes, 128 * MIB);
  assert.match(
    small.warnings[0] ?? "",
    /1808 MiB would be better, and are more than a quarter of the 4096 MiB/,
  );
});

test("an initrd that is not built yet is guessed from the normal one, and that is said", () => {
  const { captureInitrd: _, ...parts } = LAB;
  const found = recommend(sizingInput(parts));
  assert.equal(found.reservedBytes, 224 * MIB);
  assert.match(found.why.join("\n"), /initrd 15 MiB \(not built yet, half of \/boot\/initrd\.img\)/);
  const like = recommend(sizingInput({ ...parts, captureLikeMain: "MODULES=dep in /etc/x" }));
  assert.match(
    like.why.join("\n"),
    /initrd 30 MiB \(not built yet, as \/boot\/initrd\.img: MODULES=dep in \/etc\/x\)/,
  );
  assert.match(found.warnings.join("\n"), /is a guess: look again/);
});

test("with nothing to estimate from it is the vendor's list, word for word in meaning", () => {
  const vendor = { expression: "1G-4G:192M,4G-64G:256M,64G-:512M", source: "a test" };
  const found = recommend(sizingInput({}, { vendor, mode: "tight" }));
  assert.equal(found.expression, vendor.expression);
  assert.match(found.warnings.join("\n"), /tight goes no lower than the vendor's size/);
});

test("where the vendor reserves nothing, nothing is recommended", () => {
  const vendor = { expression: "2G-64G:256M,64G-:512M", source: "a test" };
  const found = recommend(sizingInput(LAB, { vendor, machine: { ramBytes: GIB } }));
  assert.deepEqual([found.kind, found.expression, found.reservedBytes], ["refused", "", 0]);
});

test("hardware whose drivers take more gets more", () => {
  const size = (machine: object) =>
    recommend(sizingInput(LAB, { machine: { ramBytes: 64 * GIB, ...machine } })).reservedBytes ?? 0;
  assert.ok(size({ memoryEncryption: true }) >= size({}) + 64 * MIB);
  const arm = { arch: "aarch64", pageBytes: 65536 };
  assert.ok(size({ ...arm, smmu: true, mlx5: true }) >= size({}) + (100 + 384 + 200) * MIB);
  assert.ok(size({ captureCpus: 32 }) > size({}) + 31 * 4 * MIB);
});

test("whatever is recommended, the kernel takes it, and reserves what is said, on any machine it is copied to", () => {
  const mib = fc.integer({ min: 1, max: 800 });
  const part = fc.option(
    mib.map((one) => measured(one)),
    { nil: null },
  );
  const parts = fc.record({
    kernelFile: part,
    kernelInit: part,
    captureInitrd: part,
    captureInitrdUnpacked: part,
    mainInitrd: part,
    modules: part,
    luks: part,
  });
  const vendor = fc.constantFrom(...TABLE.map(([expression]) => ({ expression, source: "a test" })));
  const ram = fc.integer({ min: 512, max: 2 ** 21 });
  fc.assert(
    fc.property(
      parts,
      vendor,
      fc.constantFrom("auto" as const, "tight" as const),
      ram,
      ram,
      (known, list, mode, here, there) => {
        const found = recommend(
          sizingInput(known, { vendor: list, mode, machine: { ramBytes: here * 4 * MIB } }),
        );
        if (found.kind === "refused") return;
        const cmdline = `crashkernel=${found.expression}`;
        const answer = evaluateCmdline(cmdline, BigInt(here * 4 * MIB), { ...target, kernel: "5.15" });
        assert.ok(answer.ok && Number(answer.reserved) === found.reservedBytes);
        for (const memory of [here, there]) {
          const { findings } = validate([cmdline], { ramBytes: BigInt(memory * 4 * MIB), target });
          assert.deepEqual(
            findings.filter(({ severity, id }) => severity === "error" && id !== "matches-nothing"),
            [],
          );
        }
      },
    ),
  );
});

test("the memory an x86 image asks for is read from its header, and from nothing else", () => {
  const head = new Uint8Array(IMAGE_HEAD);
  const view = new DataView(head.buffer);
  head.set(
    [..."HdrS"].map((c) => c.charCodeAt(0)),
    0x202,
  );
  view.setUint16(0x206, 0x020f, true);
  view.setUint32(0x260, 66682880, true);
  const text = Buffer.from(head).toString("latin1");
  assert.equal(kernelInitBytes(text), 66682880);
  assert.equal(kernelInitBytes(text.slice(0, -1)), null);
  assert.equal(kernelInitBytes(text.replace("HdrS", "hdrs")), null);
  view.setUint16(0x206, 0x0209, true);
  assert.equal(kernelInitBytes(Buffer.from(head).toString("latin1")), null);
});
