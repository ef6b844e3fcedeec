import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What was read and found right once, kept under test/golden/. KDUMP_TEST_GOLDEN=write writes it anew, to be read again. */
export function assertGolden(name: string, text: string): void {
  const file = path.resolve("test/golden", name);
  if (process.env.KDUMP_TEST_GOLDEN === "write") {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(
    existsSync(file),
    `there is no ${name} under test/golden: look at what it should be, and write it with KDUMP_TEST_GOLDEN=write`,
  );
  assert.equal(text, readFileSync(file, "utf8"), name);
}
