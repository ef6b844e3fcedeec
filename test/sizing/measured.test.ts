import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { MIB } from "../../src/sizing/input.js";
import { recommend } from "../../src/sizing/recommend.js";
import { shortage } from "../../src/sizing/shortage.js";
import { sizingInput } from "./inputs.js";

/** What the bench of virtual machines found (test/vm/sizes.scenario.ts): what every recommendation is judged by. */
interface Measurement {
  readonly profile: string;
  readonly arch: string;
  readonly kernel: string;
  readonly bytes: {
    readonly kernelFile: number;
    readonly kernelInit: number;
    readonly captureInitrd: number;
    /** only where it was unpacked to know */
    readonly captureInitrdUnpacked?: number;
  };
  readonly memory: readonly { readonly mib: number; readonly smallest: number; readonly auto: number }[];
  readonly tries: readonly {
    readonly mib: number;
    readonly size: number;
    readonly loaded: boolean;
    readonly outcome: string;
  }[];
}

const { measured }: { readonly measured: readonly Measurement[] } = JSON.parse(
  readFileSync("test/vm/measured-sizes.json", "utf8"),
);

/** `unpacked`: as on a system where the initrd says how large it is, as far as that was measured. */
function inputFor(
  { profile, arch, bytes }: Measurement,
  mib: number,
  mode: "auto" | "tight",
  unpacked = false,
) {
  const vendor = embeddedProfiles().find(({ id }) => id === profile)?.crashkernel.recommended[arch];
  assert.ok(vendor !== undefined, `${profile} has no list for ${arch}`);
  const named = (name: "kernelFile" | "kernelInit" | "captureInitrd") => ({
    bytes: bytes[name],
    source: "measured",
  });
  return sizingInput(
    {
      kernelFile: named("kernelFile"),
      kernelInit: named("kernelInit"),
      captureInitrd: named("captureInitrd"),
      captureInitrdUnpacked:
        unpacked && bytes.captureInitrdUnpacked !== undefined
          ? { bytes: bytes.captureInitrdUnpacked, source: "measured" }
          : null,
    },
    {
      mode,
      machine: { ramBytes: mib * MIB, arch },
      vendor: { expression: vendor, source: profile },
    },
  );
}

test("there is something measured", () => {
  assert.ok(measured.length > 0);
  for (const one of measured) assert.ok(one.memory.length > 0 && one.tries.length > 0);
});

for (const one of measured) {
  test(`${one.profile}, Linux ${one.kernel}: auto and tight reserve what saved a dump`, () => {
    for (const { mib, smallest } of one.memory) {
      for (const mode of ["auto", "tight"] as const)
        for (const unpacked of [true, false]) {
          const { reservedBytes } = recommend(inputFor(one, mib, mode, unpacked));
          assert.ok((reservedBytes ?? 0) >= smallest * MIB, `${mode} at ${mib} MiB`);
        }
    }
  });

  test(`${one.profile}, Linux ${one.kernel}: a size that failed is never taken without a word`, () => {
    for (const { mib, size, loaded, outcome } of one.tries) {
      if (outcome === "dump") continue;
      const said = shortage(size * MIB, inputFor(one, mib, "auto"));
      assert.equal(said?.severity, loaded ? "warning" : "objection", `${size} of ${mib} MiB: ${outcome}`);
    }
  });
}

test("the table in docs/sizing.md is what the estimators say to what was measured", () => {
  const cell = (bytes: number | null | undefined) => (bytes == null ? "-" : String(Math.ceil(bytes / MIB)));
  const rows = measured.map((one) => {
    const at = one.memory.find(({ mib }) => mib === 2048);
    assert.ok(at !== undefined);
    const auto = recommend(inputFor(one, 2048, "auto", true));
    const tight = recommend(inputFor(one, 2048, "tight", true));
    const by = (name: string) => cell(auto.estimates.find((estimate) => estimate.by === name)?.bytes);
    const estimated = ["vendor", "kdumpctl estimate", "kdump-config estimate"].map(by);
    const ours = [cell(auto.reservedBytes), cell(tight.reservedBytes), at.auto];
    return `| ${[one.profile, one.kernel, at.smallest, ...estimated, ...ours].join(" | ")} |`;
  });
  const doc = readFileSync("docs/sizing.md", "utf8");
  for (const row of rows) assert.ok(doc.includes(row), `docs/sizing.md lacks ${row}`);
});
