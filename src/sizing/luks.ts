import { MIB } from "./input.js";

/**
 * What opening the dump target's LUKS2 device takes: its key slot's Argon2 memory and cryptsetup itself (20M, 50M on
 * arm64: kdumpctl, do_estimate, of kdump-utils 2026-03). 0 for a target that is not encrypted.
 */
export function luksBytes(argon2Bytes: number, arch: string): number {
  return argon2Bytes === 0 ? 0 : argon2Bytes + (arch === "aarch64" ? 50 : 20) * MIB;
}
