import { createHash, getHashes } from "node:crypto";

/** Hex SHA-256 of bytes, or of a latin1 string's bytes. */
export function sha256(bytes: Buffer | string): string {
  return createHash("sha256")
    .update(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes)
    .digest("hex");
}

/** For comparing with what a package database keeps, not for safety; null where this build of Node has no MD5 (FIPS). */
export function md5(text: string): string | null {
  if (!getHashes().includes("md5")) return null;
  return createHash("md5").update(text, "latin1").digest("hex");
}
