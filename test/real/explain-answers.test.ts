import assert from "node:assert/strict";
import { test } from "node:test";
import { overlayRoot, withoutRoot } from "../support/roots.js";
import { bundle, run, runTool, withoutBundle } from "../support/run.js";

const skip = withoutBundle;

interface Asked {
  /** "kernel arch ram": any may be "-" for not given */
  readonly on: string;
  readonly ask: readonly string[];
  readonly code: number;
  readonly says: readonly (string | RegExp)[];
  readonly never?: readonly (string | RegExp)[];
}

/** Sentences are compared with their line breaks taken out: where they are broken is another test's business. */
function judge(name: string, asked: readonly Asked[]): void {
  test(name, { skip }, async () => {
    for (const { on, ask, code, says, never } of asked) {
      const [kernel = "-", arch = "-", ram = "-"] = on.split(" ");
      const machine = Object.entries({ kernel, arch, ram }).flatMap(([option, value]) =>
        value === "-" ? [] : [`--${option}`, value],
      );
      const ended = await runTool(["explain", ...ask, ...machine]);
      const text = ended.stdout + ended.stderr;
      const flat = text.replace(/\n +(?=\S)/g, " ").replace(/\s+/g, " ");
      // a value is never broken, so that it can be copied
      for (const row of ended.stdout.split("\n"))
        if (!/\S{60}/.test(row)) assert.ok(row.length <= 80, `${row.length} columns: ${row}`);
      const has = (what: string | RegExp): boolean =>
        typeof what === "string" ? flat.includes(what) : what.test(text);
      for (const one of says) assert.ok(has(one), `${ask.join(" ")} on ${on}: no ${one}\n${text}`);
      for (const one of never ?? []) assert.ok(!has(one), `${ask.join(" ")} on ${on}: has ${one}\n${text}`);
      assert.equal(ended.code, code, `${ask.join(" ")} on ${on}\n${text}`);
    }
  });
}

