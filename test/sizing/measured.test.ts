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
  };
  readonly memory: readonly { readonly mib: number; readonly smallest: number }[];
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

function inputFor({ profile, arch, bytes }: Measurement, mib: number, mode: "auto" | "tight") {
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
      for (const mode of ["auto", "tight"] as const) {
        const { reservedBytes } = recommend(inputFor(one, mib, mode));
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
