import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { collectConffiles } from "../../src/facts/conffiles.js";
import { imageOf } from "./tree.js";

const CFG = "/etc/default/grub.d/kdump-tools.cfg";
const SHIPPED = 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=\xe4"\n';
const sum = createHash("md5").update(SHIPPED, "latin1").digest("hex");
const status = (...conffiles: readonly string[]) =>
  ["Package: grub-common", "Conffiles:", " /etc/grub.d/10_linux 0123456789abcdef0123456789abcdef", ""]
    .concat(["Package: kdump-tools", "Status: install ok installed", "Conffiles:", ...conffiles, ""])
    .join("\n");

for (const [what, text, shipped] of [
  ["as the package brought it", SHIPPED, true],
  ["changed", `${SHIPPED}#\n`, false],
] as const)
  test(`a file of a package that is ${what} is told as such, with the package's name`, (t) => {
    for (const end of ["", " obsolete", " remove-on-upgrade"]) {
      const reader = imageOf(t, { "/var/lib/dpkg/status": status(` ${CFG} ${sum}${end}`), [CFG]: text });
      const files = [{ path: CFG, state: reader.read(CFG) }];
      assert.deepEqual(collectConffiles(reader, files), [{ path: CFG, package: "kdump-tools", shipped }]);
    }
  });

test("without dpkg, of a file nobody brought, of one that is not there: nothing is told", (t) => {
  const state = (reader: ReturnType<typeof imageOf>) => [{ path: CFG, state: reader.read(CFG) }];
  const bare = imageOf(t, { [CFG]: SHIPPED });
  assert.deepEqual(collectConffiles(bare, state(bare)), []);
  const others = imageOf(t, {
    "/var/lib/dpkg/status": status(` ${CFG}.old ${sum}`, ` ${CFG} newconffile`),
    [CFG]: SHIPPED,
  });
  assert.deepEqual(collectConffiles(others, state(others)), []);
  const absent = imageOf(t, { "/var/lib/dpkg/status": status(` ${CFG} ${sum}`) });
  assert.deepEqual(collectConffiles(absent, state(absent)), []);
});
