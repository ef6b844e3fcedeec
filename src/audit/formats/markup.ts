import { plainLine } from "./plain.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for XML and HTML, fit for content and for a quoted attribute; what neither may hold is shown by its number. */
export function escaped(text: string): string {
  return plainLine(text).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}
