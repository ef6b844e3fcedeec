/** /proc/self/mountinfo (proc(5), Linux man-pages 6.03). */

export interface Mount {
  readonly mountPoint: string;
  readonly fsType: string;
  /** the device, as mount(8) names it */
  readonly source: string;
  /** major:minor and the directory of that file system: the same in two lists for the same mount */
  readonly identity: string;
  readonly readOnly: boolean;
}

export function parseMountinfo(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    const dash = fields.indexOf("-", 6);
    const [, , device, root, mountPoint, options] = fields;
    const [fsType, source] = [fields[dash + 1], fields[dash + 2]];
    if (dash < 0 || mountPoint === undefined || fsType === undefined || source === undefined) return [];
    return [
      {
        mountPoint: unescaped(mountPoint),
        fsType,
        source: unescaped(source),
        identity: `${device} ${root}`,
        readOnly: (options ?? "").split(",").includes("ro"),
      },
    ];
  });
}

/** The mount a path is on; of several over one another the last. `path` names no links any more. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let best: Mount | null = null;
  for (const mount of mounts) {
    const inside =
      mount.mountPoint === "/" || path === mount.mountPoint || path.startsWith(`${mount.mountPoint}/`);
    if (inside && mount.mountPoint.length >= (best?.mountPoint.length ?? 0)) best = mount;
  }
  return best;
}

/** Blank, tab, newline and backslash stand there as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
