/** What an audit can be written as. text is shown as it is found; each of the others is one document. */
export const FORMAT_NAMES = ["text", "json", "junit", "sarif", "prometheus", "csv", "html"] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];
