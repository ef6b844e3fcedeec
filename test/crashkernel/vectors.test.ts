import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { type Evaluated, evaluateCmdline } from "../../src/crashkernel/evaluate.js";

/** One case: what the parser of that kernel really answered. Integers past 2^53 - 1 are decimal strings. */
interface Vector {
  readonly id: string;
  readonly kernel: string;
  readonly arch: string;
  readonly category: string;
  readonly cmdline: string;
  readonly systemRam: number | string;
  readonly result:
    | {
        readonly ret: 0;
        readonly size: number | string;
        readonly base: number | string;
        readonly high: boolean;
        readonly low: number | string | null;
        readonly cma: number | string | null;
        readonly highRet?: number;
      }
    | { readonly ret: number; readonly error: string | null; readonly highRet?: number };
  readonly log?: readonly string[];
}

function read(file: string): readonly Vector[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Vector);
}

const integer = (value: bigint | null): number | string | null =>
  value === null ? null : value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();

function asVector(answer: Evaluated): Vector["result"] {
  const extra = answer.highRet === null ? {} : { highRet: answer.highRet };
  return answer.ok
    ? {
        ret: 0,
        size: integer(answer.reserved) ?? 0,
        base: integer(answer.base) ?? 0,
        high: answer.high,
        low: integer(answer.low),
        cma: integer(answer.cma),
        ...extra,
      }
    : { ret: answer.ret ?? Number.NaN, error: answer.error, ...extra };
}

/** Compares result, return codes and every log line; the message counts right and wrong per kernel. */
function judge(vectors: readonly Vector[]): void {
  const table = new Map<string, { right: number; wrong: number }>();
  const misses: string[] = [];
  for (const vector of vectors) {
    const { kernel, arch } = vector;
    const answer = evaluateCmdline(vector.cmdline, BigInt(vector.systemRam), { kernel, arch });
    const row = table.get(`${kernel} ${arch}`) ?? { right: 0, wrong: 0 };
    table.set(`${kernel} ${arch}`, row);
    try {
      assert.deepEqual(asVector(answer), vector.result);
      assert.deepEqual(answer.log, vector.log ?? []);
      row.right++;
    } catch {
      row.wrong++;
      misses.push(
        `${vector.id} ${JSON.stringify(vector.cmdline)} at ${vector.systemRam}: ` +
          `want ${JSON.stringify(vector.result)} ${JSON.stringify(vector.log ?? [])}, ` +
          `have ${JSON.stringify(asVector(answer))} ${JSON.stringify(answer.log)}`,
      );
    }
  }
  const rows = [...table].map(([name, { right, wrong }]) => `${name}: ${right} right, ${wrong} wrong`);
  assert.equal(misses.length, 0, [...rows, "", ...misses.slice(0, 20)].join("\n"));
}

const all = path.join(process.cwd(), "../shared/vectors/crashkernel.jsonl");
const subset = path.join(process.cwd(), "test/crashkernel/vectors.subset.jsonl");

test("agrees with the kernels' own parsers in every recorded case", (t) => {
  if (!existsSync(all)) return t.skip("../shared/vectors is not here: only the stored subset is judged");
  const vectors = read(all);
  assert.ok(vectors.length >= 18_286, `only ${vectors.length} cases`);
  judge(vectors);
});

test("agrees with the kernels' own parsers in the stored subset", () => {
  const vectors = read(subset);
  assert.ok(vectors.length > 1000, `only ${vectors.length} cases`);
  judge(vectors);
});
