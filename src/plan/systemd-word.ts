/** A word of a command in a unit file, in double quotes, with what systemd would expand escaped (systemd.service(5), 252). */
export function systemdWord(word: string): string {
  return `"${word
    .replace(/[\\"]/g, "\\$&")
    .replaceAll("%", "%%")
    .replaceAll("$", () => "$$")}"`;
}
