import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { collectOs, parseOsRelease } from "../../src/facts/os.js";
import { imageOf, type Tree } from "./tree.js";

const values: readonly [string, string][] = [
  ['A="12"', "12"],
  ["A='Core (x)'", "Core (x)"],
  ["A=plain", "plain"],
  ["A=", ""],
  ["  A=indented", "indented"],
  ['A="CRLF"\r', "CRLF"],
  ['A="a \\"b\\" \\$x \\\\ \\q"', 'a "b" $x \\ \\q'],
  ["A=a\\ b", "a b"],
  ["A=one two", "one"],
  ["A=a\"b\"'c'd", "abcd"],
  ['A="never closed', "never closed"],
  ["A=first\nA=last", "last"],
  ['A="$(reboot) `id` $HOME"', "$(reboot) `id` $HOME"],
  ["A='it''s'", "its"],
];
for (const [text, value] of values)
  test(`os-release: ${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => {
    assert.equal(parseOsRelease(text).get("A"), value);
  });

test("os-release: comments and lines that assign nothing are passed over", () => {
  assert.deepEqual(
    [...parseOsRelease('# ID=no\nexport ID=no\nID\n=x\n1D=x\n\nID_LIKE="a b"\n')],
    [["ID_LIKE", "a b"]],
  );
});

test("os-release: any text gives a value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => parseOsRelease(text) instanceof Map),
  );
  assert.equal(parseOsRelease(`A="${"\\".repeat(200_000)}`).has("A"), true);
});

const systems: readonly [string, Tree, string, string, string][] = [
  [
    "os-release in /etc",
    {
      "/etc/os-release": 'ID=ubuntu\nVERSION_ID="22.04"\nID_LIKE=debian\n',
      "/etc/lsb-release": "DISTRIB_ID=Other\n",
    },
    "ubuntu",
    "22.04",
    "/etc/os-release",
  ],
  [
    "os-release that is an absolute link, inside the image",
    {
      "/etc/os-release": { link: "/usr/lib/os-release" },
      "/usr/lib/os-release": "ID=debian\nVERSION_ID=12\n",
    },
    "debian",
    "12",
    "/etc/os-release",
  ],
  [
    "os-release in /usr/lib only",
    { "/usr/lib/os-release": "ID=debian\n" },
    "debian",
    "",
    "/usr/lib/os-release",
  ],
  [
    "a release file whose other names are links",
    {
      "/etc/centos-release": "CentOS release 6.10 (Final)\n",
      "/etc/redhat-release": { link: "centos-release" },
      "/etc/system-release": { link: "centos-release" },
    },
    "centos",
    "6.10",
    "/etc/centos-release",
  ],
  [
    "of two release files the derivative's",
    {
      "/etc/oracle-release": "Oracle Linux Server release 7.9\n",
      "/etc/redhat-release": "Red Hat Enterprise Linux Server release 7.9 (Maipo)\n",
    },
    "oracle",
    "7.9",
    "/etc/oracle-release",
  ],
  [
    "of two release files the one whose text begins with its name",
    {
      "/etc/redhat-release": "Red Hat Enterprise Linux Server release 7.9 (Maipo)\n",
      "/etc/zeta-release": "Zeta Linux release 7.1\n",
    },
    "zeta",
    "7.1",
    "/etc/zeta-release",
  ],
  [
    "lsb-release before the version file of what it was made from",
    {
      "/etc/lsb-release":
        'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\nDISTRIB_DESCRIPTION="Ubuntu 12.04.5 LTS"\n',
      "/etc/debian_version": "wheezy/sid\n",
    },
    "ubuntu",
    "12.04",
    "/etc/lsb-release",
  ],
  ["a version file", { "/etc/debian_version": "12.5\n" }, "debian", "12.5", "/etc/debian_version"],
  [
    "a version file with a codename",
    { "/etc/debian_version": "trixie/sid\n" },
    "debian",
    "",
    "/etc/debian_version",
  ],
  ["nothing", {}, "", "", ""],
  ["an os-release that is a directory", { "/etc/os-release": { dir: true } }, "", "", ""],
  ["an id nobody could have", { "/etc/os-release": 'ID="x; reboot"\nVERSION_ID="1 2"\n' }, "", "", ""],
  [
    "a release in capitals",
    { "/etc/os-release": "ID=Debian\nVERSION_ID='$(id)'\n" },
    "debian",
    "",
    "/etc/os-release",
  ],
];
for (const [name, tree, id, versionId, source] of systems)
  test(`the system is told by ${name}`, (t) => {
    const os = collectOs(imageOf(t, tree));
    assert.deepEqual([os.id, os.versionId, os.source], [id, versionId, source]);
  });

test("a name that would play with the terminal is shown without its control characters", (t) => {
  const os = collectOs(
    imageOf(t, { "/etc/os-release": `ID=x\nPRETTY_NAME="a\x1b[2Jb\x07${"c".repeat(300)}"\n` }),
  );
  assert.match(os.prettyName, /^a\[2Jbc+$/);
  assert.equal(os.prettyName.length, 200);
});
