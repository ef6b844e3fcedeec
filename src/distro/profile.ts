/** What a distro profile says. One JSON file of this form a release family stands in distros/; see docs/adding-a-distro.md. */

import type { FailAction, NonEmpty, PanicTrigger } from "../types.js";

export interface Profile {
  /** os-release ID, a hyphen, the release: what `--distro` takes and the JSON's host.distro says */
  readonly id: string;
  readonly title: string;
  readonly match: {
    /** os-release ID values, lower case */
    readonly ids: NonEmpty<string>;
    /** VERSION_ID as text: equal, or equal up to a following "." ("7" matches "7" and "7.9") */
    readonly versions: NonEmpty<string>;
    /** os-release ID values of distributions without releases: whatever their VERSION_ID says */
    readonly rolling: readonly string[];
  };
  /** os-release ID or ID_LIKE values whose unknown releases may use this profile when what is on disk agrees */
  readonly family: readonly string[];
  readonly boot: BootProfile;
  readonly kdump: KdumpProfile;
  readonly crashkernel: {
    /**
     * range list by architecture (uname -m): what `--crashkernel auto` writes. aarch64-64k: for kernels with pages of
     * 64 KiB, which need more
     */
    readonly recommended: Readonly<Record<string, string>>;
    /** a kernel of this release understands the literal word `auto` */
    readonly literalAuto: boolean;
  };
  /** JSON pointer → source. A pointer covers everything below it; every value must be covered. */
  readonly sources: Readonly<Record<string, string>>;
}

export interface BootProfile {
  /** the shell file with the kernel's arguments */
  readonly defaults: string;
  /** directory and suffix of what the generator sources after it, in byte order; null: it sources nothing else */
  readonly dropIns: { readonly dir: string; readonly suffix: string } | null;
  /** what a normal entry's line is made of, in that order */
  readonly variables: NonEmpty<string>;
  /** of these, the one a new argument is appended to */
  readonly appendTo: string;
  /** which shell runs the generator */
  readonly shell: "dash" | "bash";
  /** the generated file, most likely first, by firmware */
  readonly config: { readonly bios: NonEmpty<string>; readonly uefi: NonEmpty<string> };
  /** `{output}` stands for the file to write */
  readonly generate: NonEmpty<string>;
  /** the same to standard output, without writing */
  readonly preview: NonEmpty<string>;
  /** syntax check; `{file}` stands for the file */
  readonly check: NonEmpty<string>;
  /** false: the menu is in the generated file. Else it comes from entries of the boot loader specification */
  readonly bls: false | BlsProfile;
  /**
   * A script of the generator that adds crashkernel= words of its own to normal entries, when every file of `needs` is
   * there: `pattern` finds them in it (one group). They stand right before the value of `before`, one of `variables`.
   * null: nothing adds any
   */
  readonly scriptAdds: {
    readonly script: string;
    readonly needs: readonly string[];
    readonly pattern: string;
    readonly before: string;
  } | null;
}

/** Where a menu of boot loader specification entries takes its arguments from. */
export interface BlsProfile {
  /** directory of the entries, one file a kernel */
  readonly entries: string;
  /** what stands in the name of an entry that is for repairs and left alone */
  readonly rescue: string;
  /** GRUB's environment block: variables that entries name */
  readonly grubenv: string;
  /** what the entry of a kernel to come holds: the variable $kernelopts of grubenv, or the words themselves */
  readonly options: "kernelopts" | "literal";
  /** the file those words are taken from, where it stands; null: there is none such */
  readonly kernelCmdline: string | null;
  /**
   * what the generator does besides writing its file: sets kernelopts; writes all entries anew, always or only when an
   * option asks for it. For what is said: it is not run
   */
  readonly generatorRewrites: "kernelopts" | "entries" | "entries-when-asked";
}

export interface KdumpProfile {
  /** what has to be installed for a dump to be saved; the first one brings the unit */
  readonly packages: NonEmpty<string>;
  readonly install: InstallProfile;
  /** what loads the capture kernel: a systemd unit (NAME.service), or the SysV script NAME of a release without systemd */
  readonly unit: string;
  /** where the dump's settings stand, in the order they are read */
  readonly files: NonEmpty<string>;
  /** the switch beside the unit; null where the unit is the only one */
  readonly enable: {
    readonly file: string;
    readonly variable: string;
    readonly on: string;
    readonly off: string;
  } | null;
  /** arguments of the capture kernel */
  readonly captureArguments: {
    readonly file: string;
    readonly variable: string;
    /**
     * The value that is used when the variable is not set, and the installed script that says so
     * (`pattern` has one group: the value). `fallback` is used when the script cannot be read.
     */
    readonly builtIn: { readonly script: string; readonly pattern: string; readonly fallback: string } | null;
    /** added when no argument of that name stands there: what makes a capture kernel that fails reboot */
    readonly onPanic: string;
  };
  /**
   * the initrd that the package makes for the capture kernel; `{release}` stands for what uname -r says of that kernel,
   * and is not there where there is only one of them
   */
  readonly captureInitrd: string;
  /** what of the vendor's puts a crashkernel= of its own in the place of ours; null: nothing does */
  readonly updater: UpdaterProfile | null;
  /**
   * When that initrd is made with fewer modules than the normal one: while `variable` of these shell files is `value` or
   * is not set. Otherwise it is about as large as the normal one. null: no setting decides, it is always made smaller.
   */
  readonly captureInitrdReduced: {
    readonly file: string;
    /** directory whose files are sourced after it, in byte order */
    readonly dir: string;
    readonly variable: string;
    readonly value: string;
  } | null;
  /** what the package measures of its capture initrd and of the last boot, a file a kernel release each; null: nothing */
  readonly measured: {
    /** MiB the capture initrd takes unpacked, a number by itself */
    readonly unpackedMib: string;
    /** /proc/meminfo as it was early in the last boot of that kernel */
    readonly earlyMeminfo: string;
  } | null;
  readonly settings: DumpSettingsProfile;
  /** loads the capture kernel anew on a running system that has one loaded */
  readonly reload: NonEmpty<string>;
  /** takes the loaded capture kernel out */
  readonly unload: NonEmpty<string>;
  readonly dumps: DumpsProfile;
}

