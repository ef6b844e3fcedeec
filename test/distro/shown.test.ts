import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { RELEASES } from "../support/releases.js";
import { shownHow, shownTable } from "../support/shown.js";

const TABLE = /^\| release \| run for real [^\n]*\n(?:\|[^\n]*\n)+/m;

test("README's table of releases says of each profile what there is to show it on", () => {
  const readme = readFileSync("README.md", "utf8");
  const table = `${shownTable(embeddedProfiles())}\n`;
  const [standing] = TABLE.exec(readme) ?? assert.fail("README has no table of releases");
  if (process.env.KDUMP_TEST_GOLDEN === "write")
    writeFileSync(
      "README.md",
      readme.replace(TABLE, () => table),
    );
  else assert.equal(standing, table, "write it anew with KDUMP_TEST_GOLDEN=write");
});

test("every release that is dressed has a profile, files to dress it with and a golden, and every profile is in one column", () => {
  const ids = embeddedProfiles().map(({ id }) => id);
  const dressed = Object.keys(RELEASES).sort();
  for (const id of dressed) assert.ok(ids.includes(id), `${id} has no profile`);
  const folders = readdirSync("test/support/releases").filter((name) => !name.endsWith(".sh"));
  assert.deepEqual(folders.sort(), dressed);
  assert.deepEqual(
    readdirSync("test/golden/releases").sort(),
    [...dressed, ...["centos-7", "ubuntu-22.04"]].sort().map((id) => `${id}.txt`),
  );
  const how = new Map(embeddedProfiles().map((profile) => [profile.id, shownHow(profile)]));
  assert.deepEqual(
    [how.get("debian-12"), how.get("ubuntu-22.04"), how.get("ubuntu-25.04")],
    ["real", "recorded", "documents"],
  );
});
