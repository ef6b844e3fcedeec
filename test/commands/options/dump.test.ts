import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments } from "../../../src/commands/args.js";
import { NO_WISHES } from "../../../src/commands/wizard-dump.js";
import { UsageError } from "../../../src/errors.js";
import type { DumpWishes } from "../../../src/types.js";

async function wishes(...args: readonly string[]): Promise<DumpWishes | null> {
  const request = await parseArguments(args);
  return typeof request === "string" || request.command !== "setup"
    ? assert.fail("no set-up run")
    : request.dump;
}

const GOOD: readonly (readonly [readonly string[], Partial<DumpWishes>])[] = [
  [["--dump-level", "0"], { level: 0 }],
  [["--dump-level", "31"], { level: 31 }],
  [["--core-dir", "/srv/crash/"], { directory: "/srv/crash" }],
  [["--target", "local"], { target: { kind: "local" } }],
  [
    ["--target", "nfs:dumps.example.com:/export"],
    { target: { kind: "nfs", where: "dumps.example.com:/export" } },
  ],
  [["--target", "nfs:192.0.2.7:/"], { target: { kind: "nfs", where: "192.0.2.7:/" } }],
  [
    ["--target", "nfs:[2001:db8::1]:/export/crash/"],
    { target: { kind: "nfs", where: "[2001:db8::1]:/export/crash" } },
  ],
  [["--target", "ssh:kdump@dumps-1"], { target: { kind: "ssh", where: "kdump@dumps-1" } }],
  [
    ["--target", "ssh:kdump@dumps", "--ssh-key", "/root/.ssh/k"],
    { target: { kind: "ssh", where: "kdump@dumps" }, keyFile: "/root/.ssh/k" },
  ],
  [["--ssh-key", "/root/.ssh/k"], { keyFile: "/root/.ssh/k" }],
  [["--fail-action", "shell"], { failAction: "shell" }],
  [["--keep-dumps", "5"], { keepDumps: 5 }],
  [["--panic-on", "oops,hungtask"], { panicOn: ["oops", "hungtask"] }],
];

for (const [args, wanted] of GOOD)
  test(`${args.join(" ")} is taken, alone and with --crashkernel`, async () => {
    assert.deepEqual(await wishes(...args), { ...NO_WISHES, ...wanted });
    assert.deepEqual(await wishes("--crashkernel", "256M", ...args), { ...NO_WISHES, ...wanted });
  });

test("without any of them nothing is wished about the dump", async () => {
  assert.equal(await wishes("--crashkernel", "256M"), null);
  assert.equal(await wishes("--disable"), null);
});

const BAD: readonly (readonly [readonly string[], RegExp])[] = [
  [["--dump-level", "32"], /^--dump-level 32: a whole number from 0 to 31/],
  [["--dump-level", "-1"], /^--dump-level/],
  [["--dump-level", "0x1f"], /^--dump-level 0x1f:/],
  [["--dump-level", "07"], /^--dump-level 07:/],
  [["--dump-level", "1e1"], /^--dump-level 1e1:/],
  [["--dump-level", ""], /^--dump-level "":/],
  [["--dump-level", "31", "--dump-level", "1"], /given more than once/],
  [["--core-dir", "crash"], /^--core-dir crash is not absolute/],
  [["--core-dir", "/"], /^--core-dir \/ is the root directory/],
  [["--core-dir", "//"], /^--core-dir \/\/ /],
  [["--core-dir", "/var/../etc"], /has a \. or \.\. in it/],
  [["--core-dir", "/var/cr ash"], /^--core-dir "\/var\/cr ash" may have letters/],
  [["--core-dir", "/var/$(reboot)"], /may have letters/],
  [["--core-dir", "/var/a#b"], /may have letters/],
  [["--core-dir", "/var/a\nb"], /^--core-dir "\/var\/a\\nb" /],
  [["--core-dir", "/v\u00e4r"], /may have letters/],
  [["--target", "ftp:host"], /^--target ftp:host: it is one of local/],
  [["--target", "local:/var"], /it is one of local/],
  [["--target", "nfs:/export"], /write nfs:HOST:PATH/],
  [["--target", "nfs:host:export"], /write nfs:HOST:PATH/],
  [["--target", "nfs:2001:db8::1:/export"], /write nfs:HOST:PATH/],
  [["--target", "nfs:-o:/export"], /write nfs:HOST:PATH/],
  [["--target", "nfs:host:/a b"], /the path may have letters/],
  [["--target", "nfs:host:/a/../b"], /the path may have letters/],
  [["--target", "ssh:host"], /write ssh:USER@HOST/],
  [["--target", "ssh:kdump@-oProxyCommand=x"], /write ssh:USER@HOST/],
  [["--target", "ssh:-l@host"], /write ssh:USER@HOST/],
  [["--target", "ssh:kdump@[2001:db8::1]"], /give the host's name/],
  [["--target", "ssh:kdump@host:/path"], /give the host's name/],
  [["--ssh-key", "id_rsa"], /^--ssh-key id_rsa is not absolute/],
  [["--target", "local", "--ssh-key", "/k"], /--ssh-key goes with --target ssh:USER@HOST/],
  [["--fail-action", "explode"], /it is one of reboot, halt, poweroff, shell/],
  [["--keep-dumps", "0"], /^--keep-dumps 0: a whole number from 1/],
  [["--keep-dumps", "1.5"], /^--keep-dumps 1\.5:/],
  [["--panic-on", "oops,oops"], /oops stands there twice/],
  [["--panic-on", "oops,"], /"" is none of oops, nmi/],
  [["--panic-on", "warn"], /warn is none of/],
  [["--disable", "--dump-level", "31"], /^--dump-level and --disable exclude each other/],
  [["--disable", "--panic-on", "oops"], /^--panic-on and --disable exclude each other/],
];

for (const [args, message] of BAD)
  test(`${JSON.stringify(args.join(" "))} is wrong use, said in one sentence`, async () => {
    await assert.rejects(parseArguments([...args]), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });
