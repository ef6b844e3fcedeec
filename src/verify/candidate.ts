import type { Candidate, CandidateVerdict } from "../apply/candidate.js";
import { checkEntries } from "../bootconfig/check-entries.js";
import { compareGrubCfg } from "../bootconfig/compare.js";
import { readGrubCfg } from "../bootconfig/grub-cfg.js";

/** What shows that the generator looked at the system worked on, and not at the machine the image is built on. */
export type RootProof = (rootArgument: string) => boolean;

/**
 * May the machine boot from what the generator made? Against the old file only the crashkernel words may differ.
 * Where there is no old file, on an image, `rootProof` has to recognise the root= it wrote.
 */
export function judgeCandidate(candidate: Candidate, rootProof: RootProof | null): CandidateVerdict {
  const { before, after, words, bootFiles } = candidate;
  if (after.kind !== "file") return { problems: ["the generator wrote no file"], warnings: [] };
  const menu = readGrubCfg(after.text);
  // any name may be a kernel's (a bare vmlinuz, bzImage-…): what is asked is whether the one an entry names is there
  const initrdImages = bootFiles.filter((name) => /^(initrd|initramfs)\b/.test(name));
  const images = { kernelImages: bootFiles, initrdImages };
  const findings = [
    ...(words === null ? [] : checkEntries(menu, words)),
    ...compareGrubCfg(before.kind === "file" ? before.text : null, after.text, images),
  ];
  const problems = findings.filter((f) => f.severity === "problem").map((f) => f.text);
  const warnings = findings.filter((f) => f.severity === "warning").map((f) => f.text);
  if (before.kind !== "file" && rootProof !== null) {
    const roots = new Set(
      menu.entries
        .flatMap((e) => (e.kind === "normal" ? (e.kernel?.args ?? []) : []))
        .filter((a) => a.startsWith("root=")),
    );
    for (const root of roots) {
      if (!rootProof(root))
        problems.push(
          `${root} could not be shown to be the image's own disk: mount the image from its own device, or give --no-regenerate`,
        );
    }
  }
  return { problems: [...new Set(problems)], warnings: [...new Set(warnings)] };
}
