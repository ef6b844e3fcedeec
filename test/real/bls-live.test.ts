import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { diffSnapshots, snapshot, withoutRoot } from "../support/roots.js";
import { content, onFileSystem } from "./job.js";
import { live, liveRoot, withoutLive } from "./live.js";

const ENTRIES = "/boot/loader/entries";
const BOOT_AND_ETC = { only: ["boot", "etc"], ignore: ["boot/lost+found", "etc/mtab"] };

for (const name of ["rhel8", "rhel9"] as const)
  test(`${name}, running, with a /boot of its own: entries and grubenv reach the disk, and rollback brings them back`, {
    skip: withoutLive() || withoutRoot(name),
  }, async (t) => {
    const root = await liveRoot(t, name);
    if (root === null) return;
    await onFileSystem(t, `${root}/boot`, "ext4", 64);
    const before = await snapshot(root, BOOT_AND_ETC);
    const ran = await live(root, "kdump-setup --crashkernel 512M --yes --format json");
    assert.equal(ran.code, 0, ran.stderr);
    const json = JSON.parse(ran.stdout);
    assert.equal(json.result, "applied");
    // a file system that could not be frozen for a moment is warned of
    assert.ok(!json.warnings.some((text: string) => /frozen/.test(text)), json.warnings.join("\n"));
    const changed = json.files.map((file: { path: string }) => file.path);
    const wanted = readdirSync(root + ENTRIES).filter((file) => !file.includes("rescue"));
    const places = name === "rhel8" ? ["/boot/grub2/grubenv"] : wanted.map((file) => `${ENTRIES}/${file}`);
    for (const place of places) {
      assert.ok(changed.includes(place), changed.join("\n"));
      assert.match(content(root, place), / crashkernel=512M /);
    }
    const back = await live(root, "kdump-setup rollback --yes");
    assert.equal(back.code, 0, back.stderr);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, BOOT_AND_ETC)), []);
  });
