/** One line on stderr. */
export function warn(line: string): void {
  process.stderr.write(`warning: ${line}\n`);
}
