import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What was read and found good once, kept under test/golden/. With UPDATE_GOLDEN=1 it is written anew, to be read again. */
export function assertGolden(name: string, text: string): void {
  const file = path.resolve("test/golden", name);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(
    existsSync(file),
    `there is no ${name} under test/golden: look at what it should be, and write it with UPDATE_GOLDEN=1`,
  );
  assert.equal(text, readFileSync(file, "utf8"), name);
}
