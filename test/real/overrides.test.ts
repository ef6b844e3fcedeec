import assert from "node:assert/strict";
import { existsSync, unlinkSync } from "node:fs";
import { test } from "node:test";
import { diffSnapshots, inside, overlayRoot, snapshot, withoutRoot } from "../support/roots.js";
import { plant } from "../support/temporary.js";
import {
  ask,
  assertBoots,
  content,
  edit,
  entries,
  GRUB2_CFG,
  NEAR,
  quickInitramfs,
  shellSays,
  tool,
} from "./job.js";

/** The value that boots is what counts, not the line that was edited. */

const DEFAULTS = "/etc/default/grub";
const KDUMP_CFG = "/etc/default/grub.d/kdump-tools.cfg";
const LINE = 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"';
const skip = withoutRoot("debian12");
const SET = ["--crashkernel", "256M", "--yes"] as const;

test("256M in /etc/default/grub does not boot while kdump-tools.cfg comes after it: one value is left", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  edit(root, DEFAULTS, LINE, 'GRUB_CMDLINE_LINUX_DEFAULT="quiet crashkernel=256M"');
  assert.equal(await shellSays(root), "quiet crashkernel=256M crashkernel=384M-:128M");
  const { code, json, stderr } = await ask(root, SET);
  assert.equal(code, 0, stderr);
  assert.deepEqual(json.files.map((file: { path: string }) => file.path).sort(), [
    KDUMP_CFG,
    "/etc/default/kdump-tools",
  ]);
  assert.equal(await shellSays(root), "quiet crashkernel=256M");
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
  assert.equal(content(root, KDUMP_CFG), 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT"\n');

  // asked for another size, the line the package and its documents know is not revived
  assert.equal((await tool(root, ["--crashkernel", "320M", "--yes"])).code, 0);
  assert.equal(await shellSays(root), "quiet crashkernel=320M");
  await assertBoots(root, ["crashkernel=320M"], { normal: 3 });
});

test("a cloud image's drop-in before kdump-tools.cfg replaces the variable: one value boots", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  plant(root, {
    "etc/default/grub.d/50-cloud.cfg": 'GRUB_CMDLINE_LINUX_DEFAULT="console=ttyS0 crashkernel=1G"\n',
  });
  assert.equal((await tool(root, SET)).code, 0);
  assert.equal(await shellSays(root), "console=ttyS0 crashkernel=256M");
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
  assert.match(content(root, DEFAULTS), /^GRUB_CMDLINE_LINUX_DEFAULT="quiet"$/m);
});

test("a drop-in after kdump-tools.cfg replaces the variable: that is the file to edit, and --disable clears both", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const last = "/etc/default/grub.d/zz-cloud.cfg";
  plant(root, { [last]: 'GRUB_CMDLINE_LINUX_DEFAULT="console=ttyS0" # as the cloud wants it\n' });
  const before = content(root, KDUMP_CFG);
  assert.equal((await tool(root, SET)).code, 0);
  assert.equal(
    content(root, last),
    'GRUB_CMDLINE_LINUX_DEFAULT="console=ttyS0 crashkernel=256M" # as the cloud wants it\n',
  );
  assert.equal(content(root, KDUMP_CFG), before, "it does not reach an entry, so it is left alone");
  assert.equal(await shellSays(root), "console=ttyS0 crashkernel=256M");
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });

  assert.equal((await tool(root, ["--disable", "--yes"])).code, 0);
  assert.doesNotMatch(
    content(root, last) + content(root, KDUMP_CFG) + content(root, DEFAULTS),
    /crashkernel/,
  );
  await assertBoots(root, [], { normal: 3 });
});

