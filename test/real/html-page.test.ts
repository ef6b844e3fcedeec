import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { must, run } from "../support/run.js";
import { temporaryDirectory } from "../support/temporary.js";

/** The page for an auditor in a real browser; scripts/screenshots.sh makes the pictures that a person looks at. */

const browser = (await run(["sh", "-c", "command -v chromium"])).code === 0;
const skip = browser
  ? false
  : "chromium is not installed, so the page was not looked at in a browser (scripts/screenshots.sh installs it)";

/** Asked from inside the page: how far it goes past the right edge, its ground, and how a row of a table is laid out. */
const LOOK = `<script>addEventListener("load", () => {
  const of = (what) => getComputedStyle(document.querySelector(what));
  const wide = [...document.querySelectorAll("td, th, li, dd, p, h1")]
    .filter((one) => one.scrollWidth > one.clientWidth && one.clientWidth > 0).length;
  document.title = JSON.stringify({ past: document.documentElement.scrollWidth - innerWidth, wide,
    ground: of("body").backgroundColor, row: of("tbody tr").display });
})</script>`;

for (const system of ["healthy", "broken"])
  for (const width of [1280, 400])
    for (const scheme of ["light", "dark"])
      test(`the page of the ${system} system, ${width} wide and ${scheme}: nothing is clipped`, {
        skip,
      }, async (t) => {
        const dir = temporaryDirectory(t);
        const page = readFileSync(`test/golden/audit/${system}.html`, "utf8");
        // its own policy forbids every script, ours as well
        const asked = page.replace(/<meta http-equiv[^>]*>/, "").replace("</body>", `${LOOK}</body>`);
        writeFileSync(path.join(dir, "page.html"), asked);
        const dark = scheme === "dark" ? ["--force-dark-mode"] : [];
        const dom = await must([
          "chromium",
          ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--user-data-dir=${dir}`],
          ...[`--window-size=${width},1200`, ...dark, "--virtual-time-budget=2000", "--dump-dom"],
          `file://${dir}/page.html`,
        ]);
        const title = /<title>([^<]*)<\/title>/.exec(dom)?.[1] ?? "";
        assert.deepEqual(JSON.parse(title), {
          past: 0,
          wide: 0,
          ground: scheme === "dark" ? "rgb(21, 23, 26)" : "rgb(255, 255, 255)",
          row: width === 400 ? "block" : "table-row",
        });
      });
