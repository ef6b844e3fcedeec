import { candidateOf } from "../apply/regenerate.js";
import { checkEntries } from "../bootconfig/check-entries.js";
import { defaultXenEntry } from "../bootconfig/default-kernel.js";
import { readGrubCfg } from "../bootconfig/grub-cfg.js";
import type { Profile } from "../distro/profile.js";
import type { Command, Facts, GrubFacts, Reason, Step } from "../types.js";
import { planBls } from "./bls.js";
import { freezable } from "./boot-mount.js";
import { planSources } from "./grub-sources.js";
import { objection, type Part, refusal, unreadable } from "./part.js";
import { entryWords } from "./words.js";

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
  const { bls } = facts.grub;
  if (boot.bls !== false && bls !== null) return planBls(facts, profile, boot.bls, bls, wish.words);
  const sources = planSources(facts, profile, wish.words);
  if (sources.refused) return sources;
  const steps = [...sources.steps];
  const warnings = [...sources.warnings];
  const reasons = [...sources.reasons];
  if (wish.words.length > 0) reasons.push(...xenByDefault(facts.grub, boot.defaults));
  const words = entryWords(facts.grub, wish.words);
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
  return { steps, reasons, warnings, why: sources.why };
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
