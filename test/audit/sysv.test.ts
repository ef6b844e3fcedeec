import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { audit } from "../support/running.js";
import { plant } from "../support/temporary.js";
import { answers, server } from "./server.js";

/** A system that runs upstart: what loads the capture kernel is a SysV script. */

const skip = process.getuid?.() === 0 ? false : "the owner of the dump directory is the one who runs this";

function trusty(t: TestContext, link: string): string {
  const root = server(t, {
    "etc/os-release": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="14.04"\nPRETTY_NAME="Ubuntu 14.04.6 LTS"\n',
    "etc/init.d/kdump-tools": "#!/bin/sh\n",
    "etc/init/rc.conf": "# run levels\n",
  });
  for (const gone of ["run/systemd", "usr/lib/systemd", "etc/systemd", "sbin/init"])
    rmSync(`${root}/${gone}`, { recursive: true });
  plant(root, { "sbin/init": "" });
  mkdirSync(`${root}/etc/rc2.d`);
  symlinkSync("../init.d/kdump-tools", `${root}/etc/rc2.d/${link}`);
  return root;
}

/** Nobody asks systemctl there. */
const run: typeof answers = async (command, options) => {
  assert.notEqual(command.argv[0], "systemctl");
  return await answers(command, options);
};

test("a server with upstart on which a dump would be saved has nothing that fails, and systemctl is never asked", {
  skip,
}, async (t) => {
  const { json, not } = await audit(trusty(t, "S20kdump-tools"), { run });
  assert.equal(json.host.distro, "ubuntu-14.04");
  assert.deepEqual(
    not.filter((one: string) => one.startsWith("service.")),
    [],
  );
  const active = json.checks.find((one: { id: string }) => one.id === "service.active");
  assert.equal(active.status, "skipped");
});

test("not started at boot, it says how on upstart; switched off, that is all a baseline can ask for", {
  skip,
}, async (t) => {
  const root = trusty(t, "K80kdump-tools");
  const { json } = await audit(root, { run });
  const enabled = json.checks.find((one: { id: string }) => one.id === "service.enabled");
  assert.equal(enabled.status, "fail");
  assert.equal(enabled.fix, "update-rc.d kdump-tools enable && service kdump-tools start");
  const off = await audit(root, { run, policy: "disabled" });
  const service = off.json.checks.find((one: { id: string }) => one.id === "off.service");
  assert.equal(service.status, "pass");
});
