/**
 * A disk with a volatile write cache, as an NBD server on a unix socket (the fixed newstyle of the protocol,
 * github.com/NetworkBlockDevice/nbd doc/proto.md). What is written is kept in memory and becomes durable with a FLUSH
 * or a write with FUA; `cut()` forgets what is not, all of it or a random part, as a disk that loses its power does.
 *
 * No cache mode of qemu does that: after a kill -9 the host's page cache still has whatever the guest once wrote.
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

/** bytes */
export const BLOCK = 4096;
/** Contents by the block's number; what is not in it is as in the image. */
export type Blocks = ReadonlyMap<number, Buffer>;

/** One thing the guest asked of the disk: blocks written, or what was written until then made durable. */
export type DiskEvent =
  | { readonly kind: "write"; readonly seconds: number; readonly blocks: Blocks; readonly durable: boolean }
  | { readonly kind: "flush"; readonly seconds: number };

/** What survives a cut of what was not flushed: nothing, or each block by the toss of a coin (disks reorder). */
export type Survivors = "none" | "some";

export class VolatileDisk {
  readonly #base: number;
  readonly #size: number;
  readonly #durable: Map<number, Buffer>;
  readonly #cache = new Map<number, Buffer>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #flushes = 0;
  #recording: { readonly started: number; readonly events: DiskEvent[] } | null = null;

