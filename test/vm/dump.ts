/** A saved dump, judged by the programs that have to read it later. */

import assert from "node:assert/strict";
import type { Guest } from "./guest.js";
import type { Release } from "./layout.js";

/** Not under /tmp: a dump may be larger than memory, which that is on some releases. */
const WHOLE = "/var/tmp/dump";

/**
 * The newest dump in one sentence. Throws when there is none, or when makedumpfile and crash do not read it: the
 * kernel's log out of it has to have the crash in it, and crash has to find the release that was running.
 */
export async function readDump(guest: Guest, { dumps, flattened }: Release): Promise<string> {
  const dump = (await guest.must(`ls -1t ${dumps} | head -n 1`)).trim();
  assert.notEqual(dump, "", `there is no dump in ${dumps}`);
  // the flattened form, which may come through a pipe, has to be put together before a log can be taken out of it
  await guest.must(flattened ? `makedumpfile -R ${WHOLE} < ${dump}` : `ln -sf ${dump} ${WHOLE}`, 300);
  await guest.must(`rm -f ${WHOLE}.dmesg; makedumpfile --dump-dmesg ${WHOLE} ${WHOLE}.dmesg`, 300);
  await guest.must(`grep -q 'sysrq: Trigger a crash' ${WHOLE}.dmesg`);
  await guest.must("command -v crash || DEBIAN_FRONTEND=noninteractive apt-get -y -q install crash", 600);
  const [release = "", running = ""] = (await guest.must(`crash --osrelease ${dump}; uname -r`)).split("\n");
  assert.equal(release, running);
  const size = (await guest.must(`stat -c %s ${dump}; rm -f ${WHOLE} ${WHOLE}.dmesg`)).trim();
  return `dump of ${Math.round(Number(size) / 1024 / 1024)} MiB read by makedumpfile and crash (${release})`;
}
