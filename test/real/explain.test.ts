import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runTool, withoutBundle } from "../support/run.js";

const skip = withoutBundle;

/** Expressions from documentation, installers and questions, right and wrong, as a new user would try them. */
const TEN: readonly {
  readonly title: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly says: readonly RegExp[];
}[] = [
  {
    title: "auto, taken from an old vendor's manual to a kernel that has never known it",
    args: ["crashkernel=auto", "--kernel", "6.1.0-18-amd64", "--ram", "4G"],
    code: 2,
    says: [
      /^The kernel reserves nothing\.$/m,
      /logs: crashkernel: memory value expected$/m,
      /does not know auto/,
    ],
  },
  {
    title: "the list of an installer, on a machine with 16 GiB",
    args: ["2G-64G:256M,64G-:512M", "--kernel", "6.12", "--ram", "16G"],
    code: 0,
    says: [/^ {2}> 2 GiB to 64 GiB +256 MiB +<- this machine: 16 GiB$/m, /^The kernel takes it for 256 MiB/m],
  },
  {
    title: "a package's own list, on a machine that is too small for it",
    args: ["384M-:128M", "--kernel", "6.1.0-18-amd64", "--ram", "256M"],
    code: 3,
    says: [
      /^ {2}> below 384 MiB +nothing/m,
      /^The kernel reserves nothing\.$/m,
      /no range holds the 256 MiB/,
    ],
  },
  {
    title: "a list from a tuning guide whose last size no small machine has: the kernel stops before it",
    args: ["0M-2G:128M,2G-6G:256M,6G-8G:512M,8G-:768M", "--kernel", "el7.9", "--ram", "512M"],
    code: 0,
    says: [/^The kernel takes it for 128 MiB/m],
  },
  {
    title: "an @offset from a guide for 32-bit machines",
    args: ["256M@16M", "--kernel", "5.4.0-150-generic", "--ram", "8G"],
    code: 0,
    says: [/at 16 MiB, or nothing/, /^warning: the place at 16 MiB is fixed/m],
  },
  {
    title: "a word that an installer's option wrote in the place of a size",
    args: ["false", "--kernel", "5.10", "--ram", "8G"],
    code: 2,
    says: [
      /^error: false is no value: to switch it off, take crashkernel= out \(kdump-setup\n {2}--disable\)\n {4}crashkernel=false\n {16}\^$/m,
    ],
  },
  {
    title: "only ,low, asked about because it fails",
    args: ["512M,low", "--kernel", "6.12", "--ram", "8G"],
    code: 2,
    says: [/^The kernel reserves nothing\.\nIt logs nothing about it\.$/m, /,low alone reserves nothing/],
  },
  {
    title: "a megabyte for another purpose",
    args: ["1M@32M", "--kernel", "5.10", "--ram", "1G"],
    code: 0,
    says: [/^objection: 1M reserves 1 MiB/m, /only with --force/],
  },
  {
    title: "a vendor tool's pair for a large machine",
    args: ["219M,high", "72M,low", "--kernel", "5.14", "--ram", "768G"],
    code: 0,
    says: [/219 MiB above 4 GiB where it can, with 72 MiB below it/],
  },
  {
    title: "a size with the unit of a shop window",
    args: ["128MB", "--kernel", "5.15.0-91-generic", "--ram", "4G"],
    code: 2,
    says: [/logs: crashkernel: unrecognized char: B$/m, /\n {4}crashkernel=128MB\n {20}\^$/m],
  },
];

for (const { title, args, code, says } of TEN)
  test(`explain: ${title}`, { skip }, async () => {
    const ended = await runTool(["explain", ...args, "--arch", "x86_64"]);
    for (const sentence of says) assert.match(ended.stdout, sentence);
    assert.equal(ended.code, code, ended.stdout + ended.stderr);
  });

test("explain: the whole screen of a list", { skip }, async () => {
  const list = "2G-4G:320M,4G-32G:512M,32G-64G:1G,64G-128G:2G,128G-:4G";
  const ended = await runTool([
    "explain",
    list,
    "--ram",
    "16G",
    "--kernel",
    "6.8",
    "--arch",
    "x86_64",
    "--root",
    "test",
  ]);
  assert.equal(
    ended.stdout,
    `crashkernel=${list}
kernel 6.8 on x86_64, memory 16 GiB (--ram)

    below 2 GiB         nothing
    2 GiB to 4 GiB      320 MiB
  > 4 GiB to 32 GiB     512 MiB   <- this machine: 16 GiB
    32 GiB to 64 GiB    1 GiB
    64 GiB to 128 GiB   2 GiB
    128 GiB and more    4 GiB

  |.none.|-320M-|=512M=|-1G-|-2G-|-4G-->
  0      2G     4G     32G  64G  128G
                    ^ 16 GiB

The kernel takes it for 512 MiB and chooses the place.
Whether a block is free there is only known on the machine.
`,
  );
  assert.equal(ended.code, 0);
});

test("explain: the caret stands under the character on a whole command line too", { skip }, async () => {
  const line = "BOOT_IMAGE=/vmlinuz root=/dev/sda1 crashkernel=256M,cma quiet";
  const args = ["--cmdline", line, "--kernel", "6.1", "--ram", "8G", "--arch", "x86_64"];
  const ended = await runTool(["explain", ...args]);
  assert.equal(ended.code, 2);
  const [, , caret] = /^error: [^^]*\n( +)BOOT.*\n( +)\^$/m.exec(ended.stdout) ?? [];
  assert.equal(caret?.length, 4 + line.indexOf(",cma"), ended.stdout);
});

