import assert from "node:assert/strict";
import { test } from "node:test";
import { readGrubCfg } from "../../src/bootconfig/grub-cfg.js";
import { longestLine } from "../../src/bootconfig/line-length.js";
import { grubCfg } from "./menus.js";

const menu = (args: string) =>
  readGrubCfg(
    grubCfg({ kernels: [{ version: "6.1.0-56-amd64", args }, "6.1.0-9"], recoveryArgs: "x".repeat(900) }),
  );

test("the longest line is the kernel's: BOOT_IMAGE=, the image, the arguments with the wanted words", () => {
  const without = longestLine(menu("quiet"), []);
  assert.ok(without !== null && without < 900, "recovery entries do not count");
  assert.equal(longestLine(menu(`quiet ${"y".repeat(100)}`), []), without + 101);
  assert.equal(longestLine(menu("quiet crashkernel=auto crashkernel=1G,high"), []), without, "old ones go");
  assert.equal(longestLine(menu("quiet"), ["crashkernel=256M", "crashkernel=1M,low"]), without + 17 + 19);
  const { entries } = menu("quiet");
  const kernel = entries[0]?.kernel;
  assert.equal(
    without,
    `BOOT_IMAGE=${[kernel?.path, ...(kernel?.args ?? []).filter((a) => !a.startsWith("crashkernel="))].join(" ")}`
      .length,
  );
});

test("a menu without a normal entry has no length", () => {
  assert.equal(longestLine(readGrubCfg(""), ["crashkernel=256M"]), null);
  assert.equal(longestLine(readGrubCfg("configfile /boot/grub/grub.cfg\n"), []), null);
});
