import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { diffSnapshots, inside, overlayRoot, snapshot, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, content, edit, entries, NEAR, tool } from "./job.js";

/** Taking back what an earlier run changed, in a world that has moved on. */

const skip = withoutRoot("debian12");
const KDUMP_CFG = "/etc/default/grub.d/kdump-tools.cfg";
const set = (size: string) => ["--crashkernel", size, "--yes"];

test("somebody edited the file since: exit 4, the difference is shown, nothing is changed", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  assert.equal((await tool(root, set("256M"))).code, 0);
  appendFileSync(root + KDUMP_CFG, "# by hand\n");
  const before = await snapshot(root, { ...NEAR, times: true });
  const text = await tool(root, ["rollback", "--yes"]);
  assert.equal(text.code, 4, text.stderr);
  assert.match(text.stderr, /somebody else changed/);
  assert.match(text.stderr, /^\+# by hand$/m);
  const { code, json } = await ask(root, ["rollback", "--yes"]);
  assert.deepEqual([code, json.result, json.changed], [4, "refused", false]);
  assert.equal(json.conflicts[0].path, KDUMP_CFG);
  assert.match(json.conflicts[0].diff, /^\+# by hand$/m);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);
});

test("two rollbacks take back two runs, the newer first", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const pictures = [await snapshot(root, NEAR)];
  assert.equal((await tool(root, set("256M"))).code, 0);
  pictures.push(await snapshot(root, NEAR));
  assert.equal((await tool(root, set("320M"))).code, 0);
  for (const picture of pictures.reverse()) {
    assert.equal((await tool(root, ["rollback", "--yes"])).code, 0);
    assert.deepEqual(diffSnapshots(picture, await snapshot(root, NEAR)), []);
  }
  const none = await tool(root, ["rollback", "--yes"]);
  assert.equal(none.code, 3);
  assert.match(none.stderr, /no run to take back/);
});

test("rollback ID takes back that run; an older one whose file a newer run changed is a conflict", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const before = await snapshot(root, NEAR);
  const first = (await ask(root, set("256M"))).json.journal;
  const second = (await ask(root, set("320M"))).json.journal;
  const conflict = await tool(root, ["rollback", first, "--yes"]);
  assert.equal(conflict.code, 4, conflict.stderr);
  assert.match(conflict.stderr, /^-.*256M"$/m);
  assert.match(conflict.stderr, /^\+.*320M"$/m);
  for (const id of [second, first]) {
    const back = await ask(root, ["rollback", id, "--yes"]);
    assert.deepEqual([back.code, back.json.takesBack], [0, id], back.stderr);
  }
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  assert.equal((await tool(root, ["rollback", first, "--yes"])).code, 3, "taken back already");
  assert.equal((await tool(root, ["rollback", "20200101T000000Z-0000", "--yes"])).code, 2);
  assert.equal((await tool(root, ["rollback", "../../../etc", "--yes"])).code, 2);
});

for (const how of ["its package's hook had the menu generated", "the menu still names it"]) {
  test(`a kernel was removed since, and ${how}: after rollback no entry names it`, { skip }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    assert.equal((await tool(root, set("256M"))).code, 0);
    for (const name of readdirSync(`${root}/boot`).filter((one) => one.endsWith("-6.1.0-1-amd64")))
      rmSync(`${root}/boot/${name}`);
    if (how.startsWith("its")) assert.equal((await inside(root, ["update-grub"])).code, 0);
    const back = await tool(root, ["rollback", "--yes"]);
    assert.equal(back.code, 0, back.stderr);
    await assertBoots(root, ["crashkernel=384M-:128M"], { normal: 2 });
    assert.doesNotMatch(JSON.stringify(entries(root)), /6\.1\.0-1-amd64/);
  });
}

test("--no-regenerate takes the sources back and says what is left to do", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  assert.equal((await tool(root, set("256M"))).code, 0);
  const menu = content(root, "/boot/grub/grub.cfg");
  const { code, json } = await ask(root, ["rollback", "--yes", "--no-regenerate"]);
  assert.equal(code, 0);
  assert.match(json.warnings.join("\n"), /left as it is/);
  assert.equal(content(root, "/boot/grub/grub.cfg"), menu);
  assert.match(content(root, KDUMP_CFG), /384M-:128M/);
});

test("a copy in the journal that is damaged is not put back: refused, and it is named", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const id = (await ask(root, set("256M"))).json.journal;
  const copy = `/var/lib/kdump-setup/${id}/0.before`;
  edit(root, copy, "384M", "999M");
  const before = await snapshot(root, NEAR);
  const back = await tool(root, ["rollback", "--yes"]);
  assert.notEqual(back.code, 0);
  assert.match(back.stderr, new RegExp(`${copy} is missing or damaged`));
  assert.doesNotMatch(back.stderr, /\n\s+at /);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
});

test("a record that is no JSON is listed by history as damaged, and nothing is guessed", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const id = (await ask(root, set("256M"))).json.journal;
  const record = `${root}/var/lib/kdump-setup/${id}/record.json`;
  writeFileSync(record, readFileSync(record, "utf8").slice(0, 300));
  const listed = await ask(root, ["history"]);
  assert.deepEqual([listed.code, listed.json.damaged[0].id], [0, id]);
  const back = await tool(root, ["rollback", id, "--yes"]);
  assert.equal(back.code, 3);
  assert.match(back.stderr, /cannot be read/);
  // without an ID there must be no silent step over it to an older run
  assert.match((await tool(root, ["rollback", "--yes"])).stderr, new RegExp(id));
});
