import type { RollbackRequest, SetupRequest } from "../../src/commands/request.js";
import { type Output, openOutput } from "../../src/ui/output.js";

const common = (root: string) => ({
  root,
  ram: "4G",
  kernel: undefined,
  arch: undefined,
  distro: undefined,
  format: "json" as const,
  output: undefined,
  lockTimeout: undefined,
  color: "never" as const,
  verbose: false,
  quiet: true,
  dryRun: false,
  exitCode: false,
  yes: true,
  regenerate: true,
  diff: true,
});

/** `--root ROOT --ram 4G --crashkernel EXPR --yes`, or `--disable` for null; with `changes.dump` and null the dump's settings alone. */
export function setupRequest(
  root: string,
  crashkernel: string | null,
  changes: Partial<SetupRequest> = {},
): SetupRequest {
  const rest = {
    trial: "none" as const,
    watch: null,
    mask: false,
    now: false,
    force: false,
    install: true,
    service: true,
    reboot: false,
  };
  const disable = crashkernel === null && (changes.dump ?? null) === null;
  return { command: "setup", ...common(root), ...rest, crashkernel, disable, dump: null, ...changes };
}

export function rollbackRequest(
  root: string,
  id?: string,
  changes: Partial<RollbackRequest> = {},
): RollbackRequest {
  return { command: "rollback", ...common(root), id, ...changes };
}

/** Says nothing, not even what --quiet lets through. */
export function silent(): Output {
  const output = openOutput({ color: "never", quiet: true, verbose: false, textResult: false, into: null });
  return { ...output, error: () => undefined };
}
