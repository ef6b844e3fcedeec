/** A running guest, driven over ssh on a loopback port. */

import { closeSync, existsSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type Ended, run } from "../support/run.js";
import { type Accelerator, Emulator, type Machine, sleep } from "./emulator.js";

interface Boot {
  /** /proc/sys/kernel/random/boot_id */
  readonly id: string;
  /** it is the capture kernel that answers */
  readonly capture: boolean;
}

/** What GRUB, the initramfs or the kernel print when nobody will ever answer ssh. */
const LOST =
  /grub rescue>|grub> $|Minimal BASH-like line editing|\(initramfs\) |Kernel panic - not syncing(?!: sysrq)|emergency mode/;

/** Times every limit: what a machine to itself needs, and a host that runs more of them than it has processors. */
export const PATIENCE = 3;

export class Guest {
  readonly #emulator: Emulator;
  readonly #machine: Machine;
  readonly #port: number;
  readonly #key: string;
  #boot: Boot | null = null;

  private constructor(emulator: Emulator, machine: Machine, port: number, key: string) {
    this.#emulator = emulator;
    this.#machine = machine;
    this.#port = port;
    this.#key = key;
  }

  /** Starts the machine; it is not waited for. `key` is the private key its root accepts. */
  static async start(machine: Machine, accelerator: Accelerator, key: string): Promise<Guest> {
    const port = await freePort();
    return new Guest(await Emulator.start(machine, accelerator, port), machine, port, key);
  }

  get alive(): boolean {
    return this.#emulator.alive;
  }

  /** Seconds of processor time the machine has used, see Emulator.worked. */
  get worked(): number {
    return this.#emulator.worked;
  }

