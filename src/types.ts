/**
 * The nouns of kdump-setup. Imports nothing; everything is plain readonly data that survives JSON.
 *
 * Conventions: sizes are bytes (`number`, safe integers). Every path is absolute *inside the root worked on*
 * ("/etc/default/grub" also when `--root /mnt/image` is given). A `ByteText` is the bytes of a file read as
 * latin1, one character a byte, so that editing never changes a byte it did not come to change.
 */

export type NonEmpty<T> = readonly [T, ...T[]];
/** A file's bytes as a latin1 string. */
export type ByteText = string;

// ---------------------------------------------------------------- files

/** What stands at a path, links followed inside the root. */
export type FileState =
  | { readonly kind: "absent" }
  | FileContent
  | { readonly kind: "other"; readonly type: "directory" | "fifo" | "socket" | "device" | "too-large" }
  | { readonly kind: "unreadable"; readonly why: string };

export interface FileContent {
  readonly kind: "file";
  /** where the bytes really are, links resolved inside the root */
  readonly target: string;
  readonly text: ByteText;
  /** permission bits, as in chmod */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** hex SHA-256 of the bytes */
  readonly sha256: string;
}

/** A file by the name an admin knows it by, and its state. */
export interface NamedFile {
  readonly path: string;
  readonly state: FileState;
}

/** A readable text file, as handed to the editors. */
export interface SourceFile {
  readonly path: string;
  readonly text: ByteText;
}

// ---------------------------------------------------------------- facts

export interface OsFacts {
  /** os-release ID (or what the fallback file says), lower case; "" when nothing says */
  readonly id: string;
  /** VERSION_ID as text: "12", "22.04", "7" */
  readonly versionId: string;
  readonly idLike: readonly string[];
  readonly prettyName: string;
  /** the file that said so */
  readonly source: string;
}

export interface InstalledKernel {
  /** uname -r of that kernel */
  readonly release: string;
  readonly image: string;
  /** null when no initrd for it is found */
  readonly initrd: string | null;
}

export interface MemoryFacts {
  /** System RAM as the kernel counts it for crashkernel ranges */
  readonly bytes: number;
  readonly source: "iomem" | "memory-blocks" | "meminfo" | "option";
  /** exact: the kernel's own count. estimate: may be wrong by the firmware's share */
  readonly sure: "exact" | "estimate";
}

export interface ReservationFacts {
  /** /sys/kernel/kexec_crash_size, of fadump its mem_reserved; null when it cannot be read or the root is an image */
  readonly reservedBytes: number | null;
  /** /sys/kernel/kexec_crash_loaded, of fadump registered; null likewise */
  readonly loaded: boolean | null;
  /** the firmware keeps the memory and starts the kernel that saves (POWER); nothing is loaded by kexec */
  readonly fadump: boolean;
}

/** Something on this system that makes our way of changing the command line wrong or unsafe. */
export interface Blocker {
  /** stable id, e.g. "container", "ostree", "bootc", "uki", "systemd-boot", "tpm-policy", "signed-grub-cfg" */
  readonly id: string;
  /** refusal: never; objection: only with --force */
  readonly severity: "refusal" | "objection";
  /** one sentence, with what is right there */
  readonly text: string;
  /** the file or command that showed it */
  readonly evidence: string;
}

export interface UnitFacts {
  readonly name: string;
  /** is there a unit file (or SysV script) for it? */
  readonly present: boolean;
  readonly state: "enabled" | "disabled" | "masked" | "absent";
  /** every symbolic link that enables or masks it (systemd wants/requires/mask, SysV rc?.d), with its target */
  readonly links: readonly LinkFact[];
}

export interface LinkFact {
  readonly path: string;
  readonly to: string;
}

