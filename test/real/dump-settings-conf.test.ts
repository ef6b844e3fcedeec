import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  diffSnapshots,
  inside,
  overlayRoot,
  snapshot,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";
import { ask, edit, NEAR, standIn } from "./job.js";

/** The dump's own settings where they stand in kdump.conf. */

const CONF = "/etc/kdump.conf";
const skip = { skip: withoutRoot("centos7") || withoutBundle };

/** kdump.conf as kdumpctl's loop reads it; written anew here, the program itself is in no root. */
async function kdumpConfHas(root: string): Promise<Readonly<Record<string, string>>> {
  const script = `while read option value; do
      case "$option" in \\#*|"") continue;; esac
      echo "$option=$(echo $value | sed -e 's/\\(.*\\)#.*/\\1/')"
    done < ${CONF}`;
  const ended = await inside(root, ["bash", "-c", script]);
  assert.equal(ended.code, 0, ended.stderr);
  const lines = ended.stdout.split("\n").filter((line) => line !== "");
  const entries = lines.map((line) =>
    line
      .split(/=(.*)/s)
      .slice(0, 2)
      .map((text) => text.trim()),
  );
  assert.equal(new Set(entries.map(([key]) => key)).size, entries.length, "no option stands twice");
  return Object.fromEntries(entries);
}

test(
  "centos7: kdump.conf gets the options it knows, in their lines, and rollback undoes it",
  skip,
  async (t) => {
    const root = await overlayRoot(t, "centos7");
    mkdirSync(`${root}/srv/crash`);
    const before = await snapshot(root, NEAR);
    const wish = ["--dump-level", "17", "--core-dir", "/srv/crash", "--fail-action", "shell", "--yes"];
    const ran = await ask(root, wish);
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(await kdumpConfHas(root), {
      path: "/srv/crash",
      core_collector: "makedumpfile -l --message-level 1 -d 17",
      default: "shell",
    });
    assert.deepEqual((await ask(root, wish)).json.result, "unchanged");
    assert.equal((await ask(root, ["rollback", "--yes"])).code, 0);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  },
);

