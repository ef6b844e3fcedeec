/** A root as the system that runs: its own process 1, its own root directory, /proc and /sys of the kernel here. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import {
  bundle,
  type Ended,
  overlayRoot,
  type RootName,
  run,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";

const node16 = process.env.KDUMP_TEST_NODE16 ?? "";

/** `skip` option: false, or the reason. */
export function withoutLive(): string | false {
  if (node16 === "" || !existsSync(node16)) return "no real Node 16: scripts/node16.sh fetches it from npm";
  return withoutBundle || withoutRoot("debian12");
}

const ENTER = `
  cd "$1"; node=$2; tool=$3; what=$4
  mkdir -p opt/kdump; : > opt/kdump/node; : > opt/kdump/kdump-setup.cjs
  mount --bind "$node" opt/kdump/node; mount --bind "$tool" opt/kdump/kdump-setup.cjs
  mount -t proc proc proc; mount -t sysfs -o ro sysfs sys
  pivot_root . mnt; cd /; umount -l /mnt
  printf '#!/bin/sh\\nexec /opt/kdump/node /opt/kdump/kdump-setup.cjs "$@"\\n' > /run/kdump-setup
  chmod 755 /run/kdump-setup
  exec env -i PATH=/run:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 NO_COLOR=1 sh -c "$what"`;

/**
 * Runs a shell script in the root, after pivot_root in a mount and a process namespace of its own; `kdump-setup` is
 * the shipped bundle on a real Node 16. `tracer` is put before all of it.
 */
export async function live(root: string, script: string, tracer: readonly string[] = []): Promise<Ended> {
  const [program = "unshare", ...rest] = [
    ...tracer,
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--propagation",
    "private",
  ];
  return await run([program, ...rest, "sh", "-ec", ENTER, "sh", root, path.resolve(node16), bundle, script]);
}

/** A root that is fit to be seen as a machine; null where this machine shows through (a CI container's cgroup). */
export async function liveRoot(t: TestContext, name: RootName = "debian12"): Promise<string | null> {
  const root = await overlayRoot(t, name);
  const looked = await live(root, "kdump-setup --crashkernel 256M --dry-run");
  if (looked.code === 3 && /\((\/proc\/1\/|\/run\/systemd\/container)/.test(looked.stderr)) {
    t.skip(`what runs these tests is seen from inside: ${looked.stderr.trim().split("\n").at(-1)}`);
    return null;
  }
  assert.equal(looked.code, 0, looked.stderr);
  return root;
}
