import { candidateOf } from "../apply/regenerate.js";
import { checkEntries } from "../bootconfig/check-entries.js";
import { defaultXenEntry } from "../bootconfig/default-kernel.js";
import { readGrubCfg } from "../bootconfig/grub-cfg.js";
import type { BootProfile, Profile } from "../distro/profile.js";
import { type CommandLineEdited, editCommandLine } from "../edit/grub-defaults.js";
import type {
  BootMount,
  Command,
  Facts,
  FileState,
  GrubFacts,
  NamedFile,
  Reason,
  SourceFile,
  Step,
} from "../types.js";
import { objection, type Part, refusal, toSource, unreadable } from "./part.js";
import { entryWords, RESERVES_NOTHING, writtenWords } from "./words.js";

/** Longest a generator may take: os-prober on a machine with many disks is the slow one. */
const GENERATE_SECONDS = 600;
const CHECK_SECONDS = 60;

/** The sources to edit and, where needed, the configuration to generate from them. */
export function planGrub(
  facts: Facts,
  profile: Profile,
  wish: { readonly words: readonly string[]; readonly regenerate: boolean },
): Part {
  const { boot } = profile;
  const files = grubSources(facts.grub);
  const broken = files.map(unreadable).filter((why) => why !== null);
  if (broken.length > 0) return part({ reasons: broken.map((why) => refusal("grub-defaults", why)) });

  const words = entryWords(facts.grub, wish.words);
  const edited = editSources(files.flatMap(toSource), facts.grub, boot, wish.words);
  if (edited.kind === "refused") {
    const reasons = edited.refusals.map((r) =>
      refusal("grub-defaults", `${r.path}:${r.line}:${r.column}: ${r.why}`),
    );
    return part({ reasons });
  }

  const steps: Step[] = edited.files.map((file) => ({
    kind: "write-file",
    path: file.path,
    before: stateOf(files, file.path),
    text: file.text,
    createMode: 0o644,
    why: file.why.join("; "),
  }));
  const why = edited.files.flatMap((file) => file.why.map((reason) => `${file.path}: ${reason}`));
  why.push(...edited.files.flatMap((file) => belongsToPackage(facts.grub, file.path)));
  const warnings = [...edited.warnings];
  const reasons: Reason[] = [];
  reportDecoys(edited, reasons, warnings);
  if (wish.words.length > 0) reasons.push(...xenByDefault(facts.grub, boot.defaults));

  warnings.push(...besideScript(facts.grub, wish.words));

  const stale = staleness(facts.grub, words);
  if (steps.length > 0 || stale !== null) {
    if (wish.regenerate) {
      const { step, reason } = regenerateStep(
        facts,
        profile,
        words,
        steps.length > 0 ? "the sources change" : (stale ?? ""),
      );
      if (step !== null) steps.push(step);
      if (reason !== null) reasons.push(reason);
      warnings.push(...newKernels(facts));
    } else {
      warnings.push(
        `the boot configuration is left as it is (--no-regenerate): run ${boot.generate[0]} before the reboot`,
      );
    }
  }
  return { steps, reasons, warnings, why };
}

/**
 * Where a script adds words of its own, ours have to stand behind them: out of the variables in front of its place, and
 * into the one behind it.
 */
function editSources(
  sources: readonly SourceFile[],
  grub: GrubFacts,
  boot: BootProfile,
  wished: readonly string[],
): CommandLineEdited {
  const { variables, appendTo, shell, scriptAdds } = boot;
  const words = writtenWords(grub, wished);
  const at = scriptAdds === null ? -1 : variables.indexOf(scriptAdds.before);
  const [first, ...rest] = variables.slice(0, at);
  if (scriptAdds === null || grub.scriptWords.length === 0 || first === undefined)
    return editCommandLine(sources, { variables, appendTo, words, shell });
  const cleared = editCommandLine(sources, {
    variables: [first, ...rest],
    appendTo: first,
    words: [],
    shell,
  });
  if (cleared.kind === "refused") return cleared;
  const now = sources.map((file) => cleared.files.find(({ path }) => path === file.path) ?? file);
  const behind = [scriptAdds.before, ...variables.slice(at + 1)] as const;
  const set = editCommandLine(now, { variables: behind, appendTo: scriptAdds.before, words, shell });
  if (set.kind === "refused") return set;
  const whyCleared = (path: string) => cleared.files.find((file) => file.path === path)?.why ?? [];
  const untouched = cleared.files.filter(({ path }) => !set.files.some((file) => file.path === path));
  return {
    ...set,
    files: [
      ...untouched,
      ...set.files.map((file) => ({ ...file, why: [...whyCleared(file.path), ...file.why] })),
    ],
    decoys: [...cleared.decoys, ...set.decoys],
    warnings: [...cleared.warnings, ...set.warnings],
  };
}

/** What becomes of it with the next version of its package (dpkg(1), --force-confdef and --force-confold). */
function belongsToPackage({ conffiles }: GrubFacts, path: string): readonly string[] {
  return conffiles
    .filter((file) => file.path === path)
    .map(
      (file) =>
        `${path}: belongs to ${file.package}: an upgrade with another version asks, and keeps this one unless told --force-confnew`,
    );
}

