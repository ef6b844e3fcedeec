/**
 * What a machine says of itself on its console the next time it boots, before anything but its file systems is up:
 * for benches that boot very often and need not wait for a network and a login.
 */

import { sleep } from "./emulator.js";
import { type Guest, PATIENCE, quoted } from "./guest.js";

/** What one command said and ended with. */
export interface Part {
  readonly out: string;
  readonly code: number;
  readonly err: string;
}

const SCRIPT = "/etc/vm-report.sh";
/** files: its root can be written to; devices: the names of its disks are there too, which a generator needs */
export type Until = "files" | "devices";
const ORDER: Readonly<Record<Until, string>> = {
  files:
    "After=systemd-remount-fs.service\nBefore=systemd-udev-trigger.service systemd-tmpfiles-setup-dev.service",
  devices: "After=sysinit.target\nBefore=basic.target",
};
const unit = (until: Until): string => `[Unit]
DefaultDependencies=no
${ORDER[until]}
ConditionPathExists=${SCRIPT}
[Service]
Type=oneshot
ExecStart=/bin/sh ${SCRIPT}
`;
/** printed more than once: the kernel may speak in the middle of a line */
const TIMES = 3;

/** Has these commands of the shell run and told once, at the next boot. Their names are words. */
export async function reportAtBoot(
  guest: Guest,
  until: Until,
  commands: Readonly<Record<string, string>>,
): Promise<void> {
  const parts = Object.entries(commands).map(([name, command]) => `part ${name} ${quoted(command)}`);
  const script = `part() {
  sh -c "$2" >/run/vm-out 2>/run/vm-err </dev/null
  code=$?
  printf '%s %s %s %s\\n' "$1" "$code" "$(base64 -w0 </run/vm-out)" "$(base64 -w0 </run/vm-err)" >>/run/vm-report
}
${parts.join("\n")}
rm -f ${SCRIPT}
for _ in $(seq ${TIMES}); do
  printf '\\nVM-REPORT %s VM-REPORT-END\\n' "$(base64 -w0 /run/vm-report)"
done >/dev/ttyS0
`;
  const write = async (file: string, text: string): Promise<void> => {
    const ended = await guest.ssh(`cat > ${file}`, { input: text });
    if (ended.code !== 0) throw new Error(`${file}: ${ended.stderr}`);
  };
  await write(SCRIPT, script);
  await write("/etc/systemd/system/vm-report.service", unit(until));
  await guest.must(
    "cd /etc/systemd/system; mkdir -p basic.target.wants; ln -sf ../vm-report.service basic.target.wants/; sync",
  );
}

/** Waits for what was asked for; throws when the console shows that it will not come, or after `seconds`. */
export async function reported(
  guest: Guest,
  offset: number,
  seconds: number,
): Promise<Readonly<Record<string, Part>>> {
  for (const started = Date.now(); Date.now() - started < PATIENCE * seconds * 1000; await sleep(0.3)) {
    const said = guest.since(offset);
    for (const found of said.matchAll(/VM-REPORT ([A-Za-z0-9+/=]+) VM-REPORT-END/g)) {
      const parts = decoded(found[1] ?? "");
      if (parts !== null) return parts;
    }
    const lost = guest.lost(offset);
    if (lost !== null) throw new Error(lost);
  }
  throw new Error(
    `no report after ${PATIENCE * seconds} s; the console's end:\n${guest.since(offset).slice(-1500)}`,
  );
}

function decoded(report: string): Readonly<Record<string, Part>> | null {
  const text = (base64: string): string => Buffer.from(base64, "base64").toString();
  const parts: Record<string, Part> = {};
  for (const line of text(report).split("\n")) {
    if (line === "") continue;
    const found = /^([a-z]+) (\d+) ([A-Za-z0-9+/=]*) ([A-Za-z0-9+/=]*)$/.exec(line);
    if (found === null) return null; // torn
    parts[found[1] ?? ""] = { code: Number(found[2]), out: text(found[3] ?? ""), err: text(found[4] ?? "") };
  }
  return parts;
}
