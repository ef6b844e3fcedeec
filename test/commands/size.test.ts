import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { sizeFor } from "../../src/commands/size.js";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { RefusedError } from "../../src/errors.js";
import { collectBase } from "../../src/facts/collect.js";
import { imageOf } from "../facts/tree.js";

const LIST = { aarch64: "2G-:320M", "aarch64-64k": "2G-:420M" };

function sized(t: TestContext, kernel: string, recommended: Readonly<Record<string, string>>) {
  const profile = embeddedProfiles().find(({ id }) => id === "debian-12") ?? assert.fail();
  const reader = imageOf(t, {});
  const facts = collectBase(reader, { arch: "aarch64", kernel, ramBytes: 8 * 2 ** 30 });
  const crashkernel = { ...profile.crashkernel, recommended };
  return sizeFor("auto", reader, facts, { ...profile, crashkernel }, 8n << 30n);
}

test("a kernel of arm64 with pages of 64 KiB gets the list for it, else a warning that the list is for 4 KiB", (t) => {
  for (const kernel of ["5.14.0-427.el9.aarch64+64k", "6.8.0-31-generic-64k", "6.4.0-150600.21-64kb"]) {
    assert.equal(sized(t, kernel, LIST).expression, "2G-:420M");
    const { expression, warnings } = sized(t, kernel, { aarch64: "2G-:320M" });
    assert.equal(expression, "2G-:320M");
    assert.match(warnings[0] ?? "", /pages of 64 KiB/);
  }
  for (const kernel of ["5.14.0-427.el9.aarch64", "6.4.0-150600.21-default", "6.1.0-64-arm64"]) {
    const { expression, warnings } = sized(t, kernel, LIST);
    assert.equal(expression, "2G-:320M");
    assert.doesNotMatch(warnings.join(), /64 KiB/);
  }
});

test("an architecture for which no size is known is refused, with the way out", (t) => {
  assert.throws(
    () => sized(t, "6.1", { x86_64: "1G-:256M" }),
    (error: unknown) =>
      error instanceof RefusedError && /on aarch64$/.test(error.message) && /SIZE/.test(error.hint ?? ""),
  );
});
