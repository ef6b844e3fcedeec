/** What came of the last crash on purpose, in a sentence or two. */
import type { Proof } from "../facts/proof.js";
import { type Output, printable } from "./output.js";

export interface ShownTest {
  readonly startedAt: string;
  readonly kernel: string;
}

/** `test` is null where its record cannot be read. */
function proofText(test: ShownTest | null, proof: Proof): string {
  const when = test === null ? "" : ` of ${test.startedAt.slice(0, 10)}`;
  const kernel = test === null ? "" : ` with kernel ${test.kernel}`;
  switch (proof.state) {
    case "proved": {
      const date = (proof.crashedAt ?? test?.startedAt ?? "").slice(0, 10);
      const proved = `proved on ${date}${kernel}: ${proof.dump} was saved`;
      return proof.changed.length === 0
        ? proved
        : `${proved}. No proof any more: ${proof.changed.join(", ")}`;
    }
    case "pending":
      return `the crash test${when}${kernel} was started, and the machine has not been booted since`;
    case "incomplete":
      return `NOT PROVED: after the crash test${when}${kernel} only an incomplete dump was saved, ${proof.dump}`;
    case "no-dump":
      return `NOT PROVED: after the crash test${when}${kernel} no dump was saved`;
    case "unknown":
      return `what came of the crash test${when} cannot be told: ${proof.why}`;
    default:
      return proof satisfies never;
  }
}

export function showProof(output: Output, test: ShownTest | null, proof: Proof): void {
  const { style } = output;
  const holds = proof.state === "proved" && proof.changed.length === 0;
  const failed = proof.state === "no-dump" || proof.state === "incomplete";
  const colour = holds ? style.green : failed ? style.red : style.yellow;
  output.result(colour(printable(`Crash test: ${proofText(test, proof)}.`).replace(/\n/g, " ")));
}
