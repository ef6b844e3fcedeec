import { userInfo } from "node:os";

/** Who asked for it, for the journal: behind sudo the person, not root. */
export function currentUser(): string {
  const sudo = process.env.SUDO_USER;
  if (sudo !== undefined && /^[A-Za-z0-9_.@\\-]{1,64}$/.test(sudo)) return sudo;
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
