/** How a dump's directory and the files in it are named. */

export interface DumpLayout {
  /** stamp: kdump-tools (kdump-config, define_stampdir). host-date: kexec-tools and kdump-utils (kdump.sh, kdump-lib). */
  readonly kind: "stamp" | "host-date" | "minute";
  readonly host: string | null;
  /** the time in the name as ISO 8601 without a zone: local time of the kernel that saved */
  readonly time: string;
  partOf(file: string): DumpPart | null;
}

/** incomplete: still being written when the capture kernel ended. other: saved beside it, of no use without it. */
type DumpPart = "dump" | "incomplete" | "log" | "other";

const PACKED = "(?:\\.(?:gz|bz2|lz4|xz))?";
const STAMP = "\\d{12}";

/** null when a directory of that name holds no dump. */
export function layoutOf(directory: string): DumpLayout | null {
  return stamp(directory) ?? hostDate(directory) ?? minute(directory);
}

/** `202611241959`, or `HOST-202611241959` where several machines save; of kdump-tools 1.6.8.4 to 1.10.7. */
function stamp(directory: string): DumpLayout | null {
  const [, host, year, month, day, hour, minute] =
    /^(?:(.+)-)?(2\d{3})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(directory) ?? [];
  if (year === undefined) return null;
  return {
    kind: "stamp",
    host: host ?? null,
    time: `${year}-${month}-${day}T${hour}:${minute}:00`,
    partOf: partBy([
      ["dump", new RegExp(`^(?:dump\\.${STAMP}${PACKED}|vmcore\\.${STAMP})$`)],
      ["incomplete", new RegExp(`^(?:dump-incomplete${PACKED}|vmcore-incomplete)$`)],
      ["log", new RegExp(`^dmesg\\.${STAMP}$`)],
    ]),
  };
}

/** `127.0.0.1-2026-11-24-19:59:28`; on a server of dumps the address of the machine, or its name. */
function hostDate(directory: string): DumpLayout | null {
  const [, host, date, time] = /^(.+)-(2\d{3}-\d\d-\d\d)-(\d\d:\d\d:\d\d)$/.exec(directory) ?? [];
  if (host === undefined) return null;
  return {
    kind: "host-date",
    host: host === "127.0.0.1" ? null : host,
    time: `${date}T${time}`,
    partOf: partBy([
      ["dump", /^vmcore(?:\.flat)?$/],
      ["incomplete", /^vmcore-incomplete$/],
      ["log", /^vmcore-dmesg\.txt$/],
      ["other", /^(?:vmcore-dmesg-incomplete\.txt|kexec-dmesg\.log)$/],
    ]),
  };
}

/** `2026-11-24-19-59`, with a colon before the minute in old releases; of kdump 0.8 to 2.1.9 (kdump(5)). */
function minute(directory: string): DumpLayout | null {
  const [, date, hour, at] = /^(2\d{3}-\d\d-\d\d)-(\d\d)[-:](\d\d)$/.exec(directory) ?? [];
  if (date === undefined) return null;
  return {
    kind: "minute",
    host: null,
    time: `${date}T${hour}:${at}:00`,
    partOf: partBy([
      ["dump", /^vmcore$/],
      ["log", /^dmesg(?:\.txt)?$/],
      ["other", /^(?:README\.txt|System\.map-.+|(?:vmlinux|vmlinuz|Image|image)-.+)$/],
    ]),
  };
}

function partBy(names: readonly (readonly [DumpPart, RegExp])[]): DumpLayout["partOf"] {
  return (file) => names.find(([, name]) => name.test(file))?.[0] ?? null;
}