  private constructor(image: string, durable: Blocks) {
    this.#base = openSync(image, "r");
    this.#size = fstatSync(this.#base).size;
    this.#durable = new Map(durable);
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Serves `image` (raw, read only) with `durable` over it on that socket. */
  static async open(image: string, socket: string, durable: Blocks = new Map()): Promise<VolatileDisk> {
    const disk = new VolatileDisk(image, durable);
    await new Promise<void>((resolve, reject) => {
      disk.#server.once("error", reject);
      disk.#server.listen(socket, resolve);
    });
    return disk;
  }

  /** Blocks written and not flushed, and how many flushes there were. */
  get state(): { readonly unflushed: number; readonly flushes: number } {
    return { unflushed: this.#cache.size, flushes: this.#flushes };
  }

  /** Everything written so far, flushed or not: of a machine that stands still. */
  snapshot(): Blocks {
    return new Map([...this.#durable, ...this.#cache]);
  }

  /** From now on everything the guest asks is kept in the array that is returned, with the seconds since this call. */
  record(): readonly DiskEvent[] {
    const events: DiskEvent[] = [];
    this.#recording = { started: Date.now(), events };
    return events;
  }

  /** The power is gone: whoever is connected is cut off. Returns how many blocks were lost. */
  cut(survivors: Survivors, random: () => number): number {
    for (const socket of this.#sockets) socket.destroy();
    let lost = 0;
    for (const [at, block] of this.#cache) {
      if (survivors === "some" && random() < 0.5) this.#durable.set(at, block);
      else lost += 1;
    }
    this.#cache.clear();
    return lost;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    closeSync(this.#base);
  }

  #block(at: number): Buffer {
    const known = this.#cache.get(at) ?? this.#durable.get(at);
    if (known !== undefined) return known;
    const block = Buffer.alloc(BLOCK);
    readSync(this.#base, block, 0, BLOCK, at * BLOCK);
    return block;
  }

  #read(offset: number, length: number): Buffer {
    const data = Buffer.allocUnsafe(length);
    const last = Math.floor((offset + length - 1) / BLOCK);
    // a long run of blocks nobody wrote is one read of the image
    readSync(this.#base, data, 0, length, offset);
    for (let at = Math.floor(offset / BLOCK); at <= last; at += 1) {
      const known = this.#cache.get(at) ?? this.#durable.get(at);
      if (known === undefined) continue;
      const from = Math.max(offset, at * BLOCK);
      const to = Math.min(offset + length, (at + 1) * BLOCK);
      known.copy(data, from - offset, from - at * BLOCK, to - at * BLOCK);
    }
    return data;
  }

  #write(offset: number, data: Buffer, durable: boolean): void {
    const last = Math.floor((offset + data.length - 1) / BLOCK);
    const blocks = new Map<number, Buffer>();
    for (let at = Math.floor(offset / BLOCK); at <= last; at += 1) {
      const from = Math.max(offset, at * BLOCK);
      const to = Math.min(offset + data.length, (at + 1) * BLOCK);
      const block = Buffer.from(this.#block(at));
      data.copy(block, from - at * BLOCK, from - offset, to - offset);
      blocks.set(at, block);
      if (durable) {
        this.#cache.delete(at);
        this.#durable.set(at, block);
      } else this.#cache.set(at, block);
    }
    this.#recording?.events.push({ kind: "write", seconds: this.#seconds(), blocks, durable });
  }

  #seconds(): number {
    return (Date.now() - (this.#recording?.started ?? 0)) / 1000;
  }

  #flush(): void {
    this.#flushes += 1;
    this.#recording?.events.push({ kind: "flush", seconds: this.#seconds() });
    for (const [at, block] of this.#cache) this.#durable.set(at, block);
    this.#cache.clear();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined); // the emulator was killed: that is what we do
    socket.on("close", () => this.#sockets.delete(socket));
    const hello = Buffer.from("NBDMAGICIHAVEOPT\0\x01", "latin1"); // fixed newstyle
    socket.write(hello);
    let buffered: Buffer = Buffer.alloc(0);
    let phase: "flags" | "options" | "commands" = "flags";
    const take = (length: number): Buffer => {
      const taken = buffered.subarray(0, length);
      buffered = buffered.subarray(length);
      return taken;
    };
    socket.on("data", (chunk: Buffer) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      for (;;) {
        if (phase === "flags") {
          if (buffered.length < 4) return;
          take(4);
          phase = "options";
        } else if (phase === "options") {
          if (buffered.length < 16) return;
          const length = buffered.readUInt32BE(12);
          if (buffered.length < 16 + length) return;
          const option = take(16 + length).readUInt32BE(8);
          if (this.#option(socket, option)) phase = "commands";
        } else {
          if (buffered.length < 28) return;
          const type = buffered.readUInt16BE(6);
          const length = buffered.readUInt32BE(24);
          const payload = type === CMD.write ? length : 0;
          if (buffered.length < 28 + payload) return;
          this.#command(socket, take(28 + payload));
        }
      }
    });
  }

  /** Answers one option; true when the transmission begins. */
  #option(socket: Socket, option: number): boolean {
    const reply = (type: number, data: Buffer): void => {
      const head = Buffer.alloc(20);
      head.writeBigUInt64BE(0x3e889045565a9n, 0);
      head.writeUInt32BE(option, 8);
      head.writeUInt32BE(type, 12);
      head.writeUInt32BE(data.length, 16);
      socket.write(Buffer.concat([head, data]));
    };
    if (option !== 6 && option !== 7) {
      reply(0x80000001, Buffer.alloc(0)); // not supported
      return false;
    }
    const info = Buffer.alloc(12); // NBD_INFO_EXPORT
    info.writeBigUInt64BE(BigInt(this.#size), 2);
    info.writeUInt16BE(1 | 4 | 8, 10); // has flags, flush, FUA
    reply(3, info);
    reply(1, Buffer.alloc(0)); // acknowledged
    return option === 7; // GO, not INFO
  }

  #command(socket: Socket, request: Buffer): void {
    const flags = request.readUInt16BE(4);
    const type = request.readUInt16BE(6);
    const offset = Number(request.readBigUInt64BE(16));
    const length = request.readUInt32BE(24);
    const answer = (error: number, data?: Buffer): void => {
      const head = Buffer.alloc(16);
      head.writeUInt32BE(0x67446698, 0);
      head.writeUInt32BE(error, 4);
      request.copy(head, 8, 8, 16);
      socket.write(data === undefined ? head : Buffer.concat([head, data]));
    };
    if (type === CMD.disconnect) {
      socket.end();
      return;
    }
    if (offset + length > this.#size)
      answer(22); // EINVAL
    else if (type === CMD.read) answer(0, this.#read(offset, length));
    else if (type === CMD.write) {
      this.#write(offset, request.subarray(28), (flags & 1) === 1);
      answer(0);
    } else if (type === CMD.flush) {
      this.#flush();
      answer(0);
    } else answer(95); // EOPNOTSUPP
  }
}

const CMD = { read: 0, write: 1, disconnect: 2, flush: 3 };
