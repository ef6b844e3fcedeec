/** One option's value out of what yargs parsed; an option given twice is wrong use. */
import { UsageError } from "../../errors.js";

export type Args = Readonly<Record<string, unknown>>;

export function text(args: Args, name: string): string | undefined {
  const value = args[name];
  if (Array.isArray(value)) throw new UsageError(`--${dashed(name)} was given more than once`);
  return typeof value === "string" ? value : undefined;
}

export function flag(args: Args, name: string): boolean {
  const value = args[name];
  if (Array.isArray(value)) throw new UsageError(`--${dashed(name)} was given more than once`);
  return value === true;
}

export function seconds(args: Args, name: string): number | undefined {
  const value = text(args, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,6}$/.test(value))
    throw new UsageError(`--${dashed(name)} ${value}: a whole number of seconds is needed`);
  return Number(value);
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}
