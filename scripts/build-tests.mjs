// test/**/*.test.ts → build/test/**/*.test.js (Node 20 strips no types). With words as arguments only the files
// whose path contains one of them, so that one room can be tested while another does not compile.
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { filesBelow, project, shared } from "./embed.mjs";

const words = process.argv.slice(2);
const tests = filesBelow(path.join(project, "test")).filter((name) => name.endsWith(".test.ts"));
const wanted = tests.filter((name) => words.length === 0 || words.some((word) => name.includes(word)));
const outdir = path.join(project, "build", "test");

if (wanted.length > 0)
  await build({
    ...shared(),
    entryPoints: wanted.map((name) => `test/${name}`),
    outbase: "test",
    outdir,
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    splitting: false,
  }).catch(() => process.exit(1)); // esbuild has said why

// tests that were renamed or removed must not go on running
const fresh = new Set(tests.map((name) => name.replace(/\.ts$/, ".js")));
for (const name of existsSync(outdir) ? filesBelow(outdir) : [])
  if (!fresh.has(name)) rmSync(path.join(outdir, name));
console.log(`build/test: ${wanted.length} of ${tests.length} test files`);
