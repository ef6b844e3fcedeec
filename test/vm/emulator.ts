/** One qemu process: its command line, its monitor, its end. Software emulation unless KVM is shown to work. */

import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, openSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import type { Layout } from "./layout.js";

export type Disk =
  | { readonly kind: "qcow2"; readonly path: string }
  | { readonly kind: "raw"; readonly path: string }
  /** a VolatileDisk's socket */
  | { readonly kind: "nbd"; readonly socket: string };

export interface Machine {
  readonly firmware: Layout["firmware"];
  readonly disk: Disk;
  /** MiB */
  readonly memory: number;
  /** boots this kernel instead of the disk's boot loader */
  readonly direct?: { readonly kernel: string; readonly initrd: string; readonly append: string };
  /** goes on from a state that `save` wrote */
  readonly from?: string;
  /** directory of sockets and logs; short, since a socket's path has at most 107 bytes */
  readonly dir: string;
  /** the serial console is appended to this file */
  readonly console: string;
}

export type Accelerator = "kvm" | "tcg";
/**
 * KVM without this bit fails on hosts that are guests themselves; two processors made update-initramfs hang. An old
 * processor is the quicker one to emulate: 20 s to ssh where "max" took 23, once each.
 */
const ACCELERATE: Readonly<Record<Accelerator, readonly string[]>> = {
  kvm: ["-accel", "kvm", "-cpu", "host,-arch-capabilities"],
  tcg: ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "Nehalem"],
};

/** Clock ticks of /proc a second: USER_HZ, which is 100 on every architecture Debian 12's kernel has. */
const TICKS = 100;

