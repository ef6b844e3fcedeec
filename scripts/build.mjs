// src/cli.ts and everything it needs → dist/kdump-setup.cjs: one file for Node 16 to 24.
// CommonJS, because only there does one file keep `import()` lazy (esbuild splits ESM into several files).
import { chmodSync, mkdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { project, shared } from "./embed.mjs";

const out = path.join(project, "dist", "kdump-setup.cjs");
// A test that runs the bundle while another builds it must see the old or the new one, never half of one.
const half = path.join(project, "dist", `.kdump-setup.${process.pid}.cjs`);
mkdirSync(path.dirname(out), { recursive: true });
await build({
  ...shared(),
  entryPoints: ["src/cli.ts"],
  outfile: half,
  format: "cjs",
  target: "node16",
  minify: true,
  legalComments: "eof",
  // prompts ships itself twice, for Node 6 and for newer; its index.js would pull in both
  alias: { prompts: "prompts/lib/index.js" },
  banner: { js: "#!/usr/bin/env node" },
}).catch(() => process.exit(1)); // esbuild has said why
chmodSync(half, 0o755);
renameSync(half, out);
console.log(`dist/kdump-setup.cjs: ${Math.round(statSync(out).size / 1024)} KiB`);
