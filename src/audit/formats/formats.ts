/** What an audit can be written as. text is shown as it is found; the others are one document. */
export const FORMAT_NAMES = ["text", "json"] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];
