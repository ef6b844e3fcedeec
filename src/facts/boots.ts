import { defaultKernelPath } from "../bootconfig/default-kernel.js";
import { readGrubCfg } from "../bootconfig/grub-cfg.js";
import type { Reader } from "../machine/machine.js";
import type { BaseFacts, GrubFacts, InstalledKernel } from "../types.js";

/**
 * The installed kernel that boots next, and that will be loaded for the capture: the one an option names, else the
 * default of the boot menu, else the running one, else the newest. null when no image of it is installed.
 */
export function kernelThatBoots(
  reader: Reader,
  base: Pick<BaseFacts, "kernels" | "runningKernel">,
  grub: Pick<GrubFacts, "config"> | null,
): InstalledKernel | null {
  const { kernels, runningKernel } = base;
  const named = (release: string | null) => kernels.find((kernel) => kernel.release === release) ?? null;
  const running = reader.image ? null : (reader.readText("/proc/sys/kernel/osrelease")?.trim() ?? null);
  if (runningKernel !== null && runningKernel !== running) return named(runningKernel);
  const state = grub?.config?.state;
  const path = state?.kind === "file" ? defaultKernelPath(readGrubCfg(state.text)) : null;
  const name = path?.slice(path.lastIndexOf("/") + 1);
  const first = kernels.find(({ image }) => image.slice(image.lastIndexOf("/") + 1) === name);
  return first ?? named(runningKernel) ?? newestKernel(kernels);
}

/** By version, numbers as numbers: 6.1.0-18 is newer than 6.1.0-9. Rescue kernels are none. */
function newestKernel(kernels: readonly InstalledKernel[]): InstalledKernel | null {
  const order = new Intl.Collator("en", { numeric: true });
  let newest: InstalledKernel | null = null;
  for (const kernel of kernels) {
    if (kernel.release.startsWith("0-rescue") || kernel.release.endsWith(".old")) continue;
    if (newest === null || order.compare(kernel.release, newest.release) > 0) newest = kernel;
  }
  return newest;
}

/** The kernel that will read the parameter: the running one, or on an image the newest installed. */
export function targetKernel(
  facts: Pick<BaseFacts, "kernels" | "runningKernel" | "arch">,
): { readonly kernel: string; readonly arch: string } | null {
  const kernel = facts.runningKernel ?? newestKernel(facts.kernels)?.release;
  return kernel === undefined ? null : { kernel, arch: facts.arch };
}

/** The configuration a kernel was built with, /boot/config-RELEASE or beside its modules; null where neither is. */
export function kernelConfig(
  reader: Reader,
  release: string,
): { readonly path: string; readonly text: string } | null {
  for (const path of [
    `/boot/config-${release}`,
    `/usr/lib/modules/${release}/config`,
    `/lib/modules/${release}/config`,
  ]) {
    const state = reader.read(path, 2 * 1024 * 1024);
    // a file without a single setting is no configuration, and says nothing
    if (state.kind === "file" && /^CONFIG_\w+=/m.test(state.text)) return { path, text: state.text };
  }
  return null;
}
