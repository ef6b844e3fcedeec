import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

/** The building code: what a room may import and touch. */

const FILES = below("src").map((name) => ({
  name: path.relative("src", name),
  text: readFileSync(name, "utf8"),
}));

function below(dir: string): readonly string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(dir, entry.name);
    if (entry.isDirectory()) return below(at);
    return at.endsWith(".ts") && !at.endsWith(".d.ts") ? [at] : [];
  });
}

/** Rooms each room may import, itself aside. Values only go where a type goes as well. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  crashkernel: [],
  sizing: ["crashkernel"],
  edit: [],
  bootconfig: ["diff"],
  machine: [],
  distro: [],
  // what is read of a kernel image and of a package's numbers is understood where it is reckoned with
  facts: ["machine", "distro", "edit", "bootconfig", "sizing"],
  plan: ["apply", "bootconfig", "distro", "edit"],
  audit: ["bootconfig", "crashkernel", "edit", "plan", "sizing"],
  diff: [],
  verify: ["apply", "bootconfig", "machine"],
  // the links of a unit are put back by looking at what links there are: facts/unit.ts
  apply: ["machine", "distro", "facts"],
  ui: ["apply", "audit", "crashkernel", "diff", "distro", "machine", "plan"],
  commands: [
    "apply",
    "audit",
    "bootconfig",
    "crashkernel",
    "diff",
    "distro",
    "edit",
    "facts",
    "machine",
    "plan",
    "sizing",
    "ui",
    "verify",
  ],
};
/** Rooms that take values and return values. */
const PURE = ["crashkernel", "sizing", "edit", "bootconfig", "plan", "audit", "diff", "verify", "distro"];
/** The one room in which each dependency is imported. */
const DEPENDENCY: Readonly<Record<string, string>> = {
  yargs: "commands",
  diff: "diff",
  execa: "machine",
  prompts: "ui",
  semver: "crashkernel",
  yaml: "audit",
};

function importsOf(text: string): readonly { readonly from: string; readonly typeOnly: boolean }[] {
  const statics = [...text.matchAll(/^(?:import|export)( type)?[^;]*?from "([^"]+)"/gms)].map((m) => ({
    from: m[2] ?? "",
    typeOnly: m[1] !== undefined,
  }));
  const lazy = [...text.matchAll(/import\("([^"]+)"\)/g)].map((m) => ({ from: m[1] ?? "", typeOnly: false }));
  return [...statics, ...lazy];
}

const roomOf = (name: string) => (name.includes("/") ? (name.split("/")[0] ?? "") : "");

test("every room imports only what the plan of the house allows", () => {
  const wrong: string[] = [];
  for (const { name, text } of FILES) {
    const room = roomOf(name);
    if (room === "") continue;
    for (const { from, typeOnly } of importsOf(text)) {
      if (!from.startsWith(".")) continue;
      const other = roomOf(path.join(path.dirname(name), from));
      if (other === "" || other === room || (MAY_IMPORT[room] ?? []).includes(other)) continue;
      if (!typeOnly) wrong.push(`${name} imports ${from}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    Object.keys(MAY_IMPORT).sort(),
    [...new Set(FILES.map((f) => roomOf(f.name)).filter((r) => r !== ""))].sort(),
  );
});

test("rooms that think touch neither files nor processes nor the terminal", () => {
  const effects = /from "node:(?!path|buffer)|process\.|console\.|Date\.now|new Date\(\)|Math\.random/;
  const wrong = FILES.filter(({ name, text }) => PURE.includes(roomOf(name)) && effects.test(text)).map(
    ({ name }) => name,
  );
  assert.deepEqual(wrong, []);
});

test("each dependency is imported in one room", () => {
  const seen = new Map<string, Set<string>>();
  for (const { name, text } of FILES) {
    for (const { from } of importsOf(text)) {
      if (from.startsWith(".") || from.startsWith("node:") || from.startsWith("virtual:")) continue;
      const dependency = from.split("/")[0] ?? "";
      seen.set(dependency, (seen.get(dependency) ?? new Set()).add(roomOf(name)));
    }
  }
  const found = Object.fromEntries(
    [...seen].map(([dependency, rooms]) => [dependency, [...rooms].join(" ")]),
  );
  assert.deepEqual(found, DEPENDENCY);
  const manifest: { dependencies: Record<string, string> } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.deepEqual(Object.keys(manifest.dependencies).sort(), Object.keys(DEPENDENCY).sort());
});

test("no distribution is named in src: they are data", () => {
  const names =
    /\b(debian|ubuntu|centos|red ?hat|rhel|fedora|rocky|alma(linux)?|oracle linux|suse|opensuse|sles|amazon linux|arch linux)\b/i;
  const wrong = FILES.flatMap(({ name, text }) =>
    text.split("\n").flatMap((line, at) => (names.test(line) ? [`${name}:${at + 1}: ${line.trim()}`] : [])),
  );
  assert.deepEqual(wrong, []);
});

test("only the entry decides how the process ends", () => {
  const wrong = FILES.filter(
    ({ name, text }) => name !== "cli.ts" && /process\.exit(Code)?\b/.test(text),
  ).map(({ name }) => name);
  assert.deepEqual(wrong, []);
});

test("nothing is typed any, asserted away or left for later", () => {
  const lazy = /\bas any\b|: any\b|<any>|as unknown as|@ts-|\bTODO\b|\bFIXME\b|\bXXX\b/;
  const wrong = FILES.flatMap(({ name, text }) =>
    text.split("\n").flatMap((line, at) => (lazy.test(line) ? [`${name}:${at + 1}: ${line.trim()}`] : [])),
  );
  assert.deepEqual(wrong, []);
});
