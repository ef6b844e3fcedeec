import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { bundle, diffSnapshots, must, overlayRoot, snapshot, withoutRoot } from "../support/roots.js";
import { ask, assertBoots, NEAR, onFileSystem, tool, wrapGenerator } from "./job.js";

/** What goes wrong on real machines: the exit code tells, the message names it, and the tree is what it was. */

const skip = withoutRoot("debian12");
const SET = ["--crashkernel", "256M", "--yes"] as const;

/** script → what has to be in the message */
const BAD_GENERATORS: readonly (readonly [string, string, RegExp])[] = [
  ["fails", 'echo "no space for tea" >&2; exit 1', /update-grub .*ended with 1[\s\S]*no space for tea/],
  ["is ended by a signal", "kill -9 $$", /update-grub .*SIGKILL/],
  ["writes no file", "exit 0", /grub-script-check .*ended with/],
  ["writes an empty file", ': > "$out"', /contains no commands/],
  ["writes no GRUB at all", 'echo "if { { menuentry" > "$out"', /grub-script-check/],
  ["writes a page of a web server", 'echo "<html>502</html>" > "$out"', /grub-script-check|not safe/],
  [
    "stops in the middle of an entry",
    'real; head -n 110 "$out" > "$out.x"; mv "$out.x" "$out"',
    /grub-script-check/,
  ],
  [
    "stops after the first entry",
    'real; sed -i "/^submenu/,/^}/d" "$out"',
    /not safe to boot from.*Advanced|lost|gone|missing/,
  ],
  ["writes another root=", 'real; sed -i "s/root=UUID=[^ ]*/root=\\/dev\\/sdb1/" "$out"', /root=/],
  [
    "writes another root= in one entry of five",
    'real; sed -i "0,/root=UUID=[^ ]*/s//root=\\/dev\\/sdb1/" "$out"',
    /root=/,
  ],
  [
    "leaves the older kernel out",
    `real; sed -i "/menuentry '[^']*6.1.0-1-amd64'/,/^\\t}/d" "$out"`,
    /6\.1\.0-1-amd64/,
  ],
  ["chooses another default", 'real; sed -i "s/set default=\\"0\\"/set default=\\"1\\"/" "$out"', /default/],
  ["leaves an initrd out", 'real; sed -i "0,/^\\tinitrd/{/^\\tinitrd/d}" "$out"', /initrd/],
  ["leaves our word out of one entry", 'real; sed -i "0,/ crashkernel=256M/s///" "$out"', /crashkernel/],
  ["adds a word of its own", 'real; sed -i "s/ quiet / quiet init=\\/bin\\/sh /" "$out"', /init=/],
];

test("a generator that does it wrong, in every way: exit 5, its fault is named, the tree is what it was", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  wrapGenerator(root, "real");
  const before = await snapshot(root, NEAR);
  for (const [how, script, message] of BAD_GENERATORS) {
    wrapGenerator(root, script);
    const { code, stderr, json } = await ask(root, SET);
    assert.equal(code, 5, `${how}: ${stderr}`);
    assert.deepEqual([json.result, json.changed, json.error.exitCode], ["rolled-back", false, 5], how);
    assert.match(json.error.message + stderr, message, how);
    assert.match(stderr, /Everything that was changed was put back/, how);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), [], how);
  }
  wrapGenerator(root, "real");
  assert.equal((await tool(root, SET)).code, 0, "with a good generator it works");
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  test(`${signal} while the generator hangs: exit 5, the generator is ended, the tree is what it was`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    wrapGenerator(root, 'echo begun > "$out"; sleep 600 & echo $$ $! > /run/generator.pid; wait; real');
    const before = await snapshot(root, NEAR);
    const child = spawn(process.execPath, [bundle, "--root", root, "--ram", "4G", ...SET], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    const ended = new Promise((resolve) => child.on("close", (code, by) => resolve(by ?? code)));
    const pidFile = `${root}/run/generator.pid`;
    for (let n = 0; n < 600 && !(existsSync(pidFile) && readFileSync(pidFile, "utf8").includes("\n")); n += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const pids = readFileSync(pidFile, "utf8").trim().split(" ");
    assert.ok(pids.length === 2 && pids.every(isRunning));
    child.kill(signal);
    assert.equal(await ended, 5, said);
    assert.match(said, /interrupted/);
    for (const pid of pids) assert.equal(isRunning(pid), false, "nothing of it is left behind");
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), []);
  });
}

