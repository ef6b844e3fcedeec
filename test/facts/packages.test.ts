import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { embeddedProfiles } from "../../src/distro/embedded.js";
import { collectPackages, parseDpkgStatus } from "../../src/facts/packages.js";
import { imageOf, type Tree } from "./tree.js";

const paragraph = (name: string, status: string) =>
  `Package: ${name}\nStatus: ${status}\nDescription: x\n Package: not-one\n Status: install ok installed\n`;
const STATUS = [
  paragraph("kdump-tools", "install ok installed"),
  paragraph("makedumpfile", "deinstall ok config-files"),
  paragraph("held", "hold ok installed"),
  paragraph("half", "install ok half-configured"),
  paragraph("waiting", "install ok triggers-pending"),
  "Package: late\nDescription: x\n Package: not-one\nStatus: install ok installed\n",
  "Package: nothing\nVersion: 1\n",
  "Status: install ok installed\n",
].join("\n");

test("dpkg: only what is installed whole counts, not what a removed package left", () => {
  assert.deepEqual([...parseDpkgStatus(STATUS)], ["kdump-tools", "held", "waiting", "late"]);
});

test("dpkg: any text gives a value", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => parseDpkgStatus(text).size <= 1));
});

const kdumpOf = (id: string) => (embeddedProfiles().find((one) => one.id === id) ?? assert.fail(id)).kdump;
const UNIT: Tree = { "/usr/lib/systemd/system/kdump.service": "[Service]\n" };
const PROGRAM: Tree = { "/usr/bin/kdumpctl": { program: "#!/bin/bash\n" } };
const RPM: Tree = { "/var/lib/rpm/Packages": "binary" };

const systems: readonly [string, string, Tree, readonly (boolean | null)[]][] = [
  ["dpkg's database", "debian-12", { "/var/lib/dpkg/status": STATUS }, [true, false]],
  [
    "dpkg's database in pieces",
    "debian-12",
    { "/var/lib/dpkg/status.d/kdump": paragraph("makedumpfile", "install ok installed") },
    [false, true],
  ],
  ["no database at all", "debian-12", {}, [null, null]],
  ["an rpm system with unit and program", "centos-7", { ...RPM, ...UNIT, ...PROGRAM }, [true]],
  ["an rpm system with neither", "centos-7", RPM, [false]],
  ["an rpm system with half of it", "centos-7", { ...RPM, ...UNIT }, [null]],
  ["a program that cannot be run", "centos-7", { ...RPM, ...UNIT, "/usr/bin/kdumpctl": "" }, [null]],
  ["no rpm database, but both", "centos-7", { ...UNIT, ...PROGRAM }, [true]],
];
for (const [name, profile, tree, installed] of systems)
  test(`packages by ${name}: ${installed.join(", ")}`, (t) => {
    const packages = collectPackages(imageOf(t, tree), kdumpOf(profile));
    assert.deepEqual(
      packages.map((one) => one.installed),
      installed,
    );
  });
