import type { FormatName } from "../audit/formats/formats.js";
import type { DumpWishes } from "../types.js";
import type { ColorChoice } from "../ui/output.js";

/** What every command takes. */
export interface CommonOptions {
  readonly root: string;
  readonly ram: string | undefined;
  readonly kernel: string | undefined;
  readonly arch: string | undefined;
  readonly distro: string | undefined;
  readonly format: "text" | "json";
  readonly output: string | undefined;
  readonly lockTimeout: number | undefined;
  readonly color: ColorChoice;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

export interface SetupRequest extends CommonOptions {
  readonly command: "setup";
  /** what --crashkernel was given; null for --disable, and where only the dump's settings are changed */
  readonly crashkernel: string | null;
  /** try: the change of the boot entries is tried once before. keep: it was, and came up */
  readonly trial: "none" | "try" | "keep";
  readonly disable: boolean;
  /** --watch, --no-watch; null: neither was said */
  readonly watch: boolean | null;
  /** null: nothing about the dump's own settings */
  readonly dump: DumpWishes | null;
  readonly mask: boolean;
  readonly now: boolean;
  readonly dryRun: boolean;
  readonly exitCode: boolean;
  readonly yes: boolean;
  readonly force: boolean;
  readonly install: boolean;
  readonly regenerate: boolean;
  readonly service: boolean;
  readonly diff: boolean;
  readonly reboot: boolean;
}

/** The same with nothing said yet: a person is asked. */
export interface WizardRequest extends Omit<SetupRequest, "command" | "crashkernel"> {
  readonly command: "wizard";
}

export interface RollbackRequest extends CommonOptions {
  readonly command: "rollback";
  readonly id: string | undefined;
  readonly dryRun: boolean;
  readonly exitCode: boolean;
  readonly yes: boolean;
  readonly regenerate: boolean;
  readonly diff: boolean;
}

export interface TrialRequest extends CommonOptions {
  readonly command: "trial";
  readonly finish: boolean;
}

export interface WatchRequest extends CommonOptions {
  readonly command: "watch";
  readonly run: boolean;
}

export interface HistoryRequest extends CommonOptions {
  readonly command: "history";
}

export interface StatusRequest extends CommonOptions {
  readonly command: "status";
}

export interface ExplainRequest extends CommonOptions {
  readonly command: "explain";
  /** the expression ("auto" for what the profile recommends), or with `whole` a command line */
  readonly line: string;
  readonly whole: boolean;
  /** JSON lines from standard input instead */
  readonly batch: boolean;
}

/** `--check`. */
export interface CheckRequest extends Omit<CommonOptions, "format"> {
  readonly command: "check";
  readonly format: FormatName;
  /** enabled, disabled, or a file's name on the machine that runs us */
  readonly policy: string;
}

export interface DumpsRequest extends CommonOptions {
  readonly command: "dumps";
  /** how many of the newest stay; null to list only */
  readonly prune: number | null;
  readonly dryRun: boolean;
  readonly exitCode: boolean;
  readonly yes: boolean;
  readonly force: boolean;
}

export interface CrashTestRequest extends CommonOptions {
  readonly command: "crash-test";
  /** of --yes --hostname NAME; null: it is typed */
  readonly hostname: string | null;
  readonly result: boolean;
}

export interface CompletionRequest extends CommonOptions {
  readonly command: "completion";
  readonly shell: "bash" | "zsh" | "fish";
}

export type Request =
  | SetupRequest
  | WizardRequest
  | CheckRequest
  | StatusRequest
  | RollbackRequest
  | TrialRequest
  | WatchRequest
  | HistoryRequest
  | ExplainRequest
  | DumpsRequest
  | CrashTestRequest
  | CompletionRequest;
