/** What scripts/embed.mjs puts into the bundle, so that it is one file. */

/** File name → text of every profile in distros/ (not its `_schema.json`). */
declare module "virtual:distros" {
  const texts: Readonly<Record<string, string>>;
  export default texts;
}

/** Path below templates/ → text. */
declare module "virtual:templates" {
  const texts: Readonly<Record<string, string>>;
  export default texts;
}

/** File name → text of the data in policies/ (not its `_schema.json`). */
declare module "virtual:policies" {
  const texts: Readonly<Record<string, string>>;
  export default texts;
}

/** `version` of package.json. */
declare const KDUMP_SETUP_VERSION: string;
