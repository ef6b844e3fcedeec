import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  diffSnapshots,
  inside,
  overlayRoot,
  type RootName,
  snapshot,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";
import { ask, assertBoots, content, edit, NEAR, standIn } from "./job.js";

/** The dump's own settings on every release's root, judged by the programs that read them. */

const DEFAULTS = "/etc/default/kdump-tools";
const DROP_IN = "/etc/sysctl.d/90-kdump-setup.conf";
const KDUMP_TOOLS = ["debian11", "debian12", "debian13", "ubuntu2204"] as const;
const skip = (name: RootName) => ({ skip: withoutRoot(name) || withoutBundle });

const ALL = [
  ...["--dump-level", "17", "--core-dir", "/srv/crash", "--fail-action", "poweroff"],
  ...["--keep-dumps", "3", "--panic-on", "oops,softlockup"],
];

/**
 * The settings as the installed kdump-config has them when it goes to work: the file sourced by the root's own shell,
 * then its own lines with the defaults. NAME=value a line.
 */
async function kdumpConfigHas(root: string): Promise<Readonly<Record<string, string>>> {
  const names = "KDUMP_COREDIR MAKEDUMP_ARGS KDUMP_FAIL_CMD KDUMP_NUM_DUMPS NFS SSH SSH_KEY FTP";
  const script = `. ${DEFAULTS}
    eval "$(grep -E '^(KDUMP_|NFS_|SSH_|MAKEDUMP_)[A-Z_]*=\\$\\{|^\\[ "\\$\\{MAKEDUMP_ARGS#' /usr/sbin/kdump-config)"
    for name in ${names}; do eval "printf '%s=%s\\n' $name \\"\\$$name\\""; done`;
  const ended = await inside(root, ["sh", "-c", script]);
  assert.equal(ended.code, 0, ended.stderr);
  return Object.fromEntries(
    ended.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
}

for (const name of KDUMP_TOOLS) {
  test(
    `${name}: the settings are what its own kdump-config goes to work with; nothing else changes, and rollback undoes it`,
    skip(name),
    async (t) => {
      const root = await overlayRoot(t, name);
      const before = await snapshot(root, NEAR);
      const ran = await ask(root, [...ALL, "--yes"]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.deepEqual([ran.json.result, ran.json.rebootRequired, ran.json.commands], ["applied", false, []]);
      assert.deepEqual(
        { level: ran.json.dump.level, directory: ran.json.dump.directory, target: ran.json.dump.target },
        { level: 17, directory: "/srv/crash", target: "local" },
      );
      const has = await kdumpConfigHas(root);
      assert.deepEqual(
        [has.KDUMP_COREDIR, has.MAKEDUMP_ARGS, has.KDUMP_FAIL_CMD, has.KDUMP_NUM_DUMPS],
        ["/srv/crash", "-F -c -d 17", "poweroff -f", "3"],
      );
      const changed = diffSnapshots(before, await snapshot(root, NEAR)).map((line) => line.split(":")[0]);
      assert.deepEqual(changed, [DEFAULTS.slice(1), DROP_IN.slice(1)]);

      const again = await ask(root, [...ALL, "--yes"]);
      assert.deepEqual([again.code, again.json.result, again.json.files], [0, "unchanged", []]);
      assert.equal((await ask(root, ["rollback", "--yes"])).code, 0);
      assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
    },
  );

  test(
    `${name}: kdump-config show names the directory and the target that were wished`,
    skip(name),
    async (t) => {
      const root = await overlayRoot(t, name);
      standIn(root, "mount.nfs");
      // a key that has no option stays
      edit(root, DEFAULTS, '#HOSTTAG="hostname|[ip]"', "HOSTTAG='hostname'  # by name");
      const nfs = ["--target", "nfs:[2001:db8::1]:/export/crash", "--core-dir", "/var/crash/mnt"];
      assert.equal((await ask(root, [...nfs, "--yes"])).code, 0);
      const shown = (await inside(root, ["kdump-config", "show"])).stdout;
      assert.match(shown, /^KDUMP_COREDIR:\s+\/var\/crash\/mnt$/m);
      assert.match(shown, /^NFS:\s+\[2001:db8::1\]:\/export\/crash$/m);
      assert.doesNotMatch(shown, /^SSH:/m);

      standIn(root, "ssh");
      const ssh = ["--target", "ssh:kdump@dumps.example.com", "--ssh-key", "/root/.ssh/crash"];
      const moved = await ask(root, [...ssh, "--yes"]);
      assert.equal(moved.code, 0, moved.stderr);
      assert.match(moved.json.warnings.join("\n"), /no key \/root\/\.ssh\/crash: run kdump-config propagate/);
      const then = (await inside(root, ["kdump-config", "show"])).stdout;
      assert.match(then, /^SSH:\s+kdump@dumps\.example\.com$/m);
      assert.match(then, /^SSH_KEY:\s+\/root\/\.ssh\/crash$/m);
      assert.match(then, /^HOSTTAG:\s+hostname$/m);
      assert.match(content(root, DEFAULTS), /^HOSTTAG='hostname' {2}# by name$/m);
      assert.doesNotMatch(then, /^NFS:/m);

      edit(root, DEFAULTS, '#FTP="<server>:<path>"', 'FTP="ftp.example.com:/in"');
      assert.equal((await ask(root, ["--target", "local", "--yes"])).code, 0);
      assert.doesNotMatch((await inside(root, ["kdump-config", "show"])).stdout, /^(NFS|SSH|FTP):/m);
    },
  );

  test(
    `${name}: what its init script does with the failure action is that command with its argument`,
    skip(name),
    async (t) => {
      const root = await overlayRoot(t, name);
      for (const [action, words] of [
        ["halt", "<halt><-f>"],
        ["reboot", "<reboot><-f>"],
      ] as const) {
        assert.equal((await ask(root, ["--fail-action", action, "--yes"])).code, 0);
        const script = `. ${DEFAULTS}; grep -qE '^\\s+\\$KDUMP_FAIL_CMD ;$' /etc/init.d/kdump-tools && printf '<%s>' $KDUMP_FAIL_CMD`;
        assert.equal((await inside(root, ["sh", "-c", script])).stdout, words);
      }
      const before = await snapshot(root, { ...NEAR, times: true });
      const shell = await ask(root, ["--fail-action", "shell", "--yes"]);
      assert.equal(shell.code, 3);
      assert.match(
        shell.stderr,
        /--fail-action shell is not supported on .*; it can be reboot, halt, poweroff/,
      );
      assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);
    },
  );
}

test(
  "debian12: one word of MAKEDUMP_ARGS changes, however the level is written there",
  skip("debian12"),
  async (t) => {
    const root = await overlayRoot(t, "debian12");
    for (const [stands, becomes] of [
      ['MAKEDUMP_ARGS="-l -d 31 --num-threads 2" # ours', 'MAKEDUMP_ARGS="-l -d 7 --num-threads 2" # ours'],
      ["MAKEDUMP_ARGS='-cd 31'", "MAKEDUMP_ARGS='-cd 7'"],
      ['MAKEDUMP_ARGS="-c -d 31,17"', 'MAKEDUMP_ARGS="-c -d 7"'],
      ['MAKEDUMP_ARGS="-c"', 'MAKEDUMP_ARGS="-c -d 7"'],
      ['MAKEDUMP_ARGS=""', 'MAKEDUMP_ARGS="-F -c -d 7"'],
    ] as const) {
      const shipped = content(root, DEFAULTS);
      edit(root, DEFAULTS, '#MAKEDUMP_ARGS="-c -d 31"', stands);
      const ran = await ask(root, ["--dump-level", "7", "--yes"]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal(content(root, DEFAULTS), shipped.replace('#MAKEDUMP_ARGS="-c -d 31"', becomes));
      writeFileSync(root + DEFAULTS, shipped, "latin1");
    }
  },
);

test(
  "debian12: with --crashkernel all goes into the file in one step, and --disable takes the drop-in away",
  skip("debian12"),
  async (t) => {
    const root = await overlayRoot(t, "debian12");
    edit(root, DEFAULTS, "USE_KDUMP=1", "USE_KDUMP=0");
    const before = await snapshot(root, NEAR);
    const ran = await ask(root, ["--crashkernel", "256M", ...ALL, "--yes"]);
    assert.equal(ran.code, 0, ran.stderr);
    const files = ran.json.files.map((file: { path: string }) => file.path);
    assert.deepEqual(files, ["/etc/default/grub.d/kdump-tools.cfg", DEFAULTS, DROP_IN]);
    await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
    const has = await kdumpConfigHas(root);
    assert.equal(has.MAKEDUMP_ARGS, "-F -c -d 17");
    assert.match(content(root, DEFAULTS), /^USE_KDUMP=1$/m);
    assert.match(content(root, DEFAULTS), /^KDUMP_CMDLINE_APPEND=.*panic=10"$/m);

    assert.equal((await ask(root, ["--disable", "--yes"])).code, 0);
    assert.equal(existsSync(root + DROP_IN), false);
    assert.equal((await ask(root, ["rollback", "--yes"])).code, 0);
    assert.equal(existsSync(root + DROP_IN), true);
    assert.equal((await ask(root, ["rollback", "--yes"])).code, 0);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  },
);

test(
  "debian12: sysctl accepts the drop-in, and every line of it is a setting of that kernel's documentation",
  skip("debian12"),
  async (t) => {
    const root = await overlayRoot(t, "debian12");
    const all = ["--panic-on", "oops,nmi,softlockup,hardlockup,hungtask", "--yes"];
    assert.equal((await ask(root, all)).code, 0);
    assert.deepEqual(
      content(root, DROP_IN)
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#")),
      [
        ...[
          "kernel.panic_on_oops = 1",
          "kernel.unknown_nmi_panic = 1",
          "kernel.panic_on_unrecovered_nmi = 1",
        ],
        ...["kernel.panic_on_io_nmi = 1", "kernel.softlockup_panic = 1", "kernel.hardlockup_panic = 1"],
        ...["kernel.hung_task_panic = 1", "kernel.panic = 10"],
      ],
    );
    // the program reads the file; it is not let near a kernel: only what it would set is looked at
    const dry = await inside(root, ["sysctl", "--dry-run", "-p", DROP_IN]);
    assert.equal(dry.code, 0, dry.stderr);
    assert.equal(dry.stdout.split("\n").filter((line) => / = /.test(line)).length, 8, dry.stdout);

    writeFileSync(`${root}/etc/sysctl.conf`, "kernel.panic_on_oops=0\nkernel.panic = 0\n");
    const overruled = await ask(root, ["--panic-on", "oops", "--yes"]);
    assert.equal(overruled.code, 0);
    assert.doesNotMatch(content(root, DROP_IN), /^kernel\.panic /m, "somebody else decides that");
    const warnings = overruled.json.warnings.join("\n");
    assert.match(
      warnings,
      /kernel\.panic_on_oops=0 stands in \/etc\/sysctl\.(conf|d\/99-sysctl\.conf):1, which is read later/,
    );
    assert.match(warnings, /kernel\.panic=0 \(.*:2\): a panic while no capture kernel is loaded hangs/);

    const arm = await ask(root, ["--arch", "aarch64", "--panic-on", "nmi", "--yes"]);
    assert.equal(arm.code, 3);
    assert.match(arm.stderr, /no such setting on aarch64/);
  },
);

test(
  "debian12: a directory whose contents kdump-config's rotation would remove is refused",
  skip("debian12"),
  async (t) => {
    const root = await overlayRoot(t, "debian12");
    for (const name of ["202611241200", "2019-photos", "notes"])
      mkdirSync(`${root}/srv/shared/${name}`, { recursive: true });
    const wish = ["--core-dir", "/srv/shared", "--keep-dumps", "2", "--yes"];
    const refused = await ask(root, wish);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /\(2019-photos\): kdump-config counts it as a dump and would remove it/);
    // and it would: its own line, in its own shell
    const line =
      "find /srv/shared -mindepth 1 -maxdepth 1 -name '2*' -print0 | sort -Vz | head -z -n 1 | tr '\\0' ' '";
    assert.match(
      readFileSync(`${root}/usr/sbin/kdump-config`, "utf8"),
      /-name '2\*' -print0 \| sort -Vz \| head -z/,
    );
    assert.equal((await inside(root, ["sh", "-c", line])).stdout.trim(), "/srv/shared/2019-photos");
    assert.equal((await ask(root, [...wish, "--force"])).code, 0);
  },
);

test(
  "debian12: what cannot be told is refused with its line, and without the package nothing is set",
  skip("debian12"),
  async (t) => {
    const root = await overlayRoot(t, "debian12");
    edit(root, DEFAULTS, 'KDUMP_COREDIR="/var/crash"', 'KDUMP_COREDIR="/srv/$(hostname)"');
    const before = await snapshot(root, { ...NEAR, times: true });
    const unclear = await ask(root, ["--core-dir", "/srv/crash", "--yes"]);
    assert.equal(unclear.code, 3);
    assert.match(unclear.stderr, /\/etc\/default\/kdump-tools:37: what stands there cannot be told/);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);
    const bare = await overlayRoot(t, "debian12-bare");
    const missing = await ask(bare, ["--dump-level", "17", "--yes"]);
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /kdump-tools is not there: without kdump-tools there is nothing to set/);
    const never = await ask(bare, ["--crashkernel", "256M", "--no-service", "--dump-level", "17", "--yes"]);
    assert.equal(never.code, 3, "a wish is not dropped where the package does not come");
  },
);