export interface UpdaterProfile {
  /** its name, for messages */
  readonly by: string;
  /** the installed package has it when that file has that text */
  readonly knownBy: { readonly file: string; readonly text: string };
  /** makes it keep what we set: a key of the settings' file; in the value `{words}` stands for the crashkernel= words */
  readonly keep: { readonly key: string; readonly value: string };
  /** what it puts there is crashkernel.recommended: where that is what is wished, it is left to do so */
  readonly putsRecommended: boolean;
  /** makes it put nothing there, for --disable; null where `keep` is enough for that too */
  readonly off: { readonly key: string; readonly value: string } | null;
}

export interface DumpsProfile {
  /**
   * keys of the settings' file that send dumps to another machine or another file system, also such as only older releases
   * have
   */
  readonly elsewhere: readonly string[];
  /** where the kernel's image with debugging symbols may stand, most likely first; `{release}` is its uname -r */
  readonly debugKernels: NonEmpty<string>;
  /** the package that brings it */
  readonly debugPackage: string;
}

/** Where the dump's own settings stand, and which of them this release knows. Keys are variables or kdump.conf options. */
export interface DumpSettingsProfile {
  /** one of `files`; all keys below stand in it */
  readonly file: string;
  /** shell: NAME=value, sourced by /bin/sh. kdump-conf: a line "option value" (kdump.conf(5)) */
  readonly form: "shell" | "kdump-conf";
  /** capture: read by the capture kernel, which boots this root. load: built into the initrd it is loaded with */
  readonly takesEffect: "capture" | "load";
  /** the directory's key holds the target as well, as a URL (edit/save-url.ts), and is the key of nfs and ssh too */
  readonly url: boolean;
  /** `made`: the package makes the directory where it is missing; else nothing is loaded without it */
  readonly directory: { readonly key: string; readonly builtIn: string; readonly made: boolean };
  /** makedumpfile's arguments, behind its name where the file says the whole command */
  readonly collector: {
    readonly key: string;
    readonly command: boolean;
    /** the value is the dump level and nothing else */
    readonly level: boolean;
    /** as in captureArguments: what is used when it is not set */
    readonly builtIn: { readonly script: string; readonly pattern: string; readonly fallback: string };
    /** keys of targets for which "-F" has to be written there: the dump goes through a pipe */
    readonly flattenFor: readonly string[];
    /** the key that sends what it writes through one of these programs as well; null where there is none */
    readonly packedBy: {
      readonly key: string;
      readonly programs: NonEmpty<string>;
      /** one of them that is used when it is not set; null: none */
      readonly builtIn: string | null;
    } | null;
  };
  /** what is done when the dump could not be saved, and how each action is written; null: there is no way to */
  readonly failAction: {
    readonly key: string;
    readonly builtIn: FailAction;
    readonly values: Readonly<Record<FailAction, string | null>>;
    /** other values that end in a reboot */
    readonly rebootsToo: readonly string[];
  };
  /**
   * How many dumps stay in a local directory; null where the release has no such setting. `older`: how many beside the
   * newest one, 0 for all and -1 for none, and nothing but dumps is ever removed.
   */
  readonly keepDumps: { readonly key: string; readonly older: boolean } | null;
  /** null where the release sends no dump to an NFS export */
  readonly nfs: {
    readonly key: string;
    readonly needs: NeededProgram;
    /** nothing is loaded unless the export is mounted */
    readonly mountedFirst: boolean;
  } | null;
  /** null where the release sends no dump to another host by SSH */
  readonly ssh: {
    readonly key: string;
    readonly keyFile: string;
    readonly builtInKeyFile: string;
    readonly needs: NeededProgram;
    /** sends the key to the host */
    readonly propagate: NonEmpty<string>;
    /** it logs in whenever the capture kernel is loaded, and loads nothing when it cannot */
    readonly triedOnLoad: boolean;
  } | null;
  /** further keys that say where the dump goes: to another host, or to a device of this one */
  readonly otherTargets: { readonly network: readonly string[]; readonly devices: readonly string[] };
  /** the sysctl drop-in of ours, and what the package itself makes the kernel panic on when it loads */
  readonly panicOn: { readonly file: string; readonly always: readonly PanicTrigger[] };
}

export interface NeededProgram {
  readonly program: string;
  /** the package that brings it, for messages */
  readonly package: string;
}

export interface InstallProfile {
  readonly tool: "apt" | "yum" | "zypper";
  /**
   * `{packages}` stands for the package names, one argument each; `{lockTimeout}` for the seconds to wait for the
   * package manager's lock
   */
  readonly command: NonEmpty<string>;
  /** fetches the package lists, tried once when the installation fails; null where installing does that itself */
  readonly refresh: NonEmpty<string> | null;
  /** how to take them out again, for messages */
  readonly remove: NonEmpty<string>;
  /** read by debconf-set-selections before; [] where there is none */
  readonly preseed: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
