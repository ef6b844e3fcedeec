import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { openMachine } from "../../src/machine/host.js";
import { remembering } from "../../src/machine/remembering.js";
import { plant, temporaryDirectory } from "../support/temporary.js";

test("a piece of a file is read once, another piece and another file are read anew", (t) => {
  const root = temporaryDirectory(t);
  plant(root, { kernel: "one kernel", initrd: "one initrd" });
  const machine = remembering(openMachine(root));
  const look = () => [
    machine.readStart("/kernel", 3),
    machine.readPart("/initrd", 4, 6)?.toString(),
    machine.readText("/kernel"),
  ];
  assert.deepEqual(look(), ["one", "initrd", "one kernel"]);
  for (const file of ["kernel", "initrd"]) writeFileSync(path.join(root, file), "two others");
  assert.deepEqual(look(), ["one", "initrd", "two others"]);
  assert.equal(machine.readStart("/kernel", 4), "two ");
  assert.equal(machine.readStart("/initrd", 3), "two");
  assert.equal(machine.readPart("/initrd", 0, 3)?.toString(), "two");
});

test("what is not there is looked for again", (t) => {
  const root = temporaryDirectory(t);
  const machine = remembering(openMachine(root));
  assert.equal(machine.readStart("/kernel", 3), null);
  plant(root, { kernel: "new" });
  assert.equal(machine.readStart("/kernel", 3), "new");
});
