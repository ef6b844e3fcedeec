import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import {
  diffSnapshots,
  must,
  overlayRoot,
  runTool,
  snapshot,
  withoutBundle,
  withoutRoot,
} from "../support/roots.js";
import { plant, temporaryDirectory } from "../support/temporary.js";
import { ask, assertBoots, content, GRUB_CFG, NEAR, tool } from "./job.js";

/** Input that was made to do harm never reaches a file that a shell reads, nor a file outside the root. */

const skip = withoutRoot("debian12");
const SET = ["--crashkernel", "256M", "--yes"] as const;
const DEFAULTS = "/etc/default/grub";
const digits = "9".repeat(100_000);

const EXPRESSIONS: Readonly<Record<string, string>> = {
  nothing: "",
  "a blank": " ",
  "a double quote": '256M"',
  "a single quote": "256M'",
  "a quote and a command": '256M" ; touch /pwned ; "',
  "command substitution": "$(touch /pwned)",
  backticks: "`touch /pwned`",
  "a variable": "$" + "{HOME}",
  "a newline": "256M\ninit=/bin/sh",
  "a newline at the end": "256M\n",
  "a carriage return": "256M\r",
  "a TAB": "256M\tinit=/bin/sh",
  "a second word": "256M init=/bin/sh",
  "a blank before": " 256M",
  "auto and a blank": "auto ",
  AUTO: "AUTO",
  "a backslash": "256M\\",
  "a comment": "256M#",
  "a semicolon": "256M;reboot",
  "a glob": "2*6M",
  "100 kB of digits": digits,
  "100 kB of digits and a unit": `${digits}M`,
  "100 kB of ranges": "1G-2G:1M,".repeat(11_000),
  "an escape sequence": "\u001b[2J256M",
  "other digits": "２５６M",
  minus: "-256M",
  zero: "0",
  "the parameter's name and a command": "crashkernel=256M;reboot",
};

test("an expression that is none: exit 2, two short lines, one JSON document, no shell, no change", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const before = await snapshot(root, { ...NEAR, times: true });
  for (const [what, expression] of Object.entries(EXPRESSIONS)) {
    const { code, stderr, json } = await ask(root, [`--crashkernel=${expression}`, "--yes"]);
    assert.equal(code, 2, `${what}: ${stderr.slice(0, 500)}`);
    assert.deepEqual(
      [json.command, json.result, json.changed, json.error.exitCode],
      ["setup", "refused", false, 2],
    );
    const lines = stderr.trimEnd().split("\n");
    assert.ok(lines.length <= 2 && stderr.length < 600, `${what}: ${stderr.slice(0, 1000)}`);
    assert.match(lines[0] ?? "", /^kdump-setup: /);
    assert.doesNotMatch(
      stderr,
      /[\u0000-\u0009\u000b-\u001f\u007f]/,
      `${what}: nothing reaches a terminal raw`,
    );
  }
  assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), []);
});

test("--root that is missing, a file, or empty: exit 2 and one line", { skip: withoutBundle }, async (t) => {
  const dir = temporaryDirectory(t);
  writeFileSync(`${dir}/file`, "");
  for (const root of [`${dir}/none`, `${dir}/file`, "", `${dir}/file/x`, "no\0t", "x".repeat(5000)].filter(
    (one) => !one.includes("\0"),
  )) {
    const ran = await runTool(["--root", root, ...SET]);
    assert.equal(ran.code, 2, `${JSON.stringify(root)}: ${ran.stderr}`);
    assert.ok(ran.stderr.trimEnd().split("\n").length <= 2, ran.stderr);
    assert.equal(ran.stdout, "");
  }
});

for (const [how, link] of [
  ["climbs out", "../../../../../../../../../.."],
  ["is absolute", ""],
] as const) {
  test(`/etc/default/grub of an image is a link that ${how}: it is followed inside, the host's file stays`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    const outside = temporaryDirectory(t);
    const name = `${outside}/grub`;
    const bytes = 'GRUB_CMDLINE_LINUX_DEFAULT="the host\'s crashkernel=999M"\n';
    writeFileSync(name, bytes);
    unlinkSync(`${root}/etc/default/grub.d/kdump-tools.cfg`);
    const own = content(root, DEFAULTS);
    unlinkSync(root + DEFAULTS);
    symlinkSync(`${link}${name}`, root + DEFAULTS);

    const missing = await tool(root, SET);
    assert.equal(missing.code, 3, `nothing stands there inside: ${missing.stderr}`);
    assert.match(missing.stderr, /\/etc\/default\/grub does not exist/);

    plant(root, { [name]: own });
    assert.equal((await tool(root, SET)).code, 0);
    assert.match(content(root, name), /^GRUB_CMDLINE_LINUX_DEFAULT="quiet crashkernel=256M"$/m);
    assert.ok(lstatSync(root + DEFAULTS).isSymbolicLink(), "the link stays a link");
    await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
    assert.equal(readFileSync(name, "utf8"), bytes);
  });
}

