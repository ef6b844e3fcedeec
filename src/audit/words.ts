import { readGrubCfg } from "../bootconfig/grub-cfg.js";
import type { Profile } from "../distro/profile.js";
import { findCrashkernel } from "../edit/grub-defaults.js";
import { toSource, unreadable } from "../plan/part.js";
import { crashkernelWords } from "../plan/words.js";
import type { Blocker, Facts } from "../types.js";
import { blsWords } from "./bls.js";
import type { CrashkernelWords } from "./input.js";

export function readWords(facts: Facts, profile: Profile): CrashkernelWords {
  const { boot } = profile;
  const { grub, cmdline } = facts;
  const running = cmdline === null ? null : crashkernelWords(cmdline);
  const other = otherLoader(facts);
  if (other !== null) {
    const unknown = { kind: "unknown", why: other.text, path: other.evidence } as const;
    return { configured: { ...unknown, line: null }, overridden: [], toCome: [], menu: unknown, running };
  }
  if (boot.bls !== false && grub.bls !== null)
    return { ...blsWords(facts, profile, boot.bls, grub.bls), running };
  const files = [grub.defaults, ...grub.dropIns];
  const broken = files.find((file) => unreadable(file) !== null);
  const found = findCrashkernel(files.flatMap(toSource), {
    variables: boot.variables,
    shell: boot.shell,
  });
  const [doubt] = found.refusals;
  const configured: CrashkernelWords["configured"] =
    broken !== undefined
      ? { kind: "unknown", why: unreadable(broken) ?? "", path: broken.path, line: null }
      : doubt !== undefined
        ? {
            kind: "unknown",
            why: `${doubt.path}:${doubt.line}: ${doubt.why}`,
            path: doubt.path,
            line: doubt.line,
          }
        : {
            kind: "known",
            words: [...grub.scriptWords, ...found.words.filter(({ effective }) => effective)],
          };
  return {
    configured,
    overridden: found.words.filter(({ effective }) => !effective),
    toCome: [],
    menu: readMenu(facts),
    running,
  };
}

/** The command line comes from somewhere else than GRUB's defaults (facts/loaders.ts): they would mislead. */
export function otherLoader({ blockers }: Facts): Blocker | null {
  return blockers.find(({ severity }) => severity === "refusal") ?? null;
}

function readMenu({ grub }: Facts): CrashkernelWords["menu"] {
  const { config } = grub;
  if (config === null) return { kind: "unknown", why: "no GRUB configuration was found", path: "/boot" };
  const { path } = config;
  if (grub.usesBls)
    return {
      kind: "unknown",
      why: "the menu comes from BLS entries, which this profile does not know",
      path,
    };
  if (config.state.kind === "file") return { kind: "known", menu: readGrubCfg(config.state.text), path };
  return { kind: "unknown", why: unreadable(config) ?? "", path };
}
