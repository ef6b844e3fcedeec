import assert from "node:assert/strict";
import { test } from "node:test";
import { enableAdvice, isSysv, serviceCommand, switchedLinks } from "../../src/plan/sysv.js";
import type { LinkFact, UnitFacts } from "../../src/types.js";

const link = (path: string): LinkFact => ({ path, to: "../init.d/kdump-tools" });
const unit = (...paths: readonly string[]): UnitFacts => ({
  name: "kdump-tools",
  present: true,
  state: "enabled",
  links: paths.map(link),
});
const paths = (links: readonly LinkFact[]) => links.map((one) => one.path);
const levels = (name: string) => ["2", "3", "4", "5"].map((level) => `/etc/rc${level}.d/${name}`);

test("switched off, a start link becomes the stop link with a hundred less its number, and back", () => {
  const on = levels("S20kdump-tools");
  const off = paths(switchedLinks(unit(...on), false));
  assert.deepEqual(off, levels("K80kdump-tools"));
  assert.deepEqual(paths(switchedLinks(unit(...off), true)), on);
});

test("what is so already stays, and so do the links of other run levels and of red hat's directories", () => {
  const mixed = ["/etc/rc0.d/K20kdump-tools", "/etc/rc.d/rc3.d/S01kdump-tools", "/etc/rc5.d/K99kdump-tools"];
  assert.deepEqual(paths(switchedLinks(unit(...mixed), false)), [
    "/etc/rc0.d/K20kdump-tools",
    "/etc/rc.d/rc3.d/K99kdump-tools",
    "/etc/rc5.d/K99kdump-tools",
  ]);
  assert.deepEqual(switchedLinks(unit(...mixed), true)[1], link("/etc/rc.d/rc3.d/S01kdump-tools"));
});

test("where no run level has a link, switching on makes those of a fresh installation", () => {
  const made = switchedLinks(unit("/etc/rc0.d/K20kdump-tools"), true);
  assert.deepEqual(paths(made), ["/etc/rc0.d/K20kdump-tools", ...levels("S20kdump-tools")]);
  assert.ok(made.slice(1).every(({ to }) => to === "../init.d/kdump-tools"));
  assert.deepEqual(switchedLinks(unit(), false), []);
});

test("a bare name is a SysV script, and what is said and run is of its kind", () => {
  assert.deepEqual([isSysv("kdump-tools"), isSysv("kdump-tools.service")], [true, false]);
  assert.deepEqual(serviceCommand("kdump-tools", "stop"), ["service", "kdump-tools", "stop"]);
  assert.deepEqual(serviceCommand("kdump.service", "restart"), ["systemctl", "restart", "kdump.service"]);
  assert.match(enableAdvice("kdump-tools"), /^update-rc\.d kdump-tools enable && service /);
});
