import type { ByteText, NonEmpty } from "../types.js";
import type { EditRefusal } from "./survey.js";

export interface CommandLineEdit {
  /** in the order they stand on a normal entry's line, e.g. GRUB_CMDLINE_LINUX, GRUB_CMDLINE_LINUX_DEFAULT */
  readonly variables: NonEmpty<string>;
  /** where a new word goes when none stands anywhere; one of `variables` */
  readonly appendTo: string;
  /** wanted words, e.g. ["crashkernel=1G,high", "crashkernel=128M,low"]; [] takes every one out */
  readonly words: readonly string[];
  readonly shell: "dash" | "bash";
}

export interface EditedFile {
  readonly path: string;
  readonly text: ByteText;
  readonly why: readonly string[];
}

/**
 * A word that is not the parameter but contains it, so that the kernel finds it (kernel/crash_core.c,
 * get_last_crashkernel: a plain strstr). `wins`: it decides instead of ours.
 */
export interface Decoy {
  readonly path: string;
  readonly line: number;
  readonly word: string;
  readonly wins: boolean;
}

export type CommandLineEdited =
  | {
      readonly kind: "edited";
      /** only files whose bytes change */
      readonly files: readonly EditedFile[];
      /** values of `variables`, "" where not set */
      readonly before: Readonly<Record<string, string>>;
      readonly after: Readonly<Record<string, string>>;
      readonly decoys: readonly Decoy[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: "refused"; readonly refusals: NonEmpty<EditRefusal> };
