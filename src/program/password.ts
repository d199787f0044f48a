import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from './command';

/** A password from standard input, or asked for on a terminal, which does not show it. @throws UsageError without one */
export async function readPassword(): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  if (isTerminal) process.stderr.write('Password: ');
  try {
    for await (const line of lines) {
      if (isTerminal) process.stderr.write('\n');
      return line;
    }
  } finally {
    lines.close();
  }
  throw new UsageError('No password was given: type one at the prompt, or send it on standard input.');
}
