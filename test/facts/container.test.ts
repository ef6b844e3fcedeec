import assert from "node:assert/strict";
import { test } from "node:test";
import { containerBlockers } from "../../src/facts/container.js";
import type { InstalledKernel } from "../../src/types.js";
import { imageOf, liveOf, type Tree } from "./tree.js";

const kernel: InstalledKernel = { release: "6.1.0-1", image: "/boot/vmlinuz-6.1.0-1", initrd: null };
const ROOT = "22 1 253:0 / / rw - xfs /dev/sda rw\n";
const machine: Tree = {
  "/proc/sys/kernel/osrelease": "6.1.0-1\n",
  "/proc/self/mountinfo": ROOT,
  "/proc/1/mountinfo": ROOT,
  "/proc/1/cgroup": "0::/init.scope\n",
  "/proc/1/environ": "HOME=/\0TERM=linux\0",
  "/run/systemd/system": { dir: true },
};

const systems: readonly [string, Tree, string | null, RegExp][] = [
  ["a machine", {}, null, /^$/],
  ["a container that says so", { "/run/systemd/container": "lxc\n" }, "container refusal", /container: lxc/],
  [
    "process 1 with container=",
    { "/proc/1/environ": "A=1\0container=podman\0" },
    "container refusal",
    /=podman/,
  ],
  ["an OpenVZ guest", { "/proc/vz": { dir: true } }, "container refusal", /\/proc\/vz/],
  ["an OpenVZ host", { "/proc/vz": { dir: true }, "/proc/bc": { dir: true } }, null, /^$/],
  [
    "a control group of a runtime",
    { "/proc/1/cgroup": "0::/\n1:cpu:/docker/12ab\n" },
    "container refusal",
    /docker/,
  ],
  ["the mark of a container export, its own kernel booted", { "/.dockerenv": "" }, null, /^$/],
  [
    "the mark of a container, another kernel",
    { "/.dockerenv": "", "/proc/sys/kernel/osrelease": "6.9\n" },
    "container refusal",
    /^\/\.dockerenv$/,
  ],
  [
    "the Windows subsystem",
    {
      "/proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n",
      "/run/systemd/container": "wsl\n",
    },
    "wsl refusal",
    /microsoft-standard/,
  ],
  [
    "a chroot below the root",
    { "/proc/self/mountinfo": "23 27 0:21 / /proc rw - proc proc rw\n" },
    "chroot objection",
    /no \//,
  ],
  [
    "a chroot on a mount of its own",
    { "/proc/self/mountinfo": "99 1 7:0 / / rw - ext4 /dev/loop0 rw\n" },
    "chroot objection",
    /process 1/,
  ],
  ["a machine whose process 1 may not be looked at", { "/proc/1/mountinfo": "" }, null, /^$/],
  [
    "no /proc",
    { "/proc/self/mountinfo": "", "/proc/1/mountinfo": "", "/proc/sys/kernel/osrelease": "" },
    null,
    /^$/,
  ],
];
for (const [name, tree, expected, evidence] of systems)
  test(`${name}: ${expected ?? "nothing against it"}`, (t) => {
    const [blocker, ...more] = containerBlockers(liveOf(t, { ...machine, ...tree }), [kernel]);
    assert.deepEqual(more, []);
    assert.equal(blocker === undefined ? null : `${blocker.id} ${blocker.severity}`, expected);
    assert.match(blocker?.evidence ?? "", evidence);
  });

test("an image is no container because the build host is one, nor because it was exported from one", (t) => {
  const image = imageOf(t, { ...machine, "/run/systemd/container": "docker\n", "/.dockerenv": "" });
  assert.deepEqual(containerBlockers(image, [kernel]), []);
  const [empty] = containerBlockers(image, []);
  assert.deepEqual([empty?.id, empty?.severity], ["container", "objection"]);
});
