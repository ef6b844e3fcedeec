/** Machines that are built once and kept under .cache/vm: the root, a disk that boots through GRUB, one with kdump. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname, release } from "node:os";
import path from "node:path";
import { must, run } from "../support/run.js";
import { fstab, kernelOf, makeDisk, UUID } from "./disk.js";
import { type Accelerator, chooseAccelerator, type Machine } from "./emulator.js";
import { firstBoot } from "./first-boot.js";
import { Guest } from "./guest.js";
import { imageName, type Layout } from "./layout.js";
import type { Steps } from "./report.js";

export const cache = path.resolve(".cache/vm");
const key = path.join(cache, "id");
/** What scripts/vm.sh built for this run, and where it goes in a guest. */
const TOOL_FILE = path.resolve("build/vm/kdump-setup.cjs");
export const TOOL = "/usr/local/sbin/kdump-setup";
export const putTool = async (guest: Guest): Promise<void> => await guest.put(TOOL_FILE, TOOL, "755");

const logs = path.join(cache, "logs");

/** Where a scenario works: its directory of sockets, what accelerates it, its reporter. */
export interface Bench {
  readonly dir: string;
  readonly accelerator: Accelerator;
  readonly steps: Steps;
  /** the serial console's log of this scenario */
  readonly console: string;
}

/** Work that two scenarios at once must not do at the same time, by what it is about. */
const turns = new Map<string, Promise<unknown>>();
async function inTurn<T>(about: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(about) ?? Promise.resolve();
  // whoever fails has said so to its own caller
  const mine = before.catch(() => undefined).then(work);
  turns.set(about, mine);
  return await mine;
}

/** Makes the ssh key, and finds out what can run a guest here (remembered for this host and kernel). */
export async function prepare(layout: Layout, dir: string, steps: Steps): Promise<Accelerator> {
  mkdirSync(logs, { recursive: true });
  await inTurn(key, async () => {
    if (!existsSync(key)) await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
  });
  const root = await rootOf(layout, steps);
  return await inTurn("accelerator", async () => await accelerate(root, dir, steps));
}

async function accelerate(root: string, dir: string, steps: Steps): Promise<Accelerator> {
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
  await inTurn(file, async () => await build(file, sources, make));
}

async function build(
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

async function rootOf({ release }: Layout, steps: Steps): Promise<string> {
  const root = path.join(cache, `root-${release.name}`);
  const { codename, rootScript, rootSources } = release;
  // names, modes and bytes of all of them
  const made = await must([
    ...(["tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-cf", "-"] as const),
    ...[rootScript, ...rootSources],
  ]);
  const digest = createHash("sha256").update(made).digest("hex");
  await cached(root, [digest, codename, process.version], async (out) => {
    await steps.step(`packages of ${release.name} fetched and unpacked`, async () => {
      const argv = ["bash", rootScript, codename, out, `${key}.pub`, process.execPath] as const;
      const ended = await run(["bash", "scripts/alone.sh", ...argv], { seconds: 1800 });
      writeFileSync(path.join(logs, `root-${release.name}.log`), ended.stdout + ended.stderr);
      if (ended.code !== 0) throw new Error(ended.stderr.slice(-3000));
    });
  });
  return root;
}

const DISK_SOURCES = ["test/vm/disk.ts", "test/vm/protofile.ts", "test/vm/first-boot.ts"];

/** A raw image that has booted through its own GRUB once, without kdump packages. */
async function plainImage(layout: Layout, bench: Bench): Promise<string> {
  const root = await rootOf(layout, bench.steps);
  const image = path.join(cache, `${imageName(layout)}.raw`);
  const rootMade = readFileSync(`${root}.made`, "utf8");
  await cached(image, [rootMade, imageName(layout), ...DISK_SOURCES], async (out) => {
    await bench.steps.step("file systems made", async () => {
      // the tables of file systems differ by layout, and they are made from one root
      await inTurn(root, async () => {
        writeFileSync(path.join(root, "etc/fstab"), fstab(layout));
        await makeDisk(root, layout, out);
      });
    });
    const append = `root=UUID=${UUID.root} ro console=ttyS0,115200 norandmaps`;
    const direct = { ...kernelOf(root), append };
    await bench.steps.step("first boot, GRUB installed", async () => {
      await onImage(out, layout, bench, { direct }, async (guest) => {
        await guest.up();
        await guest.must(firstBoot(layout), 900);
      });
    });
    await bench.steps.step("boots through GRUB", async () => {
      await onImage(out, layout, bench, {}, async (guest) => {
        await guest.up();
        await guest.must(`grep -q BOOT_IMAGE= /proc/cmdline && systemctl is-active ssh`);
      });
    });
  });
  return image;
}

/** A raw image with the kdump packages as they set themselves up, rebooted once so that the capture initrd is built. */
async function kdumpImage(layout: Layout, bench: Bench, installKdump: string): Promise<string> {
  const plain = await plainImage(layout, bench);
  const { unit } = layout.release;
  const image = path.join(cache, `${imageName(layout)}-kdump.raw`);
  const plainMade = readFileSync(`${plain}.made`, "utf8");
  await cached(image, [plainMade, installKdump], async (out) => {
    await must(["cp", "--sparse=always", "--reflink=auto", plain, out], { seconds: 300 });
    await bench.steps.step("kdump packages set themselves up", async () => {
      await onImage(out, layout, bench, {}, async (guest) => {
        await guest.up();
        await guest.must(`set -e; ${installKdump}; sync`, 1200);
        await guest.reboot();
        await guest.must(`until [ $(systemctl is-active ${unit}) = active ]; do sleep 3; done`, 600);
      });
    });
  });
  return image;
}

/** Boots an image that is being built, lets it work, and shuts it down. */
async function onImage(
  image: string,
  { firmware }: Layout,
  bench: Bench,
  how: Pick<Machine, "direct">,
  work: (guest: Guest) => Promise<void>,
): Promise<void> {
  const disk = { kind: "raw", path: image } as const;
  const guest = await guestWith({ firmware, disk, memory: 1024, ...how }, bench);
  try {
    await work(guest);
    await guest.powerOff();
  } finally {
    await guest.kill();
  }
}

/** The kernel of a layout and an initrd that boots it, for a machine that does without GRUB. */
export async function kernelFor(layout: Layout, bench: Bench): Promise<ReturnType<typeof kernelOf>> {
  return kernelOf(await rootOf(layout, bench.steps));
}

/** The image a machine of that layout starts from. */
export async function imageOf(layout: Layout, bench: Bench): Promise<string> {
  const { installKdump } = layout.release;
  if (!layout.kdumpThere || installKdump === null) return await plainImage(layout, bench);
  return await kdumpImage(layout, bench, installKdump);
}

let overlays = 0;
/** A guest on a fresh overlay of that image. */
export async function guestOn(
  image: string,
  { firmware }: Layout,
  bench: Bench,
  how: Pick<Machine, "memory"> & Partial<Pick<Machine, "direct">>,
): Promise<Guest> {
  overlays += 1;
  const overlay = path.join(cache, `overlay-${process.pid}-${overlays}.qcow2`);
  await must(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", "raw", overlay]);
  const guest = await guestWith({ firmware, disk: { kind: "qcow2", path: overlay }, ...how }, bench);
  rmSync(overlay); // the emulator has it open; it is gone with it
  return guest;
}

/** A guest on somebody else's disk. */
export async function guestWith(machine: Omit<Machine, "dir" | "console">, bench: Bench): Promise<Guest> {
  return await Guest.start({ ...machine, dir: bench.dir, console: bench.console }, bench.accelerator, key);
}
