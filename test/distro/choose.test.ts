import assert from "node:assert/strict";
import { test } from "node:test";
import distros from "virtual:distros";
import { chooseProfile, type DiskCheck } from "../../src/distro/choose.js";
import { loadProfiles } from "../../src/distro/load.js";
import type { OsFacts } from "../../src/types.js";

const all = loadProfiles(distros);
/** One release of each family: what is nearest must not change with every profile that is added. */
const profiles = all.filter((profile) => ["debian-12", "ubuntu-22.04", "centos-7"].includes(profile.id));
const agrees: DiskCheck = () => [];

function os(id: string, versionId: string, idLike: readonly string[] = []): { os: OsFacts } {
  return { os: { id, versionId, idLike, prettyName: "", source: "/etc/os-release" } };
}

const exact: readonly [string, string, string][] = [
  ["debian", "12", "debian-12"],
  ["debian", "12.5", "debian-12"],
  ["ubuntu", "22.04", "ubuntu-22.04"],
  ["ubuntu", "22.04.3", "ubuntu-22.04"],
  ["centos", "7", "centos-7"],
  ["centos", "7.9.2009", "centos-7"],
];
for (const [id, version, profile] of exact)
  test(`${id} ${version} has its own profile`, () => {
    const chosen = chooseProfile(profiles, os(id, version));
    assert.deepEqual(chosen.kind === "chosen" && [chosen.profile.id, chosen.exact, chosen.warnings], [
      profile,
      true,
      [],
    ]);
  });

const nearest: readonly [string, string, readonly string[], string][] = [
  ["debian", "13", [], "debian-12"],
  ["debian", "", [], "debian-12"],
  ["debian", "120", [], "debian-12"],
  ["ubuntu", "22.10", ["debian"], "ubuntu-22.04"],
  ["ubuntu", "24.04", ["debian"], "ubuntu-22.04"],
  ["centos", "8", ["rhel", "fedora"], "centos-7"],
  ["centos", "70", ["rhel", "fedora"], "centos-7"],
  ["rhel", "7.9", ["fedora"], "centos-7"],
  ["linuxmint", "21.3", ["ubuntu", "debian"], "ubuntu-22.04"],
  ["raspbian", "12", ["debian"], "debian-12"],
];
for (const [id, version, like, profile] of nearest) {
  const name = `${id} ${version}`.trim();
  test(`${name} uses ${profile} with a warning when its disk agrees`, () => {
    const chosen = chooseProfile(profiles, os(id, version, like), undefined, agrees);
    assert.equal(chosen.kind === "chosen" && chosen.profile.id, profile);
    assert.equal(chosen.kind === "chosen" && chosen.exact, false);
    assert.match((chosen.kind === "chosen" && chosen.warnings.join()) || "", new RegExp(`${id}.*${profile}`));
  });
  test(`${name} is refused when its disk differs, and when nobody looked`, () => {
    const against = chooseProfile(profiles, os(id, version, like), undefined, () => ["it uses BLS entries"]);
    assert.match(against.kind === "refused" ? against.reason : "", /it uses BLS entries/);
    assert.equal(chooseProfile(profiles, os(id, version, like)).kind, "refused");
  });
}

test("with neighbours on both sides a release's own profile is used, and past them the last one", () => {
  const pick = (version: string) => {
    const chosen = chooseProfile(all, os("debian", version), undefined, agrees);
    return chosen.kind === "chosen" && [chosen.profile.id, chosen.exact];
  };
  assert.deepEqual(["9", "10", "11", "12", "13", "14"].map(pick), [
    ["debian-10", false],
    ["debian-10", true],
    ["debian-11", true],
    ["debian-12", true],
    ["debian-13", true],
    ["debian-13", false],
  ]);
});

test("a family nobody knows is refused, and says what is known, whatever the disk says", () => {
  for (const facts of [os("arch", "", []), os("sles", "15.6", ["suse"]), os("", "12", ["debian"])]) {
    const chosen = chooseProfile(profiles, facts, undefined, agrees);
    assert.match(
      chosen.kind === "refused" ? chosen.reason : "",
      /known are centos-7, debian-12, ubuntu-22\.04/,
    );
  }
});

test("of two releases as far away the older is used, and 9.10 is after 9.9", () => {
  const [base] = profiles;
  assert.ok(base);
  const made = ["9.9", "9.11", "10"].map((version) => ({
    ...base,
    id: `x-${version}`,
    match: { ids: ["x"] as const, versions: [version] as const, rolling: [] },
  }));
  const pick = (version: string) => {
    const chosen = chooseProfile(made, os("x", version), undefined, agrees);
    return chosen.kind === "chosen" && chosen.profile.id;
  };
  assert.equal(pick("9.10"), "x-9.9");
  assert.equal(pick("9.12"), "x-9.11");
  assert.equal(pick("8"), "x-9.9");
  assert.equal(pick("rolling"), "x-10");
});

test("--distro names the profile; the disk still has its say when the system is another", () => {
  const same = chooseProfile(profiles, os("debian", "12"), "debian-12", () => ["never asked"]);
  assert.equal(same.kind === "chosen" && same.exact, true);
  const other = chooseProfile(profiles, os("weird", "1"), "debian-12", agrees);
  assert.equal(other.kind === "chosen" && other.exact, false);
  assert.match((other.kind === "chosen" && other.warnings[0]) || "", /--distro.*weird 1/);
  const against = chooseProfile(profiles, os("weird", "1"), "debian-12", () => ["no update-grub"]);
  assert.match(against.kind === "refused" ? against.reason : "", /no update-grub/);
  const unknown = chooseProfile(profiles, os("debian", "12"), "debian12", agrees);
  assert.match(unknown.kind === "refused" ? unknown.reason : "", /debian12.*known are/);
});
