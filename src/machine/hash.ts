import { createHash } from "node:crypto";

/** Hex SHA-256 of bytes, or of a latin1 string's bytes. */
export function sha256(bytes: Buffer | string): string {
  return createHash("sha256")
    .update(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes)
    .digest("hex");
}