export interface GrubFacts {
  /** /etc/default/grub */
  readonly defaults: NamedFile;
  /** what the generator sources after it, in that order; [] where it sources nothing else */
  readonly dropIns: readonly NamedFile[];
  /** the generated configuration by its real name, and what stands there; null when none was found */
  readonly config: NamedFile | null;
  /** names that lead to it (stubs, links), for messages */
  readonly configVia: readonly string[];
  /** crashkernel= words that a script of the generator adds to normal entries by itself; [] where none does */
  readonly scriptWords: readonly PlacedWord[];
  /** of the sources those that belong to a package */
  readonly conffiles: readonly ConffileFact[];
  /** is there a BLS directory with entries? */
  readonly blsEntries: readonly string[];
  /** where the menu comes from there by the profile; null: it does not */
  readonly bls: BlsFacts | null;
  /** does the generated configuration (or the defaults) hand the menu to BLS? */
  readonly usesBls: boolean;
  /** generator programs found in the root, of those the profile may name */
  readonly generators: readonly string[];
  /** is /boot (or the directory of the configuration) a mount of its own? */
  readonly bootMount: BootMount | null;
}

/** A configuration file that a package brought and an admin may change. */
export interface ConffileFact {
  readonly path: string;
  readonly package: string;
  /** its bytes are those the package brought */
  readonly shipped: boolean;
}

/** A crashkernel= word, and the line it stands on. */
export interface PlacedWord {
  readonly word: string;
  readonly path: string;
  readonly line: number;
}

export interface BlsFacts {
  /** in byte order, those for repairs too; null: the directory cannot be listed */
  readonly entries: readonly NamedFile[] | null;
  readonly grubenv: NamedFile;
  /** mounts of their own that these two are on: on some machines grubenv is a link into the EFI system partition */
  readonly entriesMount: BootMount | null;
  readonly grubenvMount: BootMount | null;
  /** the words a kernel to come is given; null where the release has no such file */
  readonly kernelCmdline: NamedFile | null;
}

export interface BootMount {
  readonly mountPoint: string;
  readonly fsType: string;
  readonly source: string;
}

export interface KdumpFacts {
  /** packages of the profile and whether each is installed; null: no package database could be read */
  readonly packages: readonly { readonly name: string; readonly installed: boolean | null }[];
  /** the kdump configuration files of the profile */
  readonly files: readonly NamedFile[];
  /** what the capture kernel is given when the variable is not set, and where that was read; null: nothing is built in */
  readonly builtInCaptureArguments: { readonly value: string; readonly source: string } | null;
  /** the makedumpfile command or arguments that are used when none are set, and where that was read */
  readonly builtInCollector: { readonly value: string; readonly source: string };
  /** the drop-in of ours that says what makes the kernel panic */
  readonly panicFile: NamedFile;
  readonly unit: UnitFacts;
  /** the installed package has the updater that the profile names */
  readonly updater: boolean;
}

/** Facts that need no profile. */
export interface BaseFacts {
  readonly root: string;
  /** true when a root other than "/" is worked on */
  readonly image: boolean;
  readonly effectiveRoot: boolean;
  readonly os: OsFacts;
  /** as uname -m says it: x86_64, aarch64, ppc64le, s390x */
  readonly arch: string;
  readonly runningKernel: string | null;
  readonly kernels: readonly InstalledKernel[];
  readonly firmware: "bios" | "uefi" | "unknown";
  readonly init: "systemd" | "upstart" | "sysv" | "unknown";
  /** null when nothing can tell (an image without --ram) */
  readonly memory: MemoryFacts | null;
  readonly reservation: ReservationFacts;
  /** running command line; null on an image */
  readonly cmdline: string | null;
  /** LANG of the system, which the generator's titles are written in; null when none is set */
  readonly locale: string | null;
  /** kernel's boot id, to know whether a reboot happened; null on an image */
  readonly bootId: string | null;
  readonly blockers: readonly Blocker[];
}

export interface Facts extends BaseFacts {
  readonly grub: GrubFacts;
  readonly kdump: KdumpFacts;
}

// ---------------------------------------------------------------- intent, plan

export interface Command {
  readonly argv: NonEmpty<string>;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** kill it after that many seconds */
  readonly timeoutSeconds: number;
}

/** Where a dump goes: to a directory of this system, or of another one. */
export type DumpTarget =
  | { readonly kind: "local" }
  /** HOST:PATH, as mount(8) takes it */
  | { readonly kind: "nfs"; readonly where: string }
  /** USER@HOST */
  | { readonly kind: "ssh"; readonly where: string };

