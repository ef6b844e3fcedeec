import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { FORMAT_NAMES } from "../../src/audit/formats/formats.js";
import { audit } from "../support/running.js";
import { answers, server } from "./server.js";

/** Whole outputs, as they were read and found right; KDUMP_TEST_GOLDEN=write writes them anew. */

const skip = process.getuid?.() === 0 ? false : "the owner of the dump directory is the one who runs this";
const GOLDEN = path.resolve("test/golden/audit");

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
      const file = path.join(GOLDEN, `${name}.${format === "text" ? "txt" : format}`);
      if (process.env.KDUMP_TEST_GOLDEN === "write") {
        mkdirSync(GOLDEN, { recursive: true });
        writeFileSync(file, ours);
      }
      assert.ok(existsSync(file), `${file}: KDUMP_TEST_GOLDEN=write makes it`);
      assert.equal(ours, readFileSync(file, "utf8"));
      assert.equal(exit, name === "healthy" ? 0 : 7);
    });
  }
}