judge("explain: what has no place on any machine of that size reserves nothing, and the limit is named", [
  {
    on: "4.15.0-20-generic x86_64 64G",
    ask: ["900M"],
    code: 3,
    says: ["looks below 896 MiB only", "reserves nothing", "with ,high it looks above"],
    never: [/####|\[#/],
  },
  { on: "4.19 x86_64 16G", ask: ["2G"], code: 3, says: ["kernel 4.19.0 looks below 896 MiB only"] },
  { on: "5.15 aarch64 64G", ask: ["4G"], code: 3, says: ["looks below 4 GiB only"] },
  { on: "6.8 riscv64 64G", ask: ["1G,high", "4G,low"], code: 3, says: ["the part with ,low has no place"] },
  { on: "6.8 x86_64 64G", ask: ["3G@100G"], code: 3, says: ["has no memory for 3 GiB at 100 GiB"] },
]);

judge("explain: without a memory map it is the parser's answer, and says so", [
  {
    on: "6.8 x86_64 16G",
    ask: ["1G"],
    code: 0,
    says: [
      "The kernel takes it for 1 GiB and chooses the place.",
      "Whether a block is free there is only known on the machine.",
      "Without a place below 4 GiB it lies above, and takes 256 MiB more below 4 GiB.",
    ],
    never: [/The kernel reserves/],
  },
  { on: "5.4 x86_64 16G", ask: ["3G@4G"], code: 0, says: ["It lies above 4 GiB, and takes 256 MiB more"] },
  { on: "6.8 x86_64 64G", ask: ["5G"], code: 0, says: ["It lies above 4 GiB, and takes 256 MiB more"] },
  {
    on: "6.8 x86_64 2G",
    ask: ["256M,high"],
    code: 0,
    says: ["it lies below, and no low part goes with it"],
    never: [/for devices that reach no further/],
  },
]);

judge("explain: a blank in a value ends it, and what the kernel sees is judged", [
  {
    on: "6.8 x86_64 4G",
    ask: ["0M-2G:128M, 2G-6G:256M"],
    code: 2,
    says: [
      "The kernel reserves nothing.",
      "error: a blank ends the value: the kernel never sees 2G-6G:256M; write 0M-2G:128M,2G-6G:256M",
      /\n {4}crashkernel=0M-2G:128M, 2G-6G:256M\n {27}\^\n/,
    ],
    never: ["a range is missing"],
  },
  { on: "6.8 x86_64 4G", ask: ["crashkernel 256M"], code: 2, says: ["write crashkernel=256M"] },
  { on: "6.8 x86_64 8G", ask: ["1G,", "high"], code: 2, says: ["write 1G,high"] },
  { on: "6.8 x86_64 8G", ask: ["1G,high", "256M,low"], code: 0, says: ["256 MiB below it"] },
]);

judge("explain auto: what would be set here, and not what a kernel makes of the word", [
  {
    on: "el7.9 x86_64 8G",
    ask: ["auto", "--distro", "centos-7"],
    code: 0,
    says: [
      /^auto: what kdump-setup would set here \(profile CentOS 7\)\.\n/,
      "What a kernel makes of the word itself: kdump-setup explain crashkernel=auto",
      "kernel el7.9 is not known to be one of its kernels",
    ],
  },
  {
    on: "el7.9 x86_64 8G",
    ask: ["auto", "--distro", "debian-12"],
    code: 0,
    says: ["The size is Debian 12 (bookworm)'s: kernel el7.9 is none of its kernels."],
  },
  { on: "el7.9 x86_64 8G", ask: ["crashkernel=auto"], code: 0, says: ["takes it for 161 MiB"] },
  { on: "6.1 x86_64 8G", ask: ["crashkernel=auto"], code: 2, says: ["does not know auto"] },
]);

judge("explain: what is not accepted ends with a value that works here", [
  {
    on: "6.1 x86_64 8G",
    ask: ["256X", "--distro", "debian-12"],
    code: 2,
    says: [/^A value that works: 384M-/m],
  },
  // no profile has a list for it
  {
    on: "6.1 riscv64 8G",
    ask: ["256X", "--distro", "centos-7"],
    code: 2,
    says: [/^A value that works: 256M$/m],
  },
  { on: "6.1 x86_64 128M", ask: ["256X", "--distro", "centos-7"], code: 2, says: [], never: ["that works"] },
]);

judge("explain: a vendor's build that was not examined is named in full, and what it is judged as", [
  {
    on: "4.14.35-1902.300.11.el7uek.x86_64 x86_64 16G",
    ask: ["crashkernel=auto"],
    code: 0,
    says: [
      /^kernel 4\.14\.35-1902\.300\.11\.el7uek\.x86_64 on x86_64, memory 16 GiB/m,
      "What the kernel reserves cannot be said.",
      "whether this vendor's build knows auto is not known",
      "note: this vendor's build was not examined; judged as upstream 4.14.35: it may know auto or ,high",
    ],
  },
  {
    on: "5.14.21-150400.24.33-default x86_64 16G",
    ask: ["256M"],
    code: 0,
    says: ["judged as upstream 5.14.21"],
  },
  {
    on: "el10.1 x86_64 16G",
    ask: ["256M"],
    code: 0,
    says: ["note: kernel el10.1 was not examined; judged as upstream 6.12"],
  },
  {
    on: "3.10.0-1160.el7.x86_64 x86_64 16G",
    ask: ["256M"],
    code: 0,
    says: ["kernel 3.10.0-1160.el7.x86_64 (el7.9) on x86_64"],
    never: ["not examined"],
  },
]);

judge("explain: table, bar, sentence and findings say the same", [
  {
    on: "6.8 x86_64 8G",
    ask: ["2G-384M:64M,2G-:128M"],
    code: 2,
    says: [
      "The kernel reserves nothing.",
      "> 2 GiB and more nothing: the list is refused <- this machine: 8 GiB",
      "|.none.|=none=>",
    ],
    never: [/[|]=\d/],
  },
  { on: "6.1 x86_64 512M", ask: ["512M"], code: 3, says: ["finds no place"], never: [/\[#/, "and chooses"] },
  {
    on: "6.8 x86_64 3G",
    ask: ["4G,high"],
    code: 3,
    says: ["reserves nothing"],
    never: [/\[#/, "below it for"],
  },
  {
    on: "6.8 x86_64 8G",
    ask: ["130M@257M"],
    code: 2,
    says: ["reserves nothing"],
    never: [/\[#/, ", or nothing"],
  },
  {
    on: "el9.3 x86_64 16G",
    ask: ["--cmdline", "crashkernel=auto crashkernel=1G,high"],
    code: 0,
    says: ["1 GiB above 4 GiB", "auto is not known and is skipped: the one with ,high counts"],
    never: ["and reserves nothing", "ignores the one with ,high"],
  },
]);

judge("explain: a mistake is said with what happens for it, why, and what to write", [
  {
    on: "6.1 x86_64 8G",
    ask: ["1G-4G:192M,4G-64G:256M,64G:512M"],
    code: 0,
    says: [
      'a "-" is missing: write 64G-:512M; here the kernel stops at 4G-64G before it, and a machine with 64 GiB or more reserves nothing',
      /> 4 GiB to 64 GiB +256 MiB/,
    ],
  },
  {
    on: "6.1 x86_64 80G",
    ask: ["1G-4G:192M,4G-64G:256M,64G:512M"],
    code: 2,
    says: ["The kernel reserves nothing.", "write 64G-:512M", /^ {4}4 GiB to 64 GiB +256 MiB$/m],
  },
  {
    on: "6.1 x86_64 8G",
    ask: ["256M-:128M,"],
    code: 0,
    says: [
      "the last comma has no range after it: write 256M-:128M; here the kernel stops at 256M- before it",
    ],
  },
  {
    on: "6.8 x86_64 1G",
    ask: ["2G-4G:320M,4G-32G:512M,32G-64G:1024M,64G-128G:2048M,128G-:4096M"],
    code: 3,
    says: [
      "error: the kernel stops at 32G-64G: its 1 GiB are not less than the 1 GiB of this machine, and the whole list is refused; no range holds that memory either",
    ],
    never: ["stops at 64G", "error: no range holds"],
  },
  {
    on: "6.1 x86_64 4G",
    ask: ["256"],
    code: 0,
    says: ["256 reserves 256 bytes: is the unit missing? Write 256M"],
  },
  {
    on: "6.12 x86_64 4G",
    ask: ["256M,cma"],
    code: 2,
    says: [
      ",cma came with kernel 6.17: 6.12.0 takes it for a malformed size and reserves nothing; write 256M",
    ],
  },
  {
    on: "6.1 x86_64 4G",
    ask: ["--cmdline", 'GRUB_CMDLINE_LINUX="rd.lvm.lv=a/b crashkernel=256M"'],
    code: 0,
    says: [
      /^rd\.lvm\.lv=a\/b crashkernel=256M$/m,
      "the kernel gets what stands between the quotation marks of GRUB_CMDLINE_LINUX",
    ],
  },
]);

judge("explain: memory is not rounded to the other side of its row", [
  {
    on: "5.15 x86_64 4095M",
    ask: ["2G-4G:128M,4G-:256M"],
    code: 0,
    says: ["<- this machine: 4095 MiB", "the 4095 MiB of this machine are just below 4G"],
  },
  { on: "6.1 x86_64 4196M", ask: ["256M"], code: 0, says: ["memory 4196 MiB"] },
  {
    on: "6.1 x86_64 4095M",
    ask: ["2G-4G:128M,4G-:256M"],
    code: 0,
    says: ["it rounds the memory up to the next multiple of 128 MiB before it compares"],
  },
  {
    on: "6.1 x86_64 256M",
    ask: ["384M-:128M"],
    code: 3,
    says: ["no range holds"],
    never: ["just below", "firmware"],
  },
]);

judge("explain: a well-formed value that reserves nothing ends with 3, whatever the reason", [
  { on: "6.1 x86_64 4G", ask: ["0M"], code: 3, says: ["The kernel reserves nothing."] },
  { on: "6.8 x86_64 4G", ask: ["0M"], code: 3, says: ["The kernel reserves nothing."] },
  { on: "6.1 x86_64 512M", ask: ["0M-1G:0M,1G-:256M"], code: 3, says: ["the range 0M-1G reserves nothing"] },
  {
    on: "6.1 x86_64 4G",
    ask: ["0M-1G:0M,1G-:256M"],
    code: 0,
    says: ["note: the range 0M-1G reserves nothing"],
    never: ["warning"],
  },
  {
    on: "6.1 x86_64 4G",
    ask: ["--cmdline", "crashkernel=256M crashkernel=0"],
    code: 3,
    says: ["a size of 0"],
  },
  { on: "6.1 x86_64 512M", ask: ["512M"], code: 3, says: ["512 MiB are not less than the 512 MiB"] },
]);

judge("explain: a line without the parameter is told how to set one", [
  {
    on: "6.1 x86_64 4G",
    ask: ["--cmdline", "quiet"],
    code: 3,
    says: ["there is no crashkernel= here", "kdump-setup --crashkernel auto sets one"],
    never: ["--force"],
  },
  { on: "6.1 x86_64 4G", ask: ["--cmdline", ""], code: 3, says: ["--crashkernel auto sets one"] },
]);

judge("explain: what is the same of several words is said once, with their number", [
  {
    on: "6.1 x86_64 4G",
    ask: ["--cmdline", "crashkernel=1M crashkernel=2M crashkernel=3M crashkernel=256M"],
    code: 0,
    says: ["only the last counts (3 do not)"],
    never: [/only the last counts[\s\S]*only the last counts/],
  },
]);

judge("explain: an option's value that means nothing is refused with what to write", [
  { on: "6.1 x86_64 4096", ask: ["256M"], code: 2, says: ["did you mean 4096M?"] },
  { on: "6.1 x86_64 0", ask: ["256M"], code: 2, says: ["less than any machine has"] },
  { on: "6.1 x86_64 1TB", ask: ["256M"], code: 2, says: ["write 1T"] },
  { on: "6.1 banana 4G", ask: ["256M"], code: 2, says: ["known are x86_64, i686, aarch64"] },
  { on: "- x86_64 4G", ask: ["256M", "--kernel", ""], code: 2, says: ["--kernel is empty"] },
  { on: "6.1 x86_64 4G", ask: ["256M", "--distro", "banana"], code: 2, says: ["known are", "debian-12"] },
  { on: "6.1 x86_64 4G", ask: [" "], code: 2, says: ["the expression is empty"] },
]);

test("explain: on a long line the caret stands under its character, within 80 columns", {
  skip,
}, async () => {
  for (const before of [10, 57, 58, 59, 200, 1000]) {
    const line = `${"x".repeat(before)} crashkernel=256MB quiet ${"y".repeat(before)}`;
    const ended = await runTool([
      "explain",
      "--cmdline",
      line,
      "--ram",
      "4G",
      "--kernel",
      "6.1",
      "--arch",
      "x86_64",
    ]);
    const [, shown = "", caret = ""] = /\n( {4}.*crashkernel=256MB.*)\n( +\^)\n/.exec(ended.stdout) ?? [];
    assert.equal(shown.charAt(caret.length - 1), "B", ended.stdout);
    assert.ok(shown.length <= 80, shown);
  }
});

test("explain: an answer that could not be written is no success", { skip }, async () => {
  for (const format of ["text", "json"]) {
    const asked = `explain 256M --ram 4G --kernel 6.1 --arch x86_64 --format ${format}`;
    const ended = await run(["sh", "-c", `"$0" "$1" ${asked} > /dev/full`, process.execPath, bundle]);
    assert.equal(ended.code, 1, format);
    assert.match(ended.stderr, /^kdump-setup: not all that was said could be written: .*ENOSPC.*\n$/);
  }
});

test("--crashkernel for an image: what has no place with that memory is refused, and --force goes past it", {
  skip: withoutRoot("debian12"),
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const machine = ["--root", root, "--ram", "64G", "--kernel", "4.15.0-20-generic"];
  const asked = [...machine, "--crashkernel", "2G", "--dry-run", "--format", "json"];
  const refused = await runTool(asked);
  const { reasons } = JSON.parse(refused.stdout);
  assert.deepEqual(
    reasons.map(({ id, severity }: Record<string, string>) => [id, severity]),
    [["no-place", "objection"]],
  );
  assert.equal(refused.code, 3, refused.stderr);
  const forced = await runTool([...asked, "--force"]);
  assert.equal(forced.code, 0, forced.stderr);
  assert.equal(JSON.parse(forced.stdout).crashkernel.reservedBytes, 0);
});