test("several crashkernel= in several variables become one, and comments stay what they were", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const comments = '#GRUB_CMDLINE_LINUX="crashkernel=9G"\n# crashkernel=8G stood here once\n';
  edit(
    root,
    DEFAULTS,
    /^GRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX=""$/m,
    `${comments}GRUB_CMDLINE_LINUX_DEFAULT='crashkernel=1G,high quiet crashkernel=128M,low'\nGRUB_CMDLINE_LINUX="crashkernel=2G a=b crashkernel=3G@16M"`,
  );
  assert.equal((await tool(root, SET)).code, 0);
  assert.equal(await shellSays(root), "a=b quiet crashkernel=256M");
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
  assert.ok(content(root, DEFAULTS).includes(comments));
  for (const entry of entries(root).filter((one) => one.recovery)) assert.deepEqual(entry.crashkernel, []);
});

test("foo.crashkernel= before ours is warned about; after ours it is what counts, and that is refused", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  edit(root, DEFAULTS, LINE, 'GRUB_CMDLINE_LINUX_DEFAULT="quiet foo.crashkernel=1G"');
  const warned = await ask(root, [...SET, "--dry-run"]);
  assert.equal(warned.code, 0, warned.stderr);
  assert.match(warned.json.warnings.join("\n"), /\/etc\/default\/grub:9.*foo\.crashkernel=1G.*before ours/);

  plant(root, {
    "etc/default/grub.d/zz.cfg":
      'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT foo.crashkernel=2G"\n',
  });
  const before = await snapshot(root, { ...NEAR, times: true });
  const refused = await ask(root, SET);
  assert.equal(refused.code, 3);
  assert.equal(refused.json.result, "refused");
  assert.match(refused.stderr, /zz\.cfg:1.*foo\.crashkernel=2G/);
  assert.equal((await tool(root, [...SET, "--force"])).code, 3, "--force goes past no refusal");
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);
});

test("without kdump-tools.cfg the word is appended to the variable of normal entries", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  unlinkSync(root + KDUMP_CFG);
  assert.equal((await tool(root, SET)).code, 0);
  assert.match(content(root, DEFAULTS), /^GRUB_CMDLINE_LINUX_DEFAULT="quiet crashkernel=256M"$/m);
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
  for (const entry of entries(root).filter((one) => one.recovery)) assert.deepEqual(entry.crashkernel, []);
});

test("CentOS 7 reads no drop-ins: one that is there changes nothing and is not touched", {
  skip: withoutRoot("centos7"),
}, async (t) => {
  const root = await overlayRoot(t, "centos7");
  const dropIn = 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX crashkernel=1G"\n';
  plant(root, { "etc/default/grub.d/zz.cfg": dropIn });
  const { code, json, stderr } = await ask(root, SET);
  assert.equal(code, 0, stderr);
  assert.ok(!JSON.stringify(json.files).includes("grub.d"));
  assert.equal(content(root, "/etc/default/grub.d/zz.cfg"), dropIn);
  assert.equal(await shellSays(root, "bash", false), "crashkernel=256M rd.lvm.lv=cl/root rhgb quiet");
  await assertBoots(root, ["crashkernel=256M"], {
    normal: 2,
    config: GRUB2_CFG,
    check: "grub2-script-check",
  });
});

test("an upgrade of kdump-tools keeps our value; its removal leaves it behind, and --disable takes it out", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  quickInitramfs(root);
  assert.equal((await tool(root, SET)).code, 0);
  const again = await inside(root, ["sh", "-c", "unshare --net dpkg -i /var/local/repo/kdump-tools_*.deb"]);
  assert.equal(again.code, 0, again.stderr);
  await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
  assert.equal((await ask(root, SET)).json.result, "unchanged");

  const removed = await inside(root, ["unshare", "--net", "apt-get", "-y", "-q", "remove", "kdump-tools"]);
  assert.equal(removed.code, 0, removed.stderr);
  assert.ok(existsSync(root + KDUMP_CFG), "a conffile stays");
  assert.equal(await shellSays(root), "quiet crashkernel=256M", "and so does the reservation");

  const { code, json, stderr } = await ask(root, ["--disable", "--yes"]);
  assert.equal(code, 0, stderr);
  assert.equal(json.result, "applied");
  assert.equal(await shellSays(root), "quiet");
  await assertBoots(root, [], { normal: 3 });
});