  /** A command of the guest's shell, as root. 255 is ssh's own failure. */
  async ssh(
    command: string,
    options: { readonly seconds?: number; readonly input?: string; readonly connect?: number } = {},
  ): Promise<Ended> {
    const settings = [
      "IdentitiesOnly=yes",
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
      "BatchMode=yes",
      `ConnectTimeout=${options.connect ?? 20}`,
      "ServerAliveInterval=10",
      "ServerAliveCountMax=12",
      "ControlPath=none",
    ].flatMap((setting) => ["-o", setting]);
    const seconds = PATIENCE * (options.seconds ?? 120);
    return await run(
      [
        "ssh",
        "-F",
        "/dev/null",
        "-i",
        this.#key,
        "-p",
        String(this.#port),
        ...settings,
        "root@127.0.0.1",
        "--",
        command,
      ],
      options.input === undefined ? { seconds } : { seconds, input: options.input },
    );
  }

  /** As ssh, but throws with what the command said when it does not end with 0. Returns its standard output. */
  async must(command: string, seconds = 120): Promise<string> {
    const ended = await this.ssh(command, { seconds });
    if (ended.code === 0) return ended.stdout;
    throw new Error(
      `in the guest: ${command}: ${ended.code ?? ended.signal}\n${ended.stdout}${ended.stderr}`,
    );
  }

  /** Copies a file into the guest. */
  async put(file: string, to: string, mode = "644"): Promise<void> {
    const text = await readWhole(file);
    const ended = await this.ssh(`base64 -d > ${to} && chmod ${mode} ${to}`, {
      input: text.toString("base64"),
      seconds: 300,
    });
    if (ended.code !== 0) throw new Error(`${to}: ${ended.stderr}`);
  }

  /**
   * Waits until ssh answers in a boot that is not `old` and not the capture kernel's; the seconds it took. Throws
   * when the emulator ends, when the console shows that nobody will ever answer, or after `seconds`.
   */
  async up(
    seconds = 300,
    old: string | null = this.#boot?.id ?? null,
    console = this.console(),
  ): Promise<number> {
    const started = Date.now();
    while (Date.now() - started < PATIENCE * seconds * 1000) {
      if (!this.alive) throw new Error("the emulator has ended");
      const boot = await this.#look();
      if (boot !== null && boot.id !== old && !boot.capture) {
        this.#boot = boot;
        return (Date.now() - started) / 1000;
      }
      const lost = old === null ? this.lost(console) : null;
      if (lost !== null) throw new Error(lost);
      await sleep(1);
    }
    throw new Error(
      `nobody answers after ${PATIENCE * seconds} s; the console's end:\n${this.since(console).slice(-1500)}`,
    );
  }

  /** Why nobody will ever answer, as the emulator and the console show it since then; null: somebody may. */
  lost(offset: number): string | null {
    if (!this.alive) return "the emulator has ended";
    const said = this.since(offset);
    return LOST.test(said) ? `it does not boot:\n${said.slice(-1500)}` : null;
  }

  /** systemctl reboot, and waits for the new boot; seconds. */
  async reboot(seconds = 300): Promise<number> {
    const boot = await this.#look();
    await this.ssh("systemd-run --quiet --on-active=1 --timer-property=AccuracySec=100ms systemctl reboot");
    return await this.up(seconds, boot?.id ?? null);
  }

  /** Crashes the kernel one second from now. */
  async trigger(): Promise<void> {
    await this.ssh(
      "sync; (sleep 1; echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger) >/dev/null 2>&1 </dev/null &",
    );
  }

  /** The same by a command that never returns, as the machine crashes under it. */
  async crashBy(command: string, seconds = 420): Promise<number> {
    const boot = await this.#look();
    await this.ssh(`(sleep 1; ${command}) >/run/crash.log 2>&1 </dev/null &`);
    return await this.up(seconds, boot?.id ?? null);
  }

  /** Crashes the kernel, and waits for the next boot that is not the capture kernel's; seconds. */
  async crash(seconds = 420): Promise<number> {
    const boot = await this.#look();
    await this.trigger();
    return await this.up(seconds, boot?.id ?? null);
  }

  /** Shuts down; kills what has not ended after two minutes and says so by throwing. */
  async powerOff(): Promise<void> {
    await this.ssh("systemctl poweroff", { seconds: 30 });
    for (let waited = 0; waited < PATIENCE * 120 && this.alive; waited += 0.5) await sleep(0.5);
    if (!this.alive) return;
    await this.kill();
    throw new Error(`the guest did not power off in ${PATIENCE * 120} s`);
  }

  async kill(): Promise<void> {
    await this.#emulator.kill();
  }

  /** Stops it where it is and writes its state: see Machine.from. */
  async save(file: string): Promise<void> {
    if (existsSync(file)) unlinkSync(file);
    await this.#emulator.save(file);
  }

  /** How long the console's log is by now, for `since`. */
  console(): number {
    if (!existsSync(this.#machine.console)) return 0;
    const fd = openSync(this.#machine.console, "r");
    try {
      return fstatSync(fd).size;
    } finally {
      closeSync(fd);
    }
  }

  /** What the console said since then, without carriage returns and escape sequences. */
  since(offset: number): string {
    const length = Math.max(0, this.console() - offset);
    const text = Buffer.alloc(length);
    if (length > 0) {
      const fd = openSync(this.#machine.console, "r");
      readSync(fd, text, 0, length, offset);
      closeSync(fd);
    }
    return text.toString().replace(/\x1b\[[0-9;?=]*[A-Za-z]|\r/g, "");
  }

  async #look(): Promise<Boot | null> {
    const question = "cat /proc/sys/kernel/random/boot_id; test -e /proc/vmcore && echo capture; true";
    const ended = await this.ssh(question, { seconds: 10, connect: 12 });
    const id = /^[0-9a-f-]{36}/.exec(ended.stdout)?.[0];
    return ended.code === 0 && id !== undefined ? { id, capture: ended.stdout.includes("capture") } : null;
  }
}

/** A text as one word of the guest's shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`;

async function readWhole(file: string): Promise<Buffer> {
  const { readFile } = await import("node:fs/promises");
  return await readFile(path.resolve(file));
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
