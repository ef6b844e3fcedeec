import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { type Fit, fit } from "../../src/crashkernel/fit.js";
import { kernelTraits } from "../../src/crashkernel/generation.js";
import type { MemoryMap } from "../../src/crashkernel/memory-map.js";

/** What the reservation code of that kernel really did on the model map; `end` is the last byte. */
interface Recorded {
  readonly kernel: string;
  readonly arch: string;
  readonly cmdline: string;
  readonly systemRam: number;
  readonly crashk: { readonly start: number; readonly end: number } | null;
  readonly crashkLow: { readonly start: number; readonly end: number } | null;
  readonly log: readonly string[];
}

const MIB = 1n << 20n;
const GIB = 1n << 30n;

/** Up to 3G below the hole, the rest from 4G up; the first megabyte and 16M-64M are taken. */
function modelMap(ram: bigint): MemoryMap {
  const low = ram < 3n * GIB ? ram : 3n * GIB;
  const high = ram > low ? [{ start: 4n * GIB, end: 4n * GIB + ram - low }] : [];
  return {
    ram: [{ start: 0n, end: low }, ...high],
    taken: [
      { start: 0n, end: MIB },
      { start: 16n * MIB, end: 64n * MIB },
    ],
    image: null,
  };
}

function asRecorded(answer: Fit): Pick<Recorded, "crashk" | "crashkLow" | "log"> {
  const block = (one: { readonly start: bigint; readonly end: bigint } | null) =>
    one === null ? null : { start: Number(one.start), end: Number(one.end - 1n) };
  switch (answer.kind) {
    case "placed":
      return { crashk: block(answer.crash), crashkLow: block(answer.low), log: answer.log };
    case "no-room":
    case "nothing":
      return { crashk: null, crashkLow: null, log: answer.log };
    case "unknown":
      return { crashk: null, crashkLow: null, log: ["not known"] };
    default:
      return answer satisfies never;
  }
}

function judge(file: string, least: number): void {
  const cases: readonly Recorded[] = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.ok(cases.length >= least, `only ${cases.length} cases`);
  const misses: string[] = [];
  for (const { kernel, arch, cmdline, systemRam, crashk, crashkLow, log } of cases) {
    const traits = kernelTraits({ kernel, arch });
    assert.ok(traits !== null, kernel);
    const answer = asRecorded(fit(cmdline, modelMap(BigInt(systemRam)), traits));
    try {
      assert.deepEqual(answer, { crashk, crashkLow, log });
    } catch {
      const show = (one: object) =>
        JSON.stringify(one, (_key, value) => (typeof value === "number" ? `0x${value.toString(16)}` : value));
      misses.push(
        `${kernel} ${arch} ${cmdline} at ${systemRam / 2 ** 20}M:\n  want ${show({ crashk, crashkLow, log })}\n  have ${show(answer)}`,
      );
    }
  }
  assert.equal(
    misses.length,
    0,
    `${misses.length} of ${cases.length} wrong\n${misses.slice(0, 25).join("\n")}`,
  );
}

const all = path.resolve("../shared/vectors/reservation.jsonl");

test("the place, the low part and every log line are the kernels' own, in every recorded case", (t) => {
  if (!existsSync(all)) return t.skip("../shared/vectors is not here: only the stored subset is judged");
  judge(all, 1821);
});

test("the place, the low part and every log line are the kernels' own, in the stored subset", () => {
  judge(path.resolve("test/crashkernel/reservation.subset.jsonl"), 680);
});