test("explain: a command line past what the kernel keeps is judged by what is left of it", {
  skip,
}, async () => {
  const line = `${"x".repeat(2047 - "crashkernel=25".length)}crashkernel=256M`;
  const args = ["--cmdline", line, "--kernel", "6.1", "--ram", "8G", "--arch", "x86_64", "--format", "json"];
  const ended = await runTool(["explain", ...args]);
  const document = JSON.parse(ended.stdout);
  assert.equal(document.kernel.reservedBytes, 24 + 1);
  assert.ok(document.findings.some(({ id }: { id: string }) => id === "line-too-long"));
  assert.notEqual(ended.code, 0);
});

test("explain: one JSON document, with sizes past 2^53 - 1 as text", { skip }, async () => {
  const args = ["64T-:33554432T,1P-:1", "--ram", "16E", "--kernel", "6.12", "--arch", "x86_64"];
  const refused = await runTool(["explain", ...args, "--format", "json"]);
  assert.equal(JSON.parse(refused.stdout).schema, "kdump-setup/1");
  const ended = await runTool(
    ["explain", "9007199254740993", "--ram", "18014398509481984", "--kernel", "5.10"].concat([
      "--arch",
      "x86_64",
      "--format",
      "json",
    ]),
  );
  const document = JSON.parse(ended.stdout);
  assert.equal(document.command, "explain");
  assert.equal(document.kernel.reservedBytes, "9007199254740993");
  assert.equal(document.host.ramBytes, "18014398509481984");
});

test("explain auto: what a profile would write, on a build host of any kind", { skip }, async () => {
  const args = ["auto", "--distro", "centos-7", "--ram", "8G", "--kernel", "el7.9", "--arch", "x86_64"];
  const ended = await runTool(["explain", ...args]);
  assert.match(ended.stdout, /^crashkernel=1920M-64G:164M,/m);
  assert.match(ended.stdout, /^The kernel takes it for 164 MiB/m);
  assert.equal(ended.code, 0);
  assert.equal((await runTool(["explain", "auto", "--distro", "none-1"])).code, 2);
});

test("explain: what it cannot do anything with is wrong use", { skip }, async () => {
  for (const args of [
    [],
    ["64M", "--cmdline", "x"],
    ["64M", "--kernel", "fo"],
    ["64M", "--arch", "vax"],
    ["64M", "--ram", "4X"],
    ["--batch", "--output", "f"],
  ])
    assert.equal((await runTool(["explain", ...args])).code, 2, args.join(" "));
});

test("explain: a hostile expression is shown without its control characters", { skip }, async () => {
  const ended = await runTool([
    "explain",
    "256M\u001b[2J\t\u202e",
    "--ram",
    "4G",
    "--kernel",
    "6.1",
    "--arch",
    "x86_64",
  ]);
  assert.match(ended.stdout, /^[\n\x20-\x7e]*$/);
  assert.equal(ended.code, 2);
});

const vectors = path.resolve("../shared/vectors/crashkernel.jsonl");

test("explain --batch: every recorded answer of the kernels' own parsers", { skip }, async (t) => {
  if (!existsSync(vectors))
    return t.skip("../shared/vectors is not here: only test/crashkernel judges the subset");
  const cases = readFileSync(vectors, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const input = cases.map(({ cmdline, systemRam: ramBytes, kernel, arch }) =>
    JSON.stringify({ cmdline, ramBytes, kernel, arch }),
  );
  const ended = await runTool(["explain", "--batch"], { input: `${input.join("\n")}\n` });
  assert.equal(ended.code, 0, ended.stderr);
  const answers = ended.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(answers.length, cases.length);
  for (const [at, { result, id }] of cases.entries()) {
    const wanted =
      result.ret === 0
        ? {
            ok: true,
            reservedBytes: result.size,
            lowBytes: result.low,
            cmaBytes: result.cma,
            baseBytes: result.base,
            high: result.high,
          }
        : { ok: false, error: result.error };
    assert.deepEqual(answers[at], wanted, id);
  }
  t.diagnostic(`${cases.length} answers agree`);
});

test("explain --batch: a bad line is answered in its place, and the rest goes on", { skip }, async () => {
  const good = { cmdline: "crashkernel=256M", ramBytes: 4294967296, kernel: "6.1", arch: "x86_64" };
  const line = (changes: object): string => JSON.stringify({ ...good, ...changes });
  const input = [
    line({}),
    "",
    "{",
    "[1]",
    line({ cmdline: 1 }),
    line({ kernel: "fo" }),
    line({ ramBytes: -1 }),
    line({ ramBytes: 9007199254740992 }),
    line({ ramBytes: "18446744073709551616" }),
    line({ ramBytes: "18446744073709551615", cmdline: "crashkernel=9007199254740993" }),
    line({ cmdline: "x".repeat(1 << 20) }),
    line({ kernel: "3.10.0-1160.el7.x86_64", cmdline: "crashkernel=auto" }),
    line({ cmdline: "\ud800\u0000" }),
    line({}),
  ].join("\r\n");
  const ended = await runTool(["explain", "--batch"], { input });
  const answers = ended.stdout
    .trimEnd()
    .split("\n")
    .map((one) => JSON.parse(one));
  assert.equal(ended.code, 0);
  assert.deepEqual(
    answers.map(({ ok }) => ok),
    [true, false, false, false, false, false, false, false, false, true, false, true, false, true],
  );
  assert.equal(answers[9].reservedBytes, "9007199254740993");
  assert.equal(answers[11].reservedBytes, 161 << 20);
  assert.match(answers[7].error, /decimal string/);
  assert.match(answers[10].error, /longer than 1 MiB/);
});
