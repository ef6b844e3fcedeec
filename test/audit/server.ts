/** A small system of known bytes, so that what is said of it is the same on every machine; programs give recorded answers. */

import { chmodSync, mkdirSync, symlinkSync, utimesSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import type { Machine, Ran } from "../../src/machine/machine.js";
import { plant, temporaryDirectory } from "../support/temporary.js";

const KERNEL = "6.1.0-9-amd64";
const ENTRY = (title: string, words: string) => `menuentry '${title}' --class gnu-linux {
	linux	/boot/vmlinuz-${KERNEL} root=/dev/sda1 ro quiet ${words}
	initrd	/boot/initrd.img-${KERNEL}
}
`;
const UNIT =
  "[Service]\nType=oneshot\nExecStart=/etc/init.d/kdump-tools start\n[Install]\nWantedBy=basic.target\n";
const MOUNTS = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n";

/** A host name and a value that would do something in every format, if they were written as they are. */
export const HOSTILE = `=cmd|'/c calc'!A1 \u001b]0;owned\u0007<script>alert(1)</script>]]>"',\\\n${"\u202e"}gnp.exe`;

/** Everything is right but what `files` put in the place of it. */
export function server(t: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryDirectory(t);
  plant(root, {
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "var/lib/dpkg/status":
      "Package: kdump-tools\nStatus: install ok installed\n\nPackage: makedumpfile\nStatus: install ok installed\n",
    "etc/default/grub": 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX=""\n',
    "etc/default/grub.d/kdump-tools.cfg":
      'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=256M"\n',
    "etc/default/kdump-tools": 'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="nr_cpus=1 panic=10"\n',
    "boot/grub/grub.cfg": `### BEGIN /etc/grub.d/10_linux ###\n${ENTRY("Debian GNU/Linux", "crashkernel=256M")}### END /etc/grub.d/10_linux ###\n`,
    [`boot/vmlinuz-${KERNEL}`]: "\u007fELF".padEnd(9 * 2 ** 20, "k"),
    [`boot/initrd.img-${KERNEL}`]: "i",
    [`var/lib/kdump/initrd.img-${KERNEL}`]: "i".repeat(8 * 2 ** 20),
    "usr/lib/systemd/system/kdump-tools.service": UNIT,
    "usr/lib/systemd/systemd": "",
    "usr/bin/true": elfOf64Bits(),
    "run/systemd/system/.keep": "",
    "proc/cmdline": `BOOT_IMAGE=/boot/vmlinuz-${KERNEL} root=/dev/sda1 ro quiet crashkernel=256M\n`,
    "proc/iomem": "00100000-bfffffff : System RAM\n100000000-13fffffff : System RAM\n",
    "proc/meminfo":
      "MemTotal: 4000000 kB\nMemFree: 3000000 kB\nBuffers: 20000 kB\nCached: 600000 kB\nAnonPages: 200000 kB\n",
    "proc/modules": "ext4 983040 1 - Live 0x0\n",
    "proc/self/mountinfo": MOUNTS,
    "proc/1/mountinfo": MOUNTS,
    "proc/sys/kernel/osrelease": `${KERNEL}\n`,
    "proc/sys/kernel/hostname": "web1\n",
    "proc/sys/kernel/panic": "0\n",
    "proc/sys/kernel/panic_on_oops": "1\n",
    "sys/kernel/kexec_crash_size": "268435456\n",
    "sys/kernel/kexec_crash_loaded": "1\n",
    ...files,
  });
  mkdirSync(path.join(root, "var/crash"), { recursive: true });
  chmodSync(path.join(root, "var/crash"), 0o700);
  mkdirSync(path.join(root, "sbin"));
  symlinkSync("/usr/lib/systemd/systemd", path.join(root, "sbin/init"));
  const wants = path.join(root, "etc/systemd/system/basic.target.wants");
  mkdirSync(wants, { recursive: true });
  symlinkSync("/usr/lib/systemd/system/kdump-tools.service", path.join(wants, "kdump-tools.service"));
  const later = new Date(Date.now() + 1000);
  utimesSync(path.join(root, "boot/grub/grub.cfg"), later, later);
  utimesSync(path.join(root, `var/lib/kdump/initrd.img-${KERNEL}`), later, later);
  return root;
}

/** The beginning of a program for x86_64. */
function elfOf64Bits(): string {
  return `\u007fELF\u0002\u0001\u0001${"\0".repeat(11)}\u003e\0${"\0".repeat(44)}`;
}

const ended = (stdout: string, failure: string | null = null): Ran => ({
  exitCode: failure === null ? 0 : null,
  stdout,
  stdoutBytes: stdout,
  stderr: "",
  seconds: 0,
  failure,
});

/** What systemctl and stat said on such a machine; 20 GiB free. */
export const answers: Machine["run"] = async ({ argv }) => {
  if (argv[0] === "systemctl") return ended("ActiveState=active\nResult=success\n");
  if (argv[0] === "stat") return ended("5242880 4096\n");
  throw new Error(`nobody recorded an answer to ${argv.join(" ")}`);
};

/** The same, where the dump directory's server is gone: the child was ended by the time limit. */
export const deadServer: Machine["run"] = async (command) =>
  command.argv[0] === "stat" ? ended("", `timed out after ${command.timeoutSeconds} s`) : answers(command);
