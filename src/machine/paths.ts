import { lstatSync, readlinkSync } from "node:fs";

/** More links than this on one path is a loop: the kernel's own limit (path_resolution(7), MAXSYMLINKS 40). */
const MAX_LINKS = 40;

/**
 * Follows every symbolic link of `path` as if `root` were "/": absolute links start again at the root, ".." stops
 * there. The result names no link any more, save where nothing stands. Null on a loop or a path that cannot be walked.
 */
export function resolveInside(root: string, path: string): string | null {
  const todo = path.split("/").reverse();
  let done: string[] = [];
  let links = 0;
  while (todo.length > 0) {
    const name = todo.pop();
    if (name === undefined || name === "" || name === ".") continue;
    if (name === "..") {
      done.pop();
      continue;
    }
    const here = hostPath(root, `/${[...done, name].join("/")}`);
    const to = linkTarget(here);
    if (to === null) return null;
    if (to === "") {
      done.push(name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return null;
    if (to.startsWith("/")) done = [];
    todo.push(...to.split("/").reverse());
  }
  return `/${done.join("/")}`;
}

/** The host's name of a path inside the root that holds no links any more. */
export function hostPath(root: string, inside: string): string {
  return root === "/" ? inside : `${root}${inside}`;
}

/** "" when it is no link (or nothing stands there), null when that cannot be found out. */
function linkTarget(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : "";
  } catch (error) {
    return isMissing(error) ? "" : null;
  }
}

/** Nothing stands at that path. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

export function errorCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
