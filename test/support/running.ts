/** A real root seen as a system that runs: /proc, /sys and /run are plain files of the test's own. */

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { check } from "../../src/commands/check.js";
import type { Outcome } from "../../src/commands/outcome.js";
import type { CheckRequest, StatusRequest } from "../../src/commands/request.js";
import { status } from "../../src/commands/status.js";
import { openMachine } from "../../src/machine/host.js";
import type { Machine } from "../../src/machine/machine.js";
import { openOutput } from "../../src/ui/output.js";
import { must, overlayRoot, type RootName } from "./roots.js";
import { plant } from "./temporary.js";

export const MIB = 2 ** 20;
const NOW = new Date("2026-11-24T12:00:00.500Z");

interface Layout {
  /** the sources with the vendor's value, what it is, and the generated file */
  readonly source: string;
  readonly vendor: string;
  readonly config: string;
  readonly captureInitrd: (kernel: string) => string;
}

const LAYOUTS = {
  debian12: {
    source: "etc/default/grub.d/kdump-tools.cfg",
    vendor: "crashkernel=384M-:128M",
    config: "boot/grub/grub.cfg",
    captureInitrd: (kernel) => `var/lib/kdump/initrd.img-${kernel}`,
  },
  centos7: {
    source: "etc/default/grub",
    vendor: "crashkernel=auto",
    config: "boot/grub2/grub.cfg",
    captureInitrd: (kernel) => `boot/initramfs-${kernel}kdump.img`,
  },
} as const satisfies Partial<Record<RootName, Layout>>;

/** 4 GiB, with the hole below 4 GiB that PCs have. */
const IOMEM = `00001000-0009ffff : System RAM
00100000-bfffffff : System RAM
100000000-13fffffff : System RAM
`;
const MEMINFO = `MemTotal:        3915088 kB
MemFree:         2915088 kB
Buffers:           20000 kB
Cached:           600000 kB
SwapCached:            0 kB
AnonPages:        200000 kB
`;
/** Its one file system is the disk the root is on. */
const MOUNTS = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n";
/** Stands in for the system's own, as there is no systemd to answer: what it says is in /run/unit. */
const SYSTEMCTL = '#!/bin/sh\n[ "$1" = show ] || exit 1\nexec cat /run/unit\n';

/** A system on which a dump would be saved: every check passes or does not apply. */
export async function runningRoot(t: TestContext, name: keyof typeof LAYOUTS = "debian12"): Promise<string> {
  const { source, vendor, config } = LAYOUTS[name];
  const root = await overlayRoot(t, name);
  const kernel = newestKernel(root);
  await must(["umount", path.join(root, "proc")]);
  for (const file of [source, config]) change(root, file, new RegExp(vendor, "g"), "crashkernel=256M");
  const append = "etc/default/kdump-tools";
  if (name === "debian12")
    writeFileSync(
      path.join(root, append),
      `${readFileSync(path.join(root, append), "utf8")}KDUMP_CMDLINE_APPEND="reset_devices nr_cpus=1 panic=10"\n`,
    );
  plant(root, {
    "proc/cmdline": `BOOT_IMAGE=/boot/vmlinuz-${kernel} root=/dev/sda1 ro quiet crashkernel=256M\n`,
    "proc/iomem": IOMEM,
    "proc/meminfo": MEMINFO,
    "proc/modules": "ext4 983040 1 - Live 0x0000000000000000\n",
    "proc/self/mountinfo": MOUNTS,
    "proc/1/mountinfo": MOUNTS,
    "proc/1/cgroup": "0::/init.scope\n",
    "proc/sys/kernel/osrelease": `${kernel}\n`,
    "proc/sys/kernel/hostname": "web1\n",
    "proc/sys/kernel/panic": "0\n",
    "proc/sys/kernel/panic_on_oops": "1\n",
    "proc/sys/kernel/kexec_load_disabled": "0\n",
    "proc/sys/kernel/hung_task_panic": "0\n",
    "sys/kernel/kexec_crash_size": `${256 * MIB}\n`,
    "sys/kernel/kexec_crash_loaded": "1\n",
    "sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
    "sys/firmware/memmap": "",
    "run/systemd/system/.keep": "",
    "run/unit": "ActiveState=active\nResult=success\n",
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "usr/bin/systemctl": SYSTEMCTL,
    [captureInitrdOf(root, name)]: "x".repeat(1024),
  });
  chmodSync(path.join(root, "usr/bin/systemctl"), 0o755);
  mkdirSync(path.join(root, "var/crash"), { recursive: true });
  chmodSync(path.join(root, "var/crash"), 0o700);
  rmSync(path.join(root, ".dockerenv"), { force: true });
  const now = new Date();
  utimesSync(path.join(root, config), now, now);
  return root;
}

