import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readSavePlace, type SavePlace, writeSavePlace } from "../../src/edit/save-url.js";

const other = (where: string, directory: string): SavePlace => ({
  target: { kind: "other", where },
  directory,
});
const cases: readonly [string, SavePlace | null][] = [
  ["/var/crash", { target: { kind: "local" }, directory: "/var/crash" }],
  ["file:///var/crash", { target: { kind: "local" }, directory: "/var/crash" }],
  ["FILE:///var/crash", { target: { kind: "local" }, directory: "/var/crash" }],
  ["ssh://me@host/srv/c", { target: { kind: "ssh", where: "me@host" }, directory: "/srv/c" }],
  ["ssh://host/srv", { target: { kind: "ssh", where: "root@host" }, directory: "/srv" }],
  ["nfs://host/export/a", { target: { kind: "nfs", where: "host:/export/a" }, directory: "/" }],
  ["nfs://host", { target: { kind: "nfs", where: "host:/" }, directory: "/" }],
  ["ssh://me:secret@host/srv", other("ssh://me:…@host/srv", "/srv")],
  ["cifs://me:p:q@host/share", other("cifs://me:…@host/share", "/share")],
  ["sftp://me@host/srv", other("sftp://me@host/srv", "/srv")],
  ["ftp://host/var/crash", other("ftp://host/var/crash", "/var/crash")],
  ["crash", null],
  ["file://host/x", null],
  ["nfs:///x", null],
  ["gopher://host/x", null],
  ["", null],
];
for (const [text, expected] of cases)
  test(`${JSON.stringify(text)} is ${expected === null ? "no place for dumps" : `${expected.target.kind}, ${expected.directory}`}`, () => {
    assert.deepEqual(readSavePlace(text), expected);
  });

const segment = fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/);
const directory = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);

test("what is written is read as it was meant, and a password is never shown", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  fc.assert(
    fc.property(name, name, directory, directory, (user, host, path, below) => {
      const ssh = { kind: "ssh", where: `${user}@${host}` } as const;
      assert.deepEqual(readSavePlace(writeSavePlace(ssh, path)), { target: ssh, directory: path });
      const nfs = { kind: "nfs", where: `${host}:${path}` } as const;
      assert.deepEqual(readSavePlace(writeSavePlace(nfs, "/")), { target: nfs, directory: "/" });
      assert.equal(writeSavePlace(nfs, below), `nfs://${host}${path}${below}`);
      assert.deepEqual(readSavePlace(writeSavePlace({ kind: "local" }, path))?.directory, path);
      const shown = JSON.stringify(readSavePlace(`ssh://${user}:S3CRET!@${host}${path}`));
      assert.doesNotMatch(shown, /S3CRET/);
    }),
  );
});
