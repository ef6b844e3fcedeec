import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

/** A directory of the test's own, gone when it has ended. */
export function temporaryDirectory(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), "kdump-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Writes files below `dir`, with the directories they need. */
export function plant(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const at = path.join(dir, name);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, text, "latin1");
  }
}
