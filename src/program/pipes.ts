/** Lets this process outlive the reader of its output: a broken pipe must not end a backup. */
export function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
