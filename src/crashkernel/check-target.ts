/** What there is to say of the kernel itself: whether it is known, whether it can, and how long a line it keeps. */
import { supportedSince } from "./features.js";
import type { Finding } from "./finding.js";
import type { KernelTarget, KernelTraits } from "./generation.js";

export function checkTarget(target: KernelTarget | null, traits: KernelTraits | null): Finding[] {
  if (target === null) return [];
  if (traits === null)
    return [
      {
        severity: "warning",
        id: "kernel-unknown",
        message:
          "this kernel release or architecture is not known: what it does with crashkernel= cannot be said",
        at: null,
      },
    ];
  if (!traits.features.has("supported"))
    return [
      {
        severity: "error",
        id: "unsupported",
        message: `kernel ${traits.label} on ${traits.arch} cannot reserve crash memory: that came with ${supportedSince(traits.arch) ?? "a later one"}`,
        at: null,
      },
    ];
  if (traits.examined) return [];
  return [notExamined(traits)];
}

function notExamined({ label, judgedAs, outside }: KernelTraits): Finding {
  if (outside === "newer")
    return {
      severity: "note",
      id: "kernel-newer",
      message: `kernel ${label} is newer than any that was examined; judged as ${judgedAs}`,
      at: null,
    };
  if (outside === "older")
    return {
      severity: "warning",
      id: "kernel-older",
      message: `kernel ${label} is older than any that was examined; judged as ${judgedAs}, but it may take size@offset only`,
      at: null,
    };
  const own = !label.startsWith("el");
  return {
    severity: "note",
    id: own ? "vendor-not-examined" : "kernel-not-examined",
    message: own
      ? `this vendor's build was not examined; judged as ${judgedAs}: it may know auto or ,high all the same`
      : `kernel ${label} was not examined; judged as ${judgedAs}`,
    at: null,
  };
}

/** Without a target: what most architectures keep. */
const USUAL_COMMAND_LINE = 2048;

export function checkLength(length: number | null, traits: KernelTraits | null): Finding[] {
  const size = traits?.commandLineSize ?? USUAL_COMMAND_LINE;
  if (length === null || length < size) return [];
  return [
    {
      severity: traits === null ? "objection" : "error",
      id: "line-too-long",
      message: `the command line has ${length} bytes, the kernel keeps ${size - 1} and cuts the rest silently; a cut number is still a number`,
      at: null,
    },
  ];
}
