import type { Report } from "../audit.js";
import { csv } from "./csv.js";
import type { FormatName } from "./formats.js";
import { html } from "./html.js";
import { junit } from "./junit.js";
import { prometheus } from "./prometheus.js";
import { sarif } from "./sarif.js";

const RENDERERS = { junit, sarif, prometheus, csv, html } as const satisfies Partial<
  Record<FormatName, (report: Report) => string>
>;

/** The whole document; undefined for text and json, which other rooms write. */
export function render(report: Report, format: FormatName): string | undefined {
  return format === "text" || format === "json" ? undefined : RENDERERS[format](report);
}