export type FailAction = "reboot" | "halt" | "poweroff" | "shell";
export type PanicTrigger = "oops" | "nmi" | "softlockup" | "hardlockup" | "hungtask";

/** Wishes about the dump itself; null: that setting stays as it is. */
export interface DumpWishes {
  /** 0 to 31, the bits of makedumpfile's -d */
  readonly level: number | null;
  /** absolute; on another host where the target is one */
  readonly directory: string | null;
  readonly target: DumpTarget | null;
  /** private key, for an SSH target */
  readonly keyFile: string | null;
  readonly failAction: FailAction | null;
  /** how many dumps are kept, 1 or more */
  readonly keepDumps: number | null;
  readonly panicOn: readonly PanicTrigger[] | null;
}

/** What was looked at because of a wish about the dump. */
export interface DumpFacts {
  readonly target: DumpTargetFacts;
  /** sysctl name, written with dots → what it is and what sets it at boot, our own drop-in left out */
  readonly sysctls: Readonly<Record<string, SysctlFacts>>;
}

export interface SysctlFacts {
  /** the running kernel's value; null: it has no such setting, or this is an image */
  readonly now: string | null;
  /** what files other than ours set it to at boot: the one that counts */
  readonly atBoot: { readonly value: string; readonly path: string; readonly line: number } | null;
}

export interface DumpTargetFacts {
  readonly directory: DumpDirectory;
  /** is the NFS export mounted; on an image: does fstab name it? null where the target is none */
  readonly exportMounted: boolean | null;
  /** the program that reaches the target is installed; null where it takes none */
  readonly program: boolean | null;
  readonly key: SshKey | null;
  /** the host is in a known_hosts file of root; null: it cannot be told (hashed names), or the target is none */
  readonly hostKnown: boolean | null;
}

export interface DumpDirectory {
  /** as the settings name it */
  readonly path: string;
  /**
   * directory: looked at. absent: not there. other: something else stands in the way. network: at or below a network
   * mount, where nothing is looked at. unreadable: this user may not look.
   */
  readonly state: "directory" | "absent" | "other" | "network" | "unreadable";
  /** the file system it is or will be on; null where that is not known */
  readonly mount: { readonly mountPoint: string; readonly fsType: string; readonly readOnly: boolean } | null;
  /** how far the way goes, links resolved: the directory, the last one above it, or the other thing or mount that ends it */
  readonly nearest: string;
  /** permission bits and owner of the directory; null where it was not looked at */
  readonly mode: number | null;
  readonly uid: number | null;
  /** that file system is in /etc/fstab, so that it is mounted when the capture kernel boots this root */
  readonly inFstab: boolean;
  /** the LUKS device under it; null: none found */
  readonly encrypted: string | null;
  /** free bytes for root there; null where nobody measured */
  readonly freeBytes: number | null;
  /** entries whose names begin with "2" and are no dumps: kdump-config's rotation would remove them */
  readonly strays: readonly string[];
}

export type SshKey =
  | { readonly state: "absent" | "other" }
  | { readonly state: "file"; readonly mode: number; readonly uid: number; readonly passphrase: boolean };

/** What a boot on trial (--try) would use. */
export interface TrialFacts {
  /** what runs this program after the reboot */
  readonly tool: NonEmpty<string>;
  /** what the generated configuration sources at its end */
  readonly custom: NamedFile;
  /** grubenv */
  readonly environment: NamedFile;
  readonly unitFile: NamedFile;
  readonly unit: UnitFacts;
  /** why GRUB could not write grubenv where it is; null: it can */
  readonly notWritten: string | null;
  /** of `tool`, what is gone after a reboot; null: it stays */
  readonly toolGone: string | null;
}

/** The units of --watch. */
export interface WatchFacts {
  /** what runs this program */
  readonly tool: NonEmpty<string>;
  /** as in TrialFacts */
  readonly toolGone: string | null;
  readonly service: WatchUnit;
  readonly path: WatchUnit;
}

export interface WatchUnit {
  readonly file: NamedFile;
  readonly unit: UnitFacts;
}

