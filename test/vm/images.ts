/** Machines that are built once and kept under .cache/vm: the root, a disk that boots through GRUB, one with kdump. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname, release } from "node:os";
import path from "node:path";
import { must, run } from "../support/run.js";
import { fstab, kernelOf, makeDisk, UUID } from "./disk.js";
import { type Accelerator, chooseAccelerator } from "./emulator.js";
import { firstBoot } from "./first-boot.js";
import { Guest } from "./guest.js";
import type { Layout } from "./layout.js";
import type { Steps } from "./report.js";

const cache = path.resolve(".cache/vm");
const key = path.join(cache, "id");
/** What scripts/vm.sh built for this run. */
export const TOOL_FILE = path.resolve("build/vm/kdump-setup.cjs");
export const logs = path.join(cache, "logs");

/** Where a scenario works: its directory of sockets, what accelerates it, its reporter. */
export interface Bench {
  readonly dir: string;
  readonly accelerator: Accelerator;
  readonly steps: Steps;
  /** the serial console's log of this scenario */
  readonly console: string;
}

/** Makes the ssh key, and finds out what can run a guest here (remembered for this host and kernel). */
export async function prepare(layout: Layout, dir: string, steps: Steps): Promise<Accelerator> {
  mkdirSync(logs, { recursive: true });
  if (!existsSync(key)) await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
  const root = await rootOf(layout, steps);
  const remembered = path.join(cache, "accelerator");
  const host = `${hostname()} ${release()} ${existsSync("/dev/kvm")}`;
  const known = existsSync(remembered) ? readFileSync(remembered, "utf8").split("\n") : [];
  if (known[0] === host) return known[1] === "kvm" ? "kvm" : "tcg";
  const chosen = await chooseAccelerator(kernelOf(root).kernel, dir);
  writeFileSync(remembered, `${host}\n${chosen}\n`);
  steps.note(chosen === "kvm" ? "KVM works here" : "KVM does not work here: software emulation");
  return chosen;
}

/** Builds `file` with `make(temporary)` unless it is there from the same sources; `sources` are files or values. */
async function cached(
  file: string,
  sources: readonly string[],
  make: (out: string) => Promise<void>,
): Promise<void> {
  const hash = createHash("sha256");
  for (const one of sources) hash.update(one.startsWith("test/") ? readFileSync(one) : one).update("\0");
  const digest = hash.digest("hex");
  const made = `${file}.made`;
  if (existsSync(file) && existsSync(made) && readFileSync(made, "utf8") === digest) return;
  for (const old of [made, file, `${file}.tmp`])
    await must(["rm", "-rf", "--one-file-system", "--", old], { seconds: 300 });
  await make(`${file}.tmp`);
  renameSync(`${file}.tmp`, file);
  writeFileSync(made, digest);
}

const ROOT_SOURCES = ["test/vm/root.sh"];
async function rootOf(layout: Layout, steps: Steps): Promise<string> {
  const root = path.join(cache, `root-${layout.codename}`);
  await cached(root, [...ROOT_SOURCES, process.version], async (out) => {
    await steps.step(`packages of ${layout.codename} fetched and unpacked`, async () => {
      const argv = ["bash", "test/vm/root.sh", layout.codename, out, `${key}.pub`, process.execPath] as const;
      const ended = await run(argv, { seconds: 1800 });
      writeFileSync(path.join(logs, `root-${layout.codename}.log`), ended.stdout + ended.stderr);
      if (ended.code !== 0) throw new Error(ended.stderr.slice(-3000));
    });
  });
  return root;
}

const DISK_SOURCES = ["test/vm/disk.ts", "test/vm/protofile.ts", "test/vm/first-boot.ts"];

/** A raw image that has booted through its own GRUB once, without kdump-tools. */
export async function plainImage(layout: Layout, bench: Bench): Promise<string> {
  const root = await rootOf(layout, bench.steps);
  const image = path.join(cache, `${layout.name}.raw`);
  const rootMade = readFileSync(`${root}.made`, "utf8");
  await cached(image, [rootMade, layout.name, ...DISK_SOURCES], async (out) => {
    writeFileSync(path.join(root, "etc/fstab"), fstab(layout));
    await bench.steps.step("file systems made", async () => await makeDisk(root, layout, out));
    const machine = {
      firmware: layout.firmware,
      disk: { kind: "raw", path: out },
      memory: 1024,
      dir: bench.dir,
      console: bench.console,
    } as const;
    const append = `root=UUID=${UUID.root} ro console=ttyS0,115200 norandmaps`;
    await bench.steps.step("first boot, GRUB installed", async () => {
      const guest = await Guest.start(
        { ...machine, direct: { ...kernelOf(root), append } },
        bench.accelerator,
        key,
      );
      try {
        await guest.up();
        await guest.must(firstBoot(layout), 900);
        await guest.powerOff();
      } finally {
        await guest.kill();
      }
    });
    await bench.steps.step("boots through GRUB", async () => {
      const guest = await Guest.start(machine, bench.accelerator, key);
      try {
        await guest.up();
        await guest.must(`grep -q BOOT_IMAGE= /proc/cmdline && systemctl is-active ssh`);
        await guest.powerOff();
      } finally {
        await guest.kill();
      }
    });
  });
  return image;
}

/** A raw image with kdump-tools as its package sets it up, rebooted once so that the capture initrd is built. */
export async function kdumpImage(layout: Layout, bench: Bench): Promise<string> {
  const plain = await plainImage(layout, bench);
  const image = path.join(cache, `${layout.name}-kdump.raw`);
  const plainMade = readFileSync(`${plain}.made`, "utf8");
  await cached(image, [plainMade], async (out) => {
    await must(["cp", "--sparse=always", "--reflink=auto", plain, out], { seconds: 300 });
    await bench.steps.step("kdump-tools installed by its package", async () => {
      const guest = await Guest.start(
        {
          firmware: layout.firmware,
          disk: { kind: "raw", path: out },
          memory: 1024,
          dir: bench.dir,
          console: bench.console,
        },
        bench.accelerator,
        key,
      );
      try {
        await guest.up();
        await guest.must(
          `set -e; echo "kdump-tools kdump-tools/use_kdump boolean true" | debconf-set-selections
           echo "kexec-tools kexec-tools/load_kexec boolean false" | debconf-set-selections
           DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends install kdump-tools makedumpfile; sync`,
          1200,
        );
        await guest.reboot();
        await guest.must("until [ $(systemctl is-active kdump-tools) = active ]; do sleep 3; done", 600);
        await guest.powerOff();
      } finally {
        await guest.kill();
      }
    });
  });
  return image;
}

let overlays = 0;
/** A guest on a fresh overlay of that image. */
export async function guestOn(image: string, layout: Layout, bench: Bench, memory = 2048): Promise<Guest> {
  overlays += 1;
  const overlay = path.join(cache, `overlay-${process.pid}-${overlays}.qcow2`);
  await must(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", "raw", overlay]);
  const disk = { kind: "qcow2", path: overlay } as const;
  const guest = await Guest.start(
    { firmware: layout.firmware, disk, memory, dir: bench.dir, console: bench.console },
    bench.accelerator,
    key,
  );
  rmSync(overlay); // the emulator has it open; it is gone with it
  return guest;
}

/** A guest on somebody else's disk. */
export async function guestWith(
  machine: Pick<Parameters<typeof Guest.start>[0], "disk" | "from" | "memory" | "firmware">,
  bench: Bench,
): Promise<Guest> {
  return await Guest.start({ ...machine, dir: bench.dir, console: bench.console }, bench.accelerator, key);
}
