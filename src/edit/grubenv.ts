import type { ByteText } from "../types.js";

/** The first line of an environment block; what follows are NAME=value lines, comments, and "#" up to the end. */
const SIGNATURE = "# GRUB Environment Block\n";
/** DEFAULT_ENVBLK_SIZE of GRUB 2.06, include/grub/lib/envblk.h */
const BYTES = 1024;

/** Its variables, the last of a name counting; null where it is no environment block that GRUB would read. */
export function readGrubEnv(text: ByteText): ReadonlyMap<string, string> | null {
  if (!text.startsWith(SIGNATURE) || text.length < BYTES) return null;
  return new Map(
    assignments(text).map(({ name, start, end }) => [
      name,
      // a backslash hides what follows it
      text.slice(start, end).replace(/\\([\s\S])/g, "$1"),
    ]),
  );
}

export type GrubenvEdited =
  | { readonly kind: "edited"; readonly text: ByteText }
  | { readonly kind: "refused"; readonly why: string };

/**
 * Gives a variable that is set another value, in its place, as grub-editenv does (grub_envblk_set): the block keeps its
 * size, what comes after moves, and the "#" at its end give or take the room. GRUB itself writes into the block's
 * sectors when it boots, so the size must not change.
 */
export function setGrubenv(text: ByteText, name: string, value: ByteText): GrubenvEdited {
  if (!text.startsWith(SIGNATURE))
    return { kind: "refused", why: "it does not begin as an environment block" };
  const found = assignments(text).find((one) => one.name === name);
  if (found === undefined) return { kind: "refused", why: `${name} is not set there` };
  const used = text.replace(/#*$/, "");
  if (!used.endsWith("\n")) return { kind: "refused", why: "its last line has no end" };
  const written = value.replace(/[\\\n]/g, "\\$&");
  const moved = used.slice(0, found.start) + written + used.slice(found.end);
  if (moved.length > text.length)
    return {
      kind: "refused",
      why: `${name} would need ${moved.length} bytes of the ${text.length} the block has`,
    };
  return { kind: "edited", text: moved.padEnd(text.length, "#") };
}

interface Assignment {
  readonly name: string;
  /** of the value */
  readonly start: number;
  readonly end: number;
}

function assignments(text: ByteText): readonly Assignment[] {
  const found: Assignment[] = [];
  const line = /([^\n]*?)=((?:\\.|[^\\\n])*)\n|[^\n]*\n/sy;
  line.lastIndex = SIGNATURE.length;
  for (let one = line.exec(text); one !== null; one = line.exec(text)) {
    const [, name, value] = one;
    if (name === undefined || value === undefined || name.startsWith("#")) continue;
    const start = one.index + name.length + 1;
    found.push({ name, start, end: start + value.length });
  }
  return found;
}
