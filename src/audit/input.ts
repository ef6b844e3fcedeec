import type { GrubMenu } from "../bootconfig/grub-cfg.js";
import type { Profile } from "../distro/profile.js";
import type { AuditFacts } from "../facts/audit-facts.js";
import type { EffectiveDumpSettings } from "../plan/effective-dump-settings.js";
import type { SizingInput } from "../sizing/input.js";
import type { Facts, PlacedWord } from "../types.js";
import type { Author } from "./authorship.js";

/** What the init system says of the kdump unit. */
export type UnitRun =
  | { readonly kind: "known"; readonly active: string; readonly result: string; readonly evidence: string }
  | { readonly kind: "unknown"; readonly why: string; readonly evidence: string };

/** Free space where the dump goes. */
export type FreeSpace =
  | { readonly kind: "known"; readonly freeBytes: number; readonly evidence: string }
  | { readonly kind: "unknown"; readonly why: string; readonly evidence: string };

/** What kind of kernel will read the parameter. */
export interface KernelSeen {
  readonly kernel: string;
  readonly arch: string;
}

/** Everything one audit judges: values only. null where an image has nothing of the kind. */
export interface AuditInput {
  readonly facts: Facts;
  readonly profile: Profile;
  readonly more: AuditFacts;
  readonly settings: EffectiveDumpSettings;
  readonly words: CrashkernelWords;
  /** the run of this program that set the value; null: there is none, or this user may not know */
  readonly author: Author | null;
  readonly target: KernelSeen | null;
  readonly unit: UnitRun | null;
  readonly space: FreeSpace | null;
  readonly sizing: Pick<SizingInput, "parts" | "machine">;
  /** what would be recommended here now, in bytes; null where that cannot be said */
  readonly recommendedBytes: number | null;
}

export interface WordToCome {
  /** what it does, for a sentence */
  readonly what: string;
  readonly path: string;
  readonly line: number | null;
  /** null: always other words than those that boot */
  readonly puts: null;
  readonly fix: string;
}

/** crashkernel= as the sources ask for it, as the entries carry it, as the running kernel got it. */
export interface CrashkernelWords {
  readonly configured:
    | { readonly kind: "known"; readonly words: readonly PlacedWord[] }
    | { readonly kind: "unknown"; readonly why: string; readonly path: string; readonly line: number | null };
  /** assignments that a later one undoes */
  readonly overridden: readonly PlacedWord[];
  /** what will put other words there: for the next kernel, or when a generator is run */
  readonly toCome: readonly WordToCome[];
  readonly menu:
    | { readonly kind: "known"; readonly menu: GrubMenu; readonly path: string }
    | { readonly kind: "unknown"; readonly why: string; readonly path: string };
  /** null on an image, and where the command line cannot be read */
  readonly running: readonly string[] | null;
}

export const ON_AN_IMAGE = "an image is looked at, not a system that runs";
export const SYSV = "a SysV script keeps no state that could be asked for (capture.loaded says what counts)";
export const AS_ROOT = "run it as root";
