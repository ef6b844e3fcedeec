import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { overlayRoot, WITH_BLS, withoutRoot } from "../support/roots.js";
import { ask } from "./job.js";

/** Releases that differ from another in their name alone, on the root of that other one. */

const plain = (id: string) => id.replace(/[-.]/g, "");

for (const root of WITH_BLS) {
  const named = embeddedProfiles().filter(({ id }) => {
    const { like }: { like?: string } = JSON.parse(readFileSync(`distros/${id}.json`, "utf8"));
    return like !== undefined && plain(like) === root && !existsSync(`scripts/roots/${plain(id)}.sh`);
  });
  const ids = named.map(({ id }) => id);
  if (ids.length === 0) continue;
  test(`on the root of ${root}, ${ids.join(", ")} are recognised by their names, and every entry is reached`, {
    skip: withoutRoot(root),
  }, async (t) => {
    const at = await overlayRoot(t, root);
    for (const id of ids) await underItsName(at, id);
  });
}

async function underItsName(root: string, id: string): Promise<void> {
  const [, distro = "", release = ""] = /^(.*)-([^-]*)$/.exec(id) ?? [];
  writeFileSync(`${root}/usr/lib/os-release`, `ID="${distro}"\nVERSION_ID="${release}.9"\n`);
  const { code, json, stderr } = await ask(root, ["--crashkernel", "512M", "--dry-run"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual([json.host.distro, json.result], [id, "planned"]);
  const paths = json.files.map(({ path }: { path: string }) => path);
  assert.ok(
    paths.some((path: string) => /^\/boot\/(loader\/entries\/|grub2\/grubenv)/.test(path)),
    paths.join(),
  );
}
