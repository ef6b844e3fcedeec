import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { FORMAT_NAMES } from "../../src/audit/formats/formats.js";
import { assertGolden } from "../support/golden.js";
import { audit } from "../support/running.js";
import { answers, server } from "./server.js";

/** Whole outputs, as they were read and found right. */

const skip = process.getuid?.() === 0 ? false : "the owner of the dump directory is the one who runs this";

const SYSTEMS = {
  healthy: (t: TestContext) => server(t),
  broken: (t: TestContext) => {
    const root = server(t, {
      "sys/kernel/kexec_crash_loaded": "0\n",
      "etc/default/kdump-tools": 'USE_KDUMP=0\nMAKEDUMP_ARGS="-d 1"\nKDUMP_FAIL_CMD="/bin/bash"\n',
      "etc/sysctl.d/90-hardening.conf": "# a baseline\nkernel.kexec_load_disabled=1\n",
      "etc/default/grub.d/50-cloud.cfg": "GRUB_CMDLINE_LINUX=$(cat /etc/args)\n",
    });
    chmodSync(`${root}/var/crash`, 0o1777);
    return root;
  },
} as const;

for (const [name, make] of Object.entries(SYSTEMS)) {
  for (const format of FORMAT_NAMES) {
    test(`the ${name} system as ${format} is the text that was agreed on`, { skip }, async (t) => {
      const { text, document, exit } = await audit(make(t), { format, run: answers });
      const written = format === "json" ? `${JSON.stringify(document, null, 2)}\n` : text;
      const ours = written.replace(new RegExp(KDUMP_SETUP_VERSION.replace(/\./g, "\\."), "g"), "VERSION");
      assertGolden(`audit/${name}.${format === "text" ? "txt" : format}`, ours);
      assert.equal(exit, name === "healthy" ? 0 : 7);
    });
  }
}
