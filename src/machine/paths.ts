import { lstatSync, readlinkSync } from "node:fs";

/** More links than this on one path is a loop: the kernel's own limit (path_resolution(7), MAXSYMLINKS 40). */
const MAX_LINKS = 40;

export type Walk =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "fault"; readonly why: string };

/**
 * Follows every symbolic link of `path` as if `root` were "/": absolute links start again at the root, ".." stops
 * there. The result names no link any more, save where nothing stands.
 */
export function walkInside(root: string, path: string): Walk {
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
    const to = linkTarget(hostPath(root, `/${[...done, name].join("/")}`));
    if (to.kind === "fault") return to;
    if (to.path === "") {
      done.push(name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return { kind: "fault", why: "a loop of symbolic links" };
    if (to.path.startsWith("/")) done = [];
    todo.push(...to.path.split("/").reverse());
  }
  return { kind: "path", path: `/${done.join("/")}` };
}

/** The same, null where it cannot be walked. */
export function resolveInside(root: string, path: string): string | null {
  const walk = walkInside(root, path);
  return walk.kind === "path" ? walk.path : null;
}

/** The host's name of a path inside the root that holds no links any more. */
export function hostPath(root: string, inside: string): string {
  return root === "/" ? inside : `${root}${inside}`;
}

/** "" when it is no link, or nothing stands there. */
function linkTarget(path: string): Walk {
  try {
    return { kind: "path", path: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : "" };
  } catch (error) {
    return isMissing(error)
      ? { kind: "path", path: "" }
      : { kind: "fault", why: errorCode(error) ?? String(error) };
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