/** Only an edit of the package's own script would take its words away. */
function besideScript({ scriptWords }: GrubFacts, wished: readonly string[]): readonly string[] {
  const [first] = scriptWords;
  if (first === undefined) return [];
  const text = `${first.path}:${first.line} adds ${scriptWords.map(({ word }) => word).join(" ")} to every normal entry by itself`;
  return [
    wished.length === 0
      ? `${text}: ${RESERVES_NOTHING} behind it reserves nothing, because the kernel takes the last one`
      : `${text}: ours stands behind it, and the kernel takes the last one`,
  ];
}

function grubSources(grub: GrubFacts): readonly NamedFile[] {
  return [grub.defaults, ...grub.dropIns];
}

function stateOf(files: readonly NamedFile[], path: string): FileState {
  return files.find((file) => file.path === path)?.state ?? { kind: "absent" };
}

function part(fields: Partial<Part>): Part {
  return { steps: [], reasons: [], warnings: [], why: [], ...fields };
}

/** Words the kernel takes for the parameter though they are none: it searches for the bare text. */
function reportDecoys(
  edited: Extract<CommandLineEdited, { kind: "edited" }>,
  reasons: Reason[],
  warnings: string[],
): void {
  for (const { path, line, word, wins } of edited.decoys) {
    const what = `${path}:${line}: the kernel takes ${word} for a crashkernel= parameter`;
    if (wins)
      reasons.push(refusal("decoy", `${what}, and it comes last, so it is what counts: take it out first`));
    else warnings.push(`${what}; it comes before ours, so ours counts`);
  }
}

/** Xen gives its first domain no memory for a capture kernel: it reserves by its own crashkernel= (xen-command-line, 4.17). */
function xenByDefault({ config }: GrubFacts, defaults: string): readonly Reason[] {
  const entry = config?.state.kind === "file" ? defaultXenEntry(readGrubCfg(config.state.text)) : null;
  if (entry === null) return [];
  const text =
    `the boot menu's default, "${entry.title}", starts Xen, which takes no notice of Linux's crashkernel=:` +
    ` put crashkernel= into GRUB_CMDLINE_XEN of ${defaults} by hand; --force changes Linux's own entries all the same`;
  return [objection("xen-default", text)];
}

/** Why the generated configuration is not what the sources should make of it; null when it is. */
function staleness(grub: GrubFacts, words: readonly string[]): string | null {
  if (grub.config === null || grub.config.state.kind !== "file") return "there is no boot configuration yet";
  const problems = checkEntries(readGrubCfg(grub.config.state.text), words).filter(
    (f) => f.severity === "problem",
  );
  return problems[0]?.text ?? null;
}

export function regenerateStep(
  facts: Facts,
  profile: Profile,
  words: readonly string[] | null,
  why: string,
): { readonly step: Step | null; readonly reason: Reason | null } {
  const { boot } = profile;
  const [generator] = boot.generate;
  const config = facts.grub.config;
  if (config === null) {
    return {
      step: null,
      reason: refusal(
        "grub-config",
        "no GRUB configuration and no directory for one was found: is GRUB installed here?",
      ),
    };
  }
  if (config.state.kind !== "file" && config.state.kind !== "absent") {
    return { step: null, reason: refusal("grub-config", unreadable(config) ?? config.path) };
  }
  if (!facts.grub.generators.includes(generator)) {
    return { step: null, reason: refusal("generator", `${generator} is not installed here`) };
  }
  const candidate = candidateOf(config.path);
  const step: Step = {
    kind: "regenerate",
    config: config.path,
    before: config.state,
    command: generatorCommand(boot.generate, "{output}", candidate, facts, GENERATE_SECONDS),
    check: generatorCommand(boot.check, "{file}", candidate, facts, CHECK_SECONDS),
    candidate,
    words,
    freeze: freezable(facts.grub.bootMount),
    why,
  };
  return { step, reason: null };
}

/** File systems with a journal that GRUB does not replay. A vfat EFI system partition has none, and cannot be frozen. */
const JOURNALED: ReadonlySet<string> = new Set(["ext3", "ext4", "xfs"]);

function freezable(mount: BootMount | null): string | null {
  return mount !== null && JOURNALED.has(mount.fsType) ? mount.mountPoint : null;
}

/** In the system's own language; on an image without os-prober, which would find the build host's systems. */
function generatorCommand(
  argv: Command["argv"],
  placeholder: string,
  file: string,
  facts: Facts,
  timeoutSeconds: number,
): Command {
  const [program, ...rest] = argv;
  const filled = rest.map((word) => word.split(placeholder).join(file));
  const locale: Record<string, string> = facts.locale === null ? {} : { LC_ALL: "", LANG: facts.locale };
  const prober: Record<string, string> = facts.image ? { GRUB_DISABLE_OS_PROBER: "true" } : {};
  return { argv: [program, ...filled], timeoutSeconds, env: { ...locale, ...prober } };
}

/** Known before the generator runs: kernels that were installed and are not in the menu yet. */
function newKernels(facts: Facts): readonly string[] {
  const state = facts.grub.config?.state;
  if (state?.kind !== "file") return [];
  const known = new Set(readGrubCfg(state.text).entries.map((entry) => baseName(entry.kernel?.path ?? "")));
  return facts.kernels
    .filter((kernel) => kernel.image.startsWith("/boot/") && !known.has(baseName(kernel.image)))
    .map((kernel) => `kernel ${kernel.release} is not in the boot menu yet; it comes in with this change`);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
