/** Where dumps are saved, as one value: a path or a URL (kdump(5), "URL FORMAT", kdump 2.1.9). Pure. */

import type { DumpTarget } from "../types.js";

export interface SavePlace {
  /** other: a protocol, or a way to log in, that is told and not written; a password in it is not shown */
  readonly target: DumpTarget | { readonly kind: "other"; readonly where: string };
  /** on the other host, where one is named; of an NFS export the path is part of the target */
  readonly directory: string;
}

/** null: neither a URL of a known protocol nor an absolute path. */
export function readSavePlace(text: string): SavePlace | null {
  if (text.startsWith("/")) return { target: { kind: "local" }, directory: text };
  const [, protocol = "", rest = ""] = /^([A-Za-z]+):\/\/(.*)$/s.exec(text) ?? [];
  const slash = rest.indexOf("/");
  const [login, directory] = slash < 0 ? [rest, "/"] : [rest.slice(0, slash), rest.slice(slash)];
  switch (protocol.toLowerCase()) {
    case "file":
      return login === "" && directory !== "/" ? { target: { kind: "local" }, directory } : null;
    case "nfs":
      return login === ""
        ? null
        : { target: { kind: "nfs", where: `${login}:${directory}` }, directory: "/" };
    case "ssh":
      if (login !== "" && !hasPassword(login))
        return { target: { kind: "ssh", where: login.includes("@") ? login : `root@${login}` }, directory };
      return other(text, login, directory);
    case "ftp":
    case "sftp":
    case "scp":
    case "cifs":
    case "smb":
      return other(text, login, directory);
    default:
      return null;
  }
}

function hasPassword(login: string): boolean {
  return login.slice(0, login.lastIndexOf("@") + 1).includes(":");
}

function other(text: string, login: string, directory: string): SavePlace | null {
  if (login === "") return null;
  const shown = hasPassword(login)
    ? text.replace(login, `${login.slice(0, login.indexOf(":"))}:…${login.slice(login.lastIndexOf("@"))}`)
    : text;
  return { target: { kind: "other", where: shown }, directory };
}

/** HOST:PATH is an NFS export, as mount(8) takes it; `directory` is below it. */
export function writeSavePlace(target: DumpTarget, directory: string): string {
  if (target.kind === "local") return directory;
  if (target.kind === "ssh") return `ssh://${target.where}${directory}`;
  const at = target.where.indexOf(":/");
  const [host, path] = [target.where.slice(0, at), target.where.slice(at + 1).replace(/\/+$/, "")];
  return `nfs://${host}${path}${directory === "/" && path !== "" ? "" : directory}`;
}
