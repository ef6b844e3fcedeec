import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { inside, overlayRoot, withoutRoot } from "../support/roots.js";
import { ask, content, GRUB_CFG } from "./job.js";

/** Entries that GRUB's real 20_linux_xen makes for a hypervisor that lies there: what reaches which line, and what is said. */

const skip = { skip: withoutRoot("debian12") };

async function withXen(root: string, settings = ""): Promise<void> {
  writeFileSync(`${root}/boot/xen-4.17-amd64.gz`, "never booted: its name is enough\n");
  if (settings !== "") writeFileSync(`${root}/etc/default/grub.d/xen.cfg`, settings);
  const ended = await inside(root, ["update-grub"]);
  assert.equal(ended.code, 0, ended.stderr);
}

/** The crashkernel= of lines of that kind, recovery entries (`single`) left out. */
function words(root: string, command: "linux" | "multiboot" | "module"): readonly string[] {
  return content(root, GRUB_CFG)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${command}\t/boot/`) && !line.includes(" single"))
    .map((line) => line.match(/crashkernel=\S+/g)?.join(" ") ?? "none");
}

test(
  "Xen beside Linux: Linux's lines get the value, Xen's own line does not, and both is said",
  skip,
  async (t) => {
    const root = await overlayRoot(t, "debian12");
    await withXen(root);
    const { code, json } = await ask(root, ["--crashkernel", "256M", "--yes"]);
    assert.equal(code, 0, JSON.stringify(json.reasons));
    assert.deepEqual(words(root, "linux"), Array(3).fill("crashkernel=256M"));
    assert.deepEqual(words(root, "module"), Array(3).fill("crashkernel=256M"));
    assert.equal(new Set(words(root, "multiboot")).has("crashkernel=256M"), false);
    const said = json.warnings.join("\n");
    assert.match(said, /boots Xen, which reserves nothing: .* hypervisor's own line \(GRUB_CMDLINE_XEN\)/);
  },
);

test("GRUB_CMDLINE_LINUX_XEN_REPLACE_DEFAULT keeps the value from the lines Xen starts, and that is said", {
  ...skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  await withXen(
    root,
    'GRUB_CMDLINE_LINUX_XEN_REPLACE_DEFAULT="quiet"\nGRUB_CMDLINE_XEN="crashkernel=512M"\n',
  );
  const { code, json } = await ask(root, ["--crashkernel", "256M", "--yes"]);
  assert.equal(code, 0, JSON.stringify(json.reasons));
  assert.deepEqual(words(root, "linux"), Array(3).fill("crashkernel=256M"));
  assert.deepEqual(words(root, "module"), Array(3).fill("none"));
  assert.deepEqual(new Set(words(root, "multiboot")), new Set(["crashkernel=512M"]), "an admin's own stays");
  assert.match(json.warnings.join("\n"), /Linux ignores it when Xen starts it/);
  assert.doesNotMatch(json.warnings.join("\n"), /Xen, which reserves nothing/);
});

test(
  "a menu that boots Xen when nobody touches a key is refused, and --force goes past it",
  skip,
  async (t) => {
    const root = await overlayRoot(t, "debian12");
    await withXen(root, 'GRUB_DEFAULT="Debian GNU/Linux, with Xen hypervisor"\n');
    const refused = await ask(root, ["--crashkernel", "256M", "--yes"]);
    assert.equal(refused.code, 3);
    assert.equal(refused.json.reasons[0].id, "xen-default");
    assert.match(
      refused.json.reasons[0].text,
      /put crashkernel= into GRUB_CMDLINE_XEN of \/etc\/default\/grub/,
    );
    assert.equal((await ask(root, ["--disable", "--dry-run"])).code, 0);
    assert.equal((await ask(root, ["--crashkernel", "256M", "--force", "--yes"])).code, 0);
    await withXen(
      root,
      'GRUB_DEFAULT="Debian GNU/Linux, with Xen hypervisor"\nGRUB_CMDLINE_XEN="crashkernel=512M"\n',
    );
    assert.equal((await ask(root, ["--crashkernel", "300M", "--yes"])).code, 0, "its own line reserves");
  },
);