/** What the user wants of this run. */
export interface Intent {
  /** settings: nothing but the dump's own settings */
  readonly kind: "reserve" | "disable" | "settings";
  /** reserve: the words to stand on the command line, e.g. ["crashkernel=256M"]; else [] */
  readonly words: readonly string[];
  readonly dump: { readonly wishes: DumpWishes; readonly facts: DumpFacts } | null;
  readonly force: boolean;
  readonly mask: boolean;
  /** the change of the boot entries is tried once before it is made */
  readonly trial: TrialFacts | null;
  /** on: look again after each boot and change. off: no more. null: as it is */
  readonly watch: { readonly on: boolean; readonly facts: WatchFacts } | null;
  /** what is reserved beyond the wish is given back without a reboot */
  readonly now: boolean;
  /** what the words reserve here; null: not known */
  readonly reservedBytes: number | null;
  readonly install: boolean;
  readonly regenerate: boolean;
  readonly service: boolean;
  /** what speaks against the words themselves on this machine */
  readonly objections: readonly Reason[];
  readonly warnings: readonly string[];
}

export type Step =
  | {
      readonly kind: "write-file";
      /** as the admin names it; links are followed inside the root, the target replaced */
      readonly path: string;
      readonly before: FileState;
      readonly text: ByteText;
      /** mode of a file that is new; an existing file keeps its own */
      readonly createMode: number;
      /** GRUB reads it, and replays no journal; `freeze` as in regenerate */
      readonly settle?: { readonly freeze: string | null };
      readonly why: string;
    }
  | {
      readonly kind: "remove-file";
      readonly path: string;
      readonly before: FileState;
      readonly why: string;
    }
  | {
      readonly kind: "regenerate";
      /** the generated configuration that will be replaced */
      readonly config: string;
      readonly before: FileState;
      /** writes the configuration to `candidate` instead */
      readonly command: Command;
      readonly candidate: string;
      /** syntax check of the candidate */
      readonly check: Command;
      /** what every normal entry has to carry, in order; [] = no crashkernel at all; null = whatever the sources say */
      readonly words: readonly string[] | null;
      /** mount point to freeze and thaw once the new configuration stands; null where /boot is no mount of its own */
      readonly freeze: string | null;
      readonly why: string;
    }
  | {
      readonly kind: "unit";
      readonly unit: string;
      readonly action: "enable" | "disable" | "mask" | "unmask";
      readonly command: Command;
      readonly before: UnitFacts;
      readonly why: string;
    }
  | {
      /** makes the links that enable or mask a unit exactly these */
      readonly kind: "unit-links";
      readonly unit: string;
      readonly before: readonly LinkFact[];
      readonly links: readonly LinkFact[];
      readonly why: string;
    }
  | {
      /** something at run time that leaves no file behind (load or unload the capture kernel) */
      readonly kind: "runtime";
      readonly command: Command;
      readonly undo: Command | null;
      /** a rollback runs `undo` also where no capture kernel is loaded: it is about something else */
      readonly unloadedToo?: true;
      readonly why: string;
    };

/**
 * Memory that the running kernel gives back, once all else is done: nothing but a reboot brings it back, so it is no
 * step that could be undone.
 */
export interface Shrink {
  /** what is reserved now, and what stays so */
  readonly fromBytes: number;
  readonly toBytes: number;
  /** before: the kernel gives nothing back under a loaded capture kernel; null where none is loaded */
  readonly unload: Command | null;
  /** after, where something stays; null where nothing does */
  readonly load: Command | null;
  /** after, where nothing stays: a service that has nothing loaded is not active; null where there is none */
  readonly stop: Command | null;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly shrink?: Shrink;
  /** nothing that boots by default changes yet: a boot on trial is set up */
  readonly trial?: true;
  readonly reboot: "needed" | "not-needed";
  readonly warnings: readonly string[];
  /** what the file edits were made for, one line a reason */
  readonly why: readonly string[];
}

export interface Reason {
  readonly id: string;
  readonly severity: "refusal" | "objection";
  readonly text: string;
}

export type Planned =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "refused"; readonly reasons: NonEmpty<Reason>; readonly warnings: readonly string[] };
