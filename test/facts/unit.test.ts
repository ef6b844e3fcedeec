import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { collectUnit, unitLinks } from "../../src/facts/unit.js";
import type { UnitFacts } from "../../src/types.js";
import { imageOf, type Tree } from "./tree.js";

const NAME = "kdump.service";
const UNIT: Tree = {
  "/usr/lib/systemd/system/kdump.service":
    "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n",
  "/lib": { link: "usr/lib" },
};
const SYSV: Tree = { "/etc/init.d/kdump": { program: "#!/bin/sh\n" } };
const wants = "/etc/systemd/system/multi-user.target.wants/kdump.service";
const unit = { link: "/usr/lib/systemd/system/kdump.service" } as const;
const none = { link: "/dev/null" } as const;

/** `judged`: systemctl --root has to say the same; it knows no SysV scripts, nor a mask's unit that is not there. */
const cases: readonly [string, Tree, UnitFacts["state"], boolean, readonly string[], { judged: boolean }][] =
  [
    ["no unit at all", {}, "absent", false, [], { judged: false }],
    ["a unit nobody wants", UNIT, "disabled", true, [], { judged: true }],
    ["a wanted unit", { ...UNIT, [wants]: unit }, "enabled", true, [wants], { judged: true }],
    [
      "a unit that is required",
      { ...UNIT, "/etc/systemd/system/multi-user.target.requires/kdump.service": unit },
      "enabled",
      true,
      ["/etc/systemd/system/multi-user.target.requires/kdump.service"],
      { judged: true },
    ],
    [
      "a masked unit that is still wanted",
      { ...UNIT, "/etc/systemd/system/kdump.service": none, [wants]: unit },
      "masked",
      true,
      ["/etc/systemd/system/kdump.service", wants],
      { judged: true },
    ],
    [
      "an empty file in its place",
      { ...UNIT, "/etc/systemd/system/kdump.service": "", [wants]: unit },
      "masked",
      true,
      [wants],
      { judged: true },
    ],
    [
      "a mask before the unit came",
      { "/etc/systemd/system/kdump.service": none },
      "masked",
      false,
      ["/etc/systemd/system/kdump.service"],
      { judged: false },
    ],
    [
      "a mask until the reboot",
      { ...UNIT, "/run/systemd/system/kdump.service": none },
      "masked",
      true,
      ["/run/systemd/system/kdump.service"],
      { judged: false },
    ],
    [
      "a unit of the admin's over a mask until the reboot",
      {
        ...UNIT,
        "/etc/systemd/system/kdump.service": "[Service]\n",
        "/run/systemd/system/kdump.service": none,
      },
      "disabled",
      true,
      ["/run/systemd/system/kdump.service"],
      { judged: false },
    ],
    [
      "a unit that is wanted until the reboot",
      { ...UNIT, "/run/systemd/system/multi-user.target.wants/kdump.service": unit },
      "disabled",
      true,
      ["/run/systemd/system/multi-user.target.wants/kdump.service"],
      { judged: false },
    ],
    [
      "a dependency that was taken away",
      { ...UNIT, [wants]: none },
      "disabled",
      true,
      [wants],
      { judged: false },
    ],
    [
      "a SysV script that starts",
      {
        ...SYSV,
        "/etc/rc3.d/S01kdump": { link: "../init.d/kdump" },
        "/etc/rc0.d/K01kdump": { link: "../init.d/kdump" },
      },
      "enabled",
      true,
      ["/etc/rc0.d/K01kdump", "/etc/rc3.d/S01kdump"],
      { judged: false },
    ],
    [
      "a SysV script that starts for the halt only",
      { ...SYSV, "/etc/rc0.d/S01kdump": { link: "../init.d/kdump" } },
      "disabled",
      true,
      ["/etc/rc0.d/S01kdump"],
      { judged: false },
    ],
    [
      "a SysV script that does not",
      { ...SYSV, "/etc/rc3.d/K01kdump": { link: "../init.d/kdump" } },
      "disabled",
      true,
      ["/etc/rc3.d/K01kdump"],
      { judged: false },
    ],
    [
      "a unit nobody wants beside a SysV script that starts",
      { ...UNIT, ...SYSV, "/etc/rc3.d/S01kdump": { link: "../init.d/kdump" } },
      "disabled",
      true,
      ["/etc/rc3.d/S01kdump"],
      { judged: false },
    ],
    [
      "units and scripts with a longer name",
      {
        ...UNIT,
        "/etc/rc3.d/S01kdump-tools": { link: "../init.d/kdump-tools" },
        "/etc/systemd/system/multi-user.target.wants/xkdump.service": unit,
      },
      "disabled",
      true,
      [],
      { judged: true },
    ],
  ];

const systemctl = spawnSync("systemctl", ["--version"]).status === 0;

for (const [name, tree, state, present, links, { judged }] of cases) {
  test(`${name}: ${state}`, (t) => {
    const facts = collectUnit(imageOf(t, tree), NAME);
    assert.deepEqual([facts.state, facts.present], [state, present]);
    assert.deepEqual(
      facts.links.map((link) => link.path),
      links,
    );
  });
  if (judged)
    test(`${name}: systemctl says ${state} too`, {
      skip: systemctl ? false : "there is no systemctl here",
    }, (t) => {
      const { root } = imageOf(t, tree);
      const said = spawnSync("systemctl", [`--root=${root}`, "is-enabled", NAME], { encoding: "utf8" });
      assert.equal(said.stdout.trim(), state, said.stderr);
    });
}

test("a link's target is told as it is written", (t) => {
  const links = unitLinks(imageOf(t, { ...UNIT, [wants]: { link: "../kdump.service" } }), NAME);
  assert.deepEqual(links, [{ path: wants, to: "../kdump.service" }]);
});

test("links of units that are enabled together with it are its links too, and say nothing of its own state", (t) => {
  const early = "/etc/systemd/system/multi-user.target.wants/kdump-early.service";
  const tree: Tree = {
    "/usr/lib/systemd/system/kdump.service":
      "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\nAlso=kdump-early.service kdump.service\n",
    "/usr/lib/systemd/system/kdump-early.service": "[Service]\nExecStart=/bin/true\n",
    "/etc/systemd/system/kdump.service": none,
    [early]: { link: "/usr/lib/systemd/system/kdump-early.service" },
  };
  const found = collectUnit(imageOf(t, tree), NAME);
  assert.equal(found.state, "masked");
  assert.deepEqual(
    found.links.map((link) => link.path),
    ["/etc/systemd/system/kdump.service", early],
  );
  const { "/etc/systemd/system/kdump.service": mask, ...unmasked } = tree;
  assert.equal(mask, none);
  assert.equal(collectUnit(imageOf(t, unmasked), NAME).state, "disabled");
});
