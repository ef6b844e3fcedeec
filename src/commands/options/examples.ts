/**
 * Command lines for --help, each with a shell comment that says what it is for, in 80 columns: yargs breaks a long
 * command in two when the words stand in a column of their own.
 */
export function examples(
  lines: readonly (readonly [command: string, what: string])[],
): readonly [string, string][] {
  const width = Math.max(...lines.map(([command]) => command.length));
  return lines.map(([command, what]) => [`${command.padEnd(width)}  # ${what}`, ""]);
}