test("directories on the way that lead out are followed inside: journal and lock as well", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const outside = temporaryDirectory(t);
  for (const dir of ["journal", "run"]) mkdirSync(`${outside}/${dir}`);
  symlinkSync(`${outside}/journal`, `${root}/var/lib/kdump-setup`);
  symlinkSync(`../../../../../../..${outside}/run`, `${root}/run/kdump-setup.lock`);
  const before = await snapshot(outside, { times: true });
  const ran = await tool(root, SET);
  assert.ok(ran.code !== null && ran.code !== 1, ran.stderr);
  assert.doesNotMatch(ran.stderr, /\n\s+at /);
  assert.deepEqual(diffSnapshots(before, await snapshot(outside, { times: true })), []);
});

/** what stands at /etc/default/grub → what is said of it */
const ODD: Readonly<Record<string, readonly [script: string, said: RegExp]>> = {
  "a FIFO": ['rm "$1"; mkfifo "$1"', /\/etc\/default\/grub is no regular file \(fifo\)/],
  "a directory": ['rm "$1"; mkdir "$1"', /\/etc\/default\/grub is no regular file \(directory\)/],
  "a device": ['rm "$1"; mknod "$1" c 1 5', /\/etc\/default\/grub is no regular file \(device\)/],
  nothing: ['rm "$1"', /\/etc\/default\/grub does not exist/],
  "a link to itself": ['rm "$1"; ln -s grub "$1"', /\/etc\/default\/grub cannot be read \(a loop/],
  "17 MiB": ['truncate -s 17M "$1"', /\/etc\/default\/grub is no regular file \(too-large\)/],
  "zero bytes": ['printf "A=\\0\\0\\n" >> "$1"', /\/etc\/default\/grub:\d+:|zero/],
};

test("anything else than a file at /etc/default/grub: exit 3 at once, named, and nothing is changed", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  await must(["cp", "-a", root + DEFAULTS, `${root}/run/grub`]);
  for (const [what, [script, said]] of Object.entries(ODD)) {
    rmSync(root + DEFAULTS, { recursive: true, force: true });
    await must(["cp", "-a", `${root}/run/grub`, root + DEFAULTS]);
    await must(["sh", "-ec", script, "sh", root + DEFAULTS]);
    const before = await snapshot(root, { ...NEAR, times: true });
    const { code, stderr, json } = await ask(root, SET, { seconds: 20 });
    assert.equal(code, 3, `${what}: ${stderr}`);
    assert.match(stderr, said, what);
    assert.equal(json.result, "refused");
    assert.deepEqual(diffSnapshots(before, await snapshot(root, { ...NEAR, times: true })), [], what);
  }
});

test("os-release and drop-ins with shell code in them are read, never run", { skip }, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const release = content(root, "/usr/lib/os-release");
  writeFileSync(
    `${root}/usr/lib/os-release`,
    `${release}X=$(touch /pwned)\nPRETTY_NAME="\`touch /pwned\`\u001b[2J"\n`,
  );
  const dropIn =
    'echo "$(touch /pwned)" >/dev/null\nGRUB_CMDLINE_LINUX_DEFAULT="$(touch /pwned; echo quiet)"\n';
  plant(root, { "etc/default/grub.d/evil.cfg": dropIn });
  const { code, stderr } = await ask(root, [...SET, "--dry-run"]);
  assert.equal(code, 3, "what a command's output will be cannot be known");
  assert.match(stderr, /evil\.cfg:2/);
  for (const at of [`${root}/pwned`, "/pwned"])
    assert.equal(lstatSync(at, { throwIfNoEntry: false }), undefined);
});

test("grub.cfg is a link: what it leads to inside the image is replaced, the link stays", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const real = "/boot/real.cfg";
  await must(["mv", root + GRUB_CFG, root + real]);
  symlinkSync(path.join("../../../../..", real), root + GRUB_CFG);
  const ran = await ask(root, SET);
  assert.equal(ran.code, 0, ran.stderr);
  assert.ok(lstatSync(root + GRUB_CFG).isSymbolicLink());
  await assertBoots(root, ["crashkernel=256M"], { normal: 3, config: real });
  assert.equal((await ask(root, SET)).json.result, "unchanged");
  assert.equal((await tool(root, ["rollback", "--yes"])).code, 0);
  await assertBoots(root, ["crashkernel=384M-:128M"], { normal: 3, config: real });
});
