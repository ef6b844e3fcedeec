import { changesBetween } from "./changed-lines.js";
import { isCrashkernel } from "./crashkernel-word.js";
import { type Findings, shownWords } from "./finding.js";

/**
 * Arguments that decide whether the machine finds its root file system and starts its own init: kernel-parameters
 * (kernel 6.1), dracut.cmdline(7), initramfs-tools(7), systemd-cryptsetup-generator(8), systemd-fstab-generator(8),
 * and genkernel's names for the same.
 */
const ROOT_KEY = new RegExp(
  `^(?:${[
    "root|rootflags|rootfstype|rootdelay|rootovl|init|rdinit|noinitrd|boot|bootdev|BOOTIF|bootfs|ostree",
    "rd[._].*|cryptdevice|cryptopts|cryptkey|luks\\..*|ip|vlan|bond|bridge|ifname|nfsroot|nfsaddrs|netroot|iscsi_.*|nvmf\\..*",
    "zfs|zfs_force|dm|dm-mod\\.create|md|raid|lvm2?|roothash|usrhash|mount\\.usr.*|systemd\\.verity.*",
    "systemd\\.gpt_auto|real_root|real_init|crypt_root|crypt_roots|dolvm|domdadm|dozfs|dobtrfs",
  ].join("|")})$`,
);

const findsRoot = (arg: string): boolean => {
  // what stands after it goes to init, root= included
  if (arg === "--") return true;
  const equals = arg.indexOf("=");
  return ROOT_KEY.test(equals === -1 ? arg : arg.slice(0, equals));
};

/** Does a kernel line name no root device although it says root=? What a generator writes whose probe found nothing. */
export const hasEmptyRoot = (args: readonly string[]): boolean =>
  args.some((arg) => /^root=(?:(?:UUID|PARTUUID|LABEL|PARTLABEL|ZFS)=)?$/.test(arg));

/** Compares kernel arguments, crashkernel words aside. `title` names the entry they belong to. */
export function compareArgs(
  findings: Findings,
  title: string,
  line: number,
  before: readonly string[],
  after: readonly string[],
): void {
  const old = before.filter((arg) => !isCrashkernel(arg));
  const now = after.filter((arg) => !isCrashkernel(arg));
  const root = changesBetween(old.filter(findsRoot), now.filter(findsRoot));
  if (root.removed.length + root.added.length > 0) {
    const text = `the way to the root file system changes (${signed(root.removed, root.added)}).`;
    findings.of(title, "problem", "root-changed", line, text);
  }
  const rest = changesBetween(
    old.filter((arg) => !findsRoot(arg)),
    now.filter((arg) => !findsRoot(arg)),
  );
  if (rest.removed.length + rest.added.length > 0) {
    const text = `other kernel arguments change too (${signed(rest.removed, rest.added)}): the sources were edited before and not applied.`;
    findings.of(title, "warning", "args-changed", line, text);
  }
}

function signed(removed: readonly string[], added: readonly string[]): string {
  return shownWords([...removed.map((arg) => `-${arg}`), ...added.map((arg) => `+${arg}`)]);
}