test(
  "centos7: a target that stands twice stands once afterwards, whichever of the two is wished",
  skip,
  async (t) => {
    for (const wish of ["a:/export", "b:/export"]) {
      const root = await overlayRoot(t, "centos7");
      standIn(root, "mount.nfs");
      writeFileSync(`${root}${CONF}`, "nfs a:/export\nnfs b:/export\npath /var/crash\n");
      writeFileSync(`${root}/etc/fstab`, "a:/export /a nfs defaults 0 0\nb:/export /b nfs defaults 0 0\n");
      const ran = await ask(root, ["--target", `nfs:${wish}`, "--yes"]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.deepEqual(await kdumpConfHas(root), { path: "/var/crash", nfs: wish });
    }
  },
);

test("centos7: one target at a time, with -F for SSH and without it for the others", skip, async (t) => {
  const root = await overlayRoot(t, "centos7");
  standIn(root, "ssh");
  standIn(root, "mount.nfs");
  mkdirSync(`${root}/root/.ssh`, { recursive: true });
  writeFileSync(`${root}/root/.ssh/known_hosts`, "dumps.example.com ssh-ed25519 AAAA\n");
  writeFileSync(`${root}/root/.ssh/crash`, "-----BEGIN RSA PRIVATE KEY-----\n", { mode: 0o600 });
  const ssh = ["--target", "ssh:kdump@dumps.example.com", "--ssh-key", "/root/.ssh/crash", "--yes"];
  const sent = await ask(root, ssh);
  assert.equal(sent.code, 0, sent.stderr);
  const shipped = { path: "/var/crash", core_collector: "makedumpfile -l --message-level 1 -d 31" };
  assert.deepEqual(await kdumpConfHas(root), {
    ...shipped,
    ssh: "kdump@dumps.example.com",
    sshkey: "/root/.ssh/crash",
    core_collector: `${shipped.core_collector} -F`,
  });
  writeFileSync(`${root}/etc/fstab`, "dumps:/export /mnt/dumps nfs defaults 0 0\n", { flag: "a" });
  const nfs = await ask(root, ["--target", "nfs:dumps:/export", "--yes"]);
  assert.equal(nfs.code, 0, nfs.stderr);
  assert.match(nfs.json.warnings.join("\n"), /\/var\/crash below the export \(path\)/);
  assert.deepEqual(await kdumpConfHas(root), {
    ...shipped,
    nfs: "dumps:/export",
    sshkey: "/root/.ssh/crash",
  });

  edit(root, CONF, "nfs dumps:/export\n", "ext4 LABEL=/dumps\n");
  const local = await ask(root, ["--target", "local", "--yes", "--force"]);
  assert.equal(local.json.result, "unchanged");
  assert.match(local.json.warnings.join("\n"), /goes to LABEL=\/dumps \(ext4\), a device of this machine/);
  assert.equal((await ask(root, ["--target", "nfs:dumps:/export", "--yes"])).code, 0);
  assert.equal((await kdumpConfHas(root)).ext4, undefined);
});

test(
  "centos7: -F stands there wherever the dump goes through a pipe, and comes and goes with nothing else",
  skip,
  async (t) => {
    const root = await overlayRoot(t, "centos7");
    const shipped = "core_collector makedumpfile -l --message-level 1 -d 31";
    for (const [target, stands, becomes] of [
      ["raw /dev/vg/dump", `${shipped} -F`, "makedumpfile -l --message-level 1 -d 7 -F"],
      // its own command gets -F from the package; one that is written needs it
      ["raw /dev/vg/dump", "#none", "makedumpfile -l --message-level 1 -d 7 -F"],
      ["ext4 LABEL=/dumps", `${shipped} -F`, "makedumpfile -l --message-level 1 -d 7 -F"],
      ["#none", shipped, "makedumpfile -l --message-level 1 -d 7"],
    ] as const) {
      writeFileSync(root + CONF, `${target}\npath /var/crash\n${stands}\n`);
      const ran = await ask(root, ["--dump-level", "7", "--yes"]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal((await kdumpConfHas(root)).core_collector, becomes, `${target}, ${stands}`);
    }
  },
);

const REFUSED: readonly (readonly [string, readonly string[], RegExp, ((root: string) => void)?])[] = [
  ["a setting it does not have", ["--keep-dumps", "3"], /--keep-dumps is not supported on CentOS 7/],
  [
    "a directory that is not there",
    ["--core-dir", "/srv/none"],
    /\/srv\/none does not exist.*mkdir -p -m 700 \/srv\/none \(--force/,
  ],
  [
    "a directory a reboot empties",
    ["--core-dir", "/run/crash"],
    /is on tmpfs \(\/run\): a reboot takes the dump away/,
  ],
  [
    "an export that is not mounted",
    ["--target", "nfs:dumps:/export"],
    /dumps:\/export is not in \/etc\/fstab/,
  ],
  [
    "a host nobody knows",
    ["--target", "ssh:kdump@dumps"],
    /there is no key .*ssh-copy-id -i \/root\/\.ssh\/kdump_id_rsa kdump@dumps sends it/,
  ],
  ["a key without its target", ["--ssh-key", "/root/.ssh/k"], /give --target ssh:USER@HOST with --ssh-key/],
  [
    "a level of what is no makedumpfile",
    ["--dump-level", "1"],
    /core_collector is cp, which has no dump level/,
    (root) => edit(root, CONF, /core_collector.*/, "core_collector cp"),
  ],
  [
    "a target among dracut's arguments",
    ["--target", "local"],
    /kdump\.conf:14: dracut_args --mount names a dump target/,
    (root) => writeFileSync(root + CONF, 'dracut_args --mount "/dev/x /y xfs"\n', { flag: "a" }),
  ],
  [
    "blanks before an option",
    ["--dump-level", "1"],
    /kdump\.conf:14: kdumpctl accepts no blanks/,
    (root) => writeFileSync(root + CONF, "  path /x\n", { flag: "a" }),
  ],
];

for (const [what, args, message, prepare] of REFUSED)
  test(`centos7: ${what} is refused with the way out, and nothing changes`, skip, async (t) => {
    const root = await overlayRoot(t, "centos7");
    prepare?.(root);
    const before = await snapshot(root, { ...NEAR, times: true });
    const ran = await ask(root, [...args, "--yes"]);
    assert.equal(ran.code, 3, ran.stderr);
    assert.match(ran.stderr, message);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);
  });