const running = new Set<ChildProcess>();
/** Ends every emulator of this process; qemu also ends by itself when this process dies (setpriv --pdeathsig). */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Starts qemu by itself, with these arguments; its own words go to `log`. */
function launch(args: readonly string[], log: string): ChildProcess {
  const out = openSync(log, "a");
  const child = spawn("nice", ["-n", "10", "setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", ...args], {
    stdio: ["ignore", out, out],
  });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
export const sleep = async (seconds: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/**
 * Whether a kernel comes to its first message under KVM here: it opens on many machines that are virtual themselves,
 * and then the guest stays in its decompressor. At most 20 seconds.
 */
export async function chooseAccelerator(kernel: string, dir: string): Promise<Accelerator> {
  if (!existsSync("/dev/kvm")) return "tcg";
  const log = path.join(dir, "kvm-probe.log");
  const child = launch(
    [
      ...["-machine", "pc", ...ACCELERATE.kvm, "-m", "512", "-display", "none", "-nodefaults", "-no-reboot"],
      ...["-serial", `file:${log}`, "-kernel", kernel, "-append", "console=ttyS0 panic=-1"],
    ],
    path.join(dir, "kvm-probe.qemu.log"),
  );
  for (let waited = 0; waited < 20 && !ended(child); waited += 0.5) await sleep(0.5);
  child.kill("SIGKILL");
  return existsSync(log) && readFileSync(log, "latin1").includes("Linux version") ? "kvm" : "tcg";
}

export class Emulator {
  readonly #child: ChildProcess;
  readonly #monitor: string;

  private constructor(child: ChildProcess, monitor: string) {
    this.#child = child;
    this.#monitor = monitor;
  }

  /** `port` is the loopback port that reaches the guest's ssh. */
  static async start(machine: Machine, accelerator: Accelerator, port: number): Promise<Emulator> {
    const monitor = path.join(machine.dir, `monitor-${port}`);
    const child = launch(
      [
        ...["-machine", "pc", ...ACCELERATE[accelerator], "-m", String(machine.memory), "-smp", "1"],
        ...["-display", "none", "-nodefaults", "-device", "VGA", ...firmware(machine), ...disk(machine.disk)],
        ...["-device", "virtio-blk-pci,drive=disk,write-cache=on,bootindex=1"],
        ...["-netdev", `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:22`],
        ...["-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci"],
        ...["-chardev", `file,id=console,path=${machine.console},append=on`, "-serial", "chardev:console"],
        ...["-qmp", `unix:${monitor},server=on,wait=off`],
        ...direct(machine),
        ...(machine.from === undefined ? [] : ["-incoming", `exec:cat ${machine.from}`]),
      ],
      path.join(machine.dir, "qemu.log"),
    );
    const emulator = new Emulator(child, monitor);
    while (!existsSync(monitor)) {
      if (!emulator.alive) throw new Error(readFileSync(path.join(machine.dir, "qemu.log"), "utf8"));
      await sleep(0.1);
    }
    if (machine.from !== undefined) {
      await emulator.#reach("paused", ["query-status"]);
      await emulator.#ask(["cont"]);
    }
    return emulator;
  }

  get alive(): boolean {
    return !ended(this.#child);
  }

  /**
   * Seconds of processor time it has used. While its guest is busy this is the guest's own clock, however many others
   * the host has to share its processors with.
   */
  get worked(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "latin1");
    // utime and stime, fields 14 and 15 of proc(5), behind a name that may have anything in it
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** kill -9: the power is gone. */
  async kill(): Promise<void> {
    if (!this.alive) return;
    const gone = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.kill("SIGKILL");
    await gone;
  }

  /** Stops the guest where it is, and writes its memory and devices to `file`. The disk is not part of it. */
  async save(file: string): Promise<void> {
    await this.#ask(["stop"]);
    await this.#ask(["migrate", { uri: `exec:cat > ${file}` }]);
    await this.#reach("completed", ["query-migrate"]);
    await this.kill();
  }

  async #reach(status: string, question: Question): Promise<void> {
    for (let waited = 0; waited < 120; waited += 0.2) {
      const answer = await this.#ask(question);
      // an incoming state that has arrived is "paused" or, when it ran on, "running"
      if (answer.includes(`"status": "${status}"`)) return;
      if (answer.includes('"failed"') || !this.alive) throw new Error(`qemu: ${answer}`);
      await sleep(0.2);
    }
    throw new Error(`qemu did not come to "${status}"`);
  }

  /** One command of the machine protocol (QMP); the text of its answer. */
  async #ask([execute, args]: Question): Promise<string> {
    return await new Promise((resolve, reject) => {
      const socket = connect(this.#monitor);
      let text = "";
      socket.setTimeout(30_000, () => socket.destroy(new Error(`qemu does not answer ${execute}`)));
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
      socket.on("data", (chunk) => {
        text += chunk.toString();
        const answer = text.split("\n").find((line) => line.includes('"id": "asked"'));
        if (answer === undefined) return;
        text = answer;
        socket.destroy();
      });
      socket.write(
        `{"execute":"qmp_capabilities"}\n${JSON.stringify({ execute, id: "asked", arguments: args })}\n`,
      );
    });
  }
}

type Question = readonly [execute: string, args?: Readonly<Record<string, string>>];

function disk(what: Disk): readonly string[] {
  const cache = "cache.direct=off,cache.no-flush=on,discard=unmap"; // these disks never lose their power
  switch (what.kind) {
    case "nbd":
      return ["-blockdev", `driver=nbd,node-name=disk,server.type=unix,server.path=${what.socket}`];
    case "raw":
    case "qcow2":
      return [
        "-blockdev",
        `driver=file,node-name=file,filename=${what.path},cache.direct=off,cache.no-flush=on`,
        "-blockdev",
        `driver=${what.kind},node-name=disk,file=file,${cache}`,
      ];
    default:
      return what satisfies never;
  }
}

const OVMF = { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd" };
function firmware({ firmware, dir }: Machine): readonly string[] {
  if (firmware === "bios") return [];
  const variables = path.join(dir, "efi-variables.fd");
  if (!existsSync(variables)) copyFileSync(OVMF.variables, variables);
  return [
    ...["-drive", `if=pflash,format=raw,readonly=on,file=${OVMF.code}`],
    ...["-drive", `if=pflash,format=raw,file=${variables}`],
  ];
}

function direct({ direct }: Machine): readonly string[] {
  if (direct === undefined) return [];
  return ["-kernel", direct.kernel, "-initrd", direct.initrd, "-append", direct.append];
}