/** A zombie, which process 1 has not collected yet, is not. */
function isRunning(pid: string): boolean {
  const stat = existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/stat`, "latin1") : ") Z";
  return !/\) [ZX]/.test(stat);
}

for (const dir of ["/boot/grub", "/etc/default", "/var/lib/kdump-setup"]) {
  test(`a disk that is full at any point below ${dir}: exit 5, and the tree is what it was`, {
    skip,
  }, async (t) => {
    const root = await overlayRoot(t, "debian12");
    await must(["mkdir", "-p", "-m", "700", root + dir]);
    const before = await snapshot(root, NEAR);
    let full = 0;
    for (let pages = 0; ; pages += 1) {
      await mountFull(root + dir, pages);
      const ran = await ask(root, SET);
      const after = ran.code === 0 ? before : await snapshot(root, NEAR);
      if (ran.code === 0) break;
      full += 1;
      assert.ok(pages < 60, "it never fits");
      assert.equal(ran.code, 5, `${pages} pages: ${ran.stderr}`);
      assert.deepEqual(diffSnapshots(before, after), [], `${pages} pages: ${ran.stderr}`);
      await must(["umount", root + dir]);
    }
    t.diagnostic(`${full} sizes that were too small`);
    assert.ok(full >= 2, `full only ${full} times`);
    await assertBoots(root, ["crashkernel=256M"], { normal: 3 });
  });
}

/** A tmpfs with a copy of what is there, and that many pages free. */
async function mountFull(dir: string, pages: number): Promise<void> {
  const script = `
    mount -t tmpfs -o mode=755 tmpfs "$1.copy" && cp -a "$1/." "$1.copy/" && chmod --reference="$1" "$1.copy"
    used=$(df -k --output=used "$1.copy" | tail -n 1)
    size=$((used + 4 * $2)); [ $size -gt 0 ] || size=4 # 0 is no limit
    mount -o "remount,size=$\{size}k" "$1.copy" && mount --move "$1.copy" "$1"; rmdir "$1.copy"`;
  await must(["sh", "-ec", `mkdir "$1.copy"; ${script}`, "sh", dir, String(pages)]);
}

test("a read-only /boot, /etc, /var or root directory: exit 5, it is said, and nothing was changed", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  const before = await snapshot(root, NEAR);
  for (const dir of ["/boot", "/etc", "/var", ""]) {
    const at = root + dir;
    await must(["mount", "--bind", at, at]);
    await must(["mount", "-o", "remount,ro,bind", at]);
    const { code, stderr } = await ask(root, SET);
    assert.equal(code, 5, `${dir}: ${stderr}`);
    assert.match(stderr, /read-only|EROFS|Read-only/, dir);
    await must(["umount", at]);
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), [], dir);
  }
});

test("a file that is immutable: exit 5, it is named, and the others are what they were", {
  skip,
}, async (t) => {
  const root = await overlayRoot(t, "debian12");
  await onFileSystem(t, `${root}/etc/default`, "ext4", 8);
  const before = await snapshot(root, NEAR);
  for (const file of ["/etc/default/kdump-tools", "/etc/default/grub.d/kdump-tools.cfg"]) {
    await must(["chattr", "+i", root + file]);
    const { code, stderr } = await ask(root, SET);
    await must(["chattr", "-i", root + file]);
    assert.equal(code, 5, stderr);
    assert.match(stderr, new RegExp(`${file}`));
    assert.deepEqual(diffSnapshots(before, await snapshot(root, NEAR)), [], file);
  }
});
