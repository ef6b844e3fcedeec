import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { inside, must, overlayRoot, withoutBundle, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, content, quickInitramfs } from "./job.js";

/** What becomes of a value of ours when its package is reconfigured, installed again or upgraded: with real dpkg and ucf. */

const DROP_IN = "/etc/default/grub.d/kdump-tools.cfg";
const SETTINGS = "/etc/default/kdump-tools";
const skip = withoutRoot("debian12") || withoutRoot("debian12-bare") || withoutBundle;
const NO_NETWORK = ["unshare", "--net", "chroot"] as const;

interface Packaged {
  readonly root: string;
  /** the package as it is installed, inside the root */
  readonly same: string;
  /** the next version: another default in its drop-in and in its settings */
  readonly next: string;
}

async function packaged(t: TestContext): Promise<Packaged> {
  const [root, bare] = [await overlayRoot(t, "debian12"), await overlayRoot(t, "debian12-bare")];
  quickInitramfs(root);
  const repository = `${bare}/var/local/repo`;
  const deb = readdirSync(repository).find((name) => name.startsWith("kdump-tools_")) ?? "";
  const script = `
    cp "$1" "$2/root/same.deb"; dpkg-deb -R "$1" "$2/root/next"; cd "$2/root/next"
    sed -i 's/^Version: .*/&+next1/' DEBIAN/control
    sed -i 's/384M-:128M/512M-:192M/' etc/default/grub.d/kdump-tools.cfg
    echo '# a line that the next version brings' >>usr/share/kdump-tools/kdump-tools.conf
    cd ..; dpkg-deb -b next next.deb; rm -r next`;
  await must(["sh", "-ec", script, "sh", `${repository}/${deb}`, root]);
  return { root, same: "/root/same.deb", next: "/root/next.deb" };
}

/** As an unattended upgrade runs it: nobody answers. */
const dpkg = (root: string, ...args: readonly string[]) =>
  must([...NO_NETWORK, root, "env", "DEBIAN_FRONTEND=noninteractive", "dpkg", ...args]);
const KEEP = ["--force-confdef", "--force-confold"];

const overrideOf = async (root: string) => {
  const { json } = await ask(root, ["--check"]);
  return json.checks.find((one: { id: string }) => one.id === "boot.override");
};

test("a value of ours survives reconfiguring, installing again and upgrading kdump-tools, with no question asked", {
  skip,
}, async (t) => {
  const { root, same, next } = await packaged(t);
  const set = await ask(root, ["--crashkernel", "300M", "--yes"]);
  assert.equal(set.code, 0, set.stderr);
  assert.ok(
    set.json.crashkernel.why.some((why: string) =>
      /belongs to kdump-tools: an upgrade .* keeps this/.test(why),
    ),
    JSON.stringify(set.json.crashkernel.why),
  );
  const ours = [content(root, DROP_IN), content(root, SETTINGS)];
  assert.match(ours[0] ?? "", /crashkernel=300M/);
  assert.match(ours[1] ?? "", /panic=10/);

  const reconfigured = await inside(root, ["dpkg-reconfigure", "-f", "noninteractive", "kdump-tools"]);
  assert.equal(reconfigured.code, 0, reconfigured.stderr);
  await dpkg(root, "-i", same);
  assert.deepEqual([content(root, DROP_IN), content(root, SETTINGS)], ours);
  await dpkg(root, ...KEEP, "-i", next);
  assert.deepEqual([content(root, DROP_IN), content(root, SETTINGS)], ours);
  assert.match(content(root, `${DROP_IN}.dpkg-dist`), /512M-:192M/, "the package's own lies beside it");
  await assertBoots(root, ["crashkernel=300M"], { normal: 3 });
  assert.equal((await overrideOf(root)).status, "pass");
});

test("taken out, the reservation stays out when kdump-tools is reconfigured, installed again and upgraded", {
  skip,
}, async (t) => {
  const { root, same, next } = await packaged(t);
  const off = await ask(root, ["--disable", "--yes"]);
  assert.equal(off.code, 0, off.stderr);
  const reconfigured = await inside(root, ["dpkg-reconfigure", "-f", "noninteractive", "kdump-tools"]);
  assert.equal(reconfigured.code, 0, reconfigured.stderr);
  await dpkg(root, "-i", same);
  await dpkg(root, ...KEEP, "-i", next);
  assert.doesNotMatch(content(root, DROP_IN), /crashkernel/);
  await assertBoots(root, [], { normal: 3 });
  const unit = await inside(root, ["systemctl", "--root=/", "is-enabled", "kdump-tools.service"]);
  assert.equal(unit.stdout.trim(), "disabled", "the package does not switch it on again");
});

test("where somebody lets dpkg replace the file, --check says which run's value is gone and how to set it again", {
  skip,
}, async (t) => {
  const { root, next } = await packaged(t);
  const set = await ask(root, ["--crashkernel", "300M", "--yes"]);
  assert.equal(set.code, 0, set.stderr);
  await dpkg(root, "--force-confnew", "-i", next);
  await assertBoots(root, ["crashkernel=512M-:192M"], { normal: 3 });
  const found = await overrideOf(root);
  assert.equal(found.status, "fail");
  assert.match(
    found.actual,
    /kdump-tools\.cfg is as kdump-tools brought it \(crashkernel=512M-:192M\), and run \S+ had made it crashkernel=300M/,
  );
  assert.match(found.fix, /kdump-setup --crashkernel 300M --yes/);
  // another value by somebody's own hand is no package's doing
  const { code } = await ask(root, ["--crashkernel", "310M", "--yes"]);
  assert.equal(code, 0);
  assert.equal((await overrideOf(root)).status, "pass");
});
