import type { Statement } from "./grub-script.js";

/** A line that loads a kernel, or the Xen hypervisor. */
export interface KernelLine {
  /** linux, linux16, linuxefi, module2, … */
  readonly command: string;
  /** the image as written: "/boot/vmlinuz-6.1.0-56-amd64", "${kernel}" */
  readonly path: string;
  /** words after the image, unquoted as GRUB does it */
  readonly args: readonly string[];
  /** names of the variables GRUB puts into the arguments */
  readonly variables: readonly string[];
  /** 1-based */
  readonly line: number;
  /** started by Xen, as its first domain */
  readonly xen: boolean;
}

const LINUX = /^linux(?:16|efi)?$/;
const INITRD = /^initrd(?:16|efi)?$/;
const MULTIBOOT = /^(?:multiboot2?|xen_hypervisor)$/;
const MODULE = /^(?:module2?|xen_module)$/;
const KERNEL_NAME = /^(?:vmlinu[xz]|kernel|bzimage|image)/i;
const HYPERVISOR_NAME = /^xen/;

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

export interface BootLines {
  readonly kernels: readonly KernelLine[];
  readonly hypervisor: KernelLine | null;
  readonly initrds: readonly string[];
}

/** does this statement load a kernel, a hypervisor or an initrd? */
export function isBootLine(statement: Statement): boolean {
  const name = statement.kind === "command" ? (statement.words[0]?.text ?? "") : "";
  return LINUX.test(name) || INITRD.test(name) || MULTIBOOT.test(name) || MODULE.test(name);
}

/** The kernels, the hypervisor and the initrds that the statements of one menu entry load. */
export function bootLines(body: readonly Statement[]): BootLines {
  const kernels: KernelLine[] = [];
  const initrds: string[] = [];
  let hypervisor: KernelLine | null = null;
  let loaded = false;
  for (const statement of body) {
    if (!isBootLine(statement)) continue;
    const command = statement.words[0]?.text ?? "";
    let first = 1;
    while (statement.words[first]?.text.startsWith("--") === true) first += 1;
    const rest = statement.words.slice(first + 1);
    const path = statement.words[first]?.text ?? "";
    const toLine = (xen: boolean): KernelLine => ({
      command,
      path,
      args: rest.map((w) => w.text),
      variables: [...new Set(rest.flatMap((w) => w.variables))],
      line: statement.line,
      xen,
    });
    if (LINUX.test(command)) {
      kernels.push(toLine(false));
    } else if (INITRD.test(command)) {
      for (const word of statement.words.slice(first)) initrds.push(word.text);
    } else if (HYPERVISOR_NAME.test(baseName(path))) {
      // an `if` may choose between two hypervisor lines: the kernel follows each
      hypervisor ??= toLine(false);
      loaded = false;
    } else if (MODULE.test(command)) {
      if (!loaded && (hypervisor !== null || KERNEL_NAME.test(baseName(path)))) {
        kernels.push(toLine(hypervisor !== null));
        loaded = true;
      } else {
        initrds.push(path);
      }
    }
  }
  return { kernels, hypervisor, initrds };
}