/** The one the menu's first entry boots. */
function newestKernel(root: string): string {
  const order = new Intl.Collator("en", { numeric: true });
  const releases = readdirSync(`${root}/boot`)
    .filter((file) => /^vmlinuz-\d/.test(file) && !file.includes("rescue"))
    .map((file) => file.slice("vmlinuz-".length))
    .sort(order.compare);
  return releases.at(-1) ?? "";
}

export function captureInitrdOf(root: string, name: keyof typeof LAYOUTS = "debian12"): string {
  return LAYOUTS[name].captureInitrd(newestKernel(root));
}

/** A change by hand, which must find what it changes; the file keeps its times. */
export function change(root: string, file: string, from: string | RegExp, to: string): void {
  const at = path.join(root, file);
  const { atime, mtime } = lstatSync(at);
  const text = readFileSync(at, "latin1");
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`${from} is not in ${file}`);
  writeFileSync(at, changed, "latin1");
  utimesSync(at, atime, mtime);
}

export interface Audit extends Outcome {
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a document under test is whatever it is
  readonly json: any;
  /** "id: status" of those that do not pass, skipped ones aside */
  readonly not: readonly string[];
}

/** The root as the system that runs; with `image` as an image. `run` answers in the place of programs. */
interface Seen {
  readonly image?: boolean | undefined;
  readonly run?: Machine["run"] | undefined;
}

const ASKED = {
  ram: undefined,
  kernel: undefined,
  arch: undefined,
  distro: undefined,
  format: "text",
  output: undefined,
  lockTimeout: undefined,
  color: "never",
  verbose: false,
  quiet: true,
} as const;

function opened({ image = false, run }: Seen): typeof openMachine {
  return (where) => {
    const machine = openMachine(where);
    return { ...machine, image, run: run ?? machine.run };
  };
}

/** `status` of that root. */
export async function statusOf(
  root: string,
  { image, run, ...rest }: Partial<StatusRequest> & Seen = {},
): Promise<Omit<Audit, "not">> {
  const request: StatusRequest = { command: "status", root, ...ASKED, ...rest };
  const said: string[] = [];
  const output = openOutput({ ...request, textResult: true, into: said });
  const outcome = await status(request, output, opened({ image, run }));
  return { ...outcome, text: said.join(""), json: JSON.parse(JSON.stringify(outcome.document)) };
}

/** `--check` of that root. */
export async function audit(
  root: string,
  { image, run, ...rest }: Partial<CheckRequest> & Seen = {},
): Promise<Audit> {
  const request: CheckRequest = { command: "check", root, ...ASKED, policy: "enabled", ...rest };
  const said: string[] = [];
  const { format } = request;
  const output = openOutput({ ...request, textResult: format === "text", into: said });
  const open = opened({ image, run });
  const outcome = await check(request, output, open, () => NOW);
  const json = JSON.parse(JSON.stringify(outcome.document));
  const not = json.checks
    .filter((one: { status: string }) => one.status === "fail" || one.status === "unknown")
    .map((one: { id: string; status: string }) => `${one.id}: ${one.status}`);
  return { ...outcome, text: outcome.rendered ?? said.join(""), json, not };
}
