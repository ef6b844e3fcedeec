import assert from "node:assert/strict";
import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { diffSnapshots, must, overlayRoot, snapshot, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, content, edit, NEAR, tool, wrapGenerator } from "./job.js";

/** When putting back fails too, and when the last of the steps fails. */

const skip = withoutRoot("debian12");
const SET = ["--crashkernel", "256M", "--yes"] as const;
const KDUMP_CFG = "/etc/default/grub.d/kdump-tools.cfg";

test("a systemctl that fails after the new configuration stands: exit 5, and all of it is put back", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  await must(["chroot", root, "systemctl", "--root=/", "disable", "kdump-tools.service"]);
  const real = `${root}/usr/bin/systemctl`;
  renameSync(real, `${real}.real`);
  writeFileSync(real, "#!/bin/sh\necho 'Failed to enable unit: no bus' >&2\nexit 1\n");
  chmodSync(real, 0o755);
  const before = await snapshot(root, NEAR);
  const { code, json, stderr } = await ask(root, SET);
  assert.equal(code, 5, stderr);
  assert.match(json.error.message, /systemctl --root=\/ enable kdump-tools\.service: ended with 1/);
  assert.match(stderr, /Failed to enable unit: no bus/);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
});

test("the service cannot be enabled half-way: what systemctl did before it failed is taken back", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  await must(["chroot", root, "systemctl", "--root=/", "disable", "kdump-tools.service"]);
  const real = `${root}/usr/bin/systemctl`;
  renameSync(real, `${real}.real`);
  writeFileSync(real, '#!/bin/sh\n"$0.real" "$@"\nexit 1\n');
  chmodSync(real, 0o755);
  const before = await snapshot(root, NEAR);
  assert.equal((await tool(root, SET)).code, 5);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
});

test("undo fails too: exit 6, the last lines name the file and its copy, and rollback mends it later", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  // the generator's disk trouble turns /etc/default read-only, as the kernel does after an error
  await must(["mount", "--bind", `${root}/etc/default`, `${root}/etc/default`]);
  wrapGenerator(root, "mount -o remount,ro,bind /etc/default; exit 1");
  const original = content(root, KDUMP_CFG);
  const before = await snapshot(root, NEAR);
  const ran = await tool(root, SET);
  assert.equal(ran.code, 6, ran.stderr);
  const [last = ""] = ran.stderr.trimEnd().split("\n").slice(-1);
  assert.match(ran.stderr, /Not everything could be put back:\n[\s\S]*$/);
  assert.match(last, /^ {2}\/etc\/default\/grub\.d\/kdump-tools\.cfg: .*read-only/);
  const copy = /what it was is in (\S+)$/.exec(last)?.[1] ?? "";
  assert.equal(readFileSync(root + copy, "latin1"), original, "the copy that is named holds what it was");
  assert.match(content(root, KDUMP_CFG), /256M/);
  assert.match((await tool(root, ["history"])).stdout, /not everything put back/);

  await must(["mount", "-o", "remount,rw,bind", `${root}/etc/default`]);
  wrapGenerator(root, "real");
  const back = await tool(root, ["rollback", "--yes"]);
  assert.equal(back.code, 0, back.stderr);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
});

test("JSON of a run that is stuck names every file and its copy", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  edit(root, "/etc/default/kdump-tools", "USE_KDUMP=1", "USE_KDUMP=0");
  await must(["mount", "--bind", `${root}/etc/default`, `${root}/etc/default`]);
  await must(["chroot", root, "systemctl", "--root=/", "disable", "kdump-tools.service"]);
  const real = `${root}/usr/bin/systemctl`;
  renameSync(real, `${real}.real`);
  writeFileSync(real, "#!/bin/sh\nmount -o remount,ro,bind /etc/default\nexit 1\n");
  chmodSync(real, 0o755);
  const { code, json } = await ask(root, SET);
  assert.equal(code, 6);
  assert.equal(json.result, "stuck");
  assert.equal(json.changed, true);
  const named = json.notUndone.map((one: { what: string }) => one.what).sort();
  assert.deepEqual(named, [KDUMP_CFG, "/etc/default/kdump-tools"]);
  for (const one of json.notUndone) assert.match(content(root, one.backup), /\S/);
  // what could be put back was: the configuration fits the sources as they were
  await assertBoots(root, ["crashkernel=384M-:128M"], { normal: 3 });
});

test("the journal's own disk goes away in the middle: the tree is what it was", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  await must(["mkdir", "-p", "-m", "700", `${root}/var/lib/kdump-setup`]);
  await must(["mount", "--bind", `${root}/var/lib/kdump-setup`, `${root}/var/lib/kdump-setup`]);
  wrapGenerator(root, "mount -o remount,ro,bind /var/lib/kdump-setup; real");
  const before = await snapshot(root, NEAR);
  const { code, stderr, json } = await ask(root, SET);
  assert.equal(code, 5, stderr);
  assert.match(json.warnings.join("\n"), /journal entry .* could not be closed/);
  assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
});
