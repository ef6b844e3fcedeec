// What both builds share: the two virtual modules (see src/virtual.d.ts) and the version.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Directory with package.json. */
export const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Every file below `dir` as a path relative to it, sorted; [] where there is no such directory. */
export function filesBelow(dir, prefix = "") {
  if (!existsSync(path.join(dir, prefix))) return [];
  return readdirSync(path.join(dir, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const name = path.posix.join(prefix, entry.name);
      return entry.isDirectory() ? filesBelow(dir, name) : [name];
    })
    .sort();
}

/** `_schema.json` documents the form of the files beside it and is none of them. */
const isData = (name) => name.endsWith(".json") && !name.startsWith("_");

/** Module name → [directory, which of its files]. */
const VIRTUAL = {
  "virtual:distros": ["distros", isData],
  "virtual:policies": ["policies", isData],
  "virtual:templates": ["templates", () => true],
};

/** esbuild plugin: the texts of distros/*.json and templates/** as modules, so that the bundle is one file. */
const embed = {
  name: "embed",
  setup(build) {
    build.onResolve({ filter: /^virtual:/ }, ({ path: name }) =>
      name in VIRTUAL ? { path: name, namespace: "embed" } : { errors: [{ text: `no module ${name}` }] },
    );
    build.onLoad({ filter: /.*/, namespace: "embed" }, ({ path: name }) => {
      const [folder, wanted] = VIRTUAL[name];
      const dir = path.join(project, folder);
      const names = filesBelow(dir).filter(wanted);
      const texts = Object.fromEntries(
        names.map((file) => [file, readFileSync(path.join(dir, file), "utf8")]),
      );
      return {
        contents: JSON.stringify(texts),
        loader: "json",
        watchFiles: names.map((f) => path.join(dir, f)),
      };
    });
  },
};

/** Options both builds start from. */
export function shared() {
  const { version } = JSON.parse(readFileSync(path.join(project, "package.json"), "utf8"));
  return {
    absWorkingDir: project,
    bundle: true,
    platform: "node",
    plugins: [embed],
    define: { KDUMP_SETUP_VERSION: JSON.stringify(version) },
    logLevel: "warning",
  };
}
