import { spawn } from 'node:child_process';

/** A failure that the user is told in one sentence; `output` is what the failed program said, printed before it. */
export class SetupError extends Error {
  constructor(message, output = '') {
    super(message);
    this.output = output.trim();
  }
}

/** Runs a program to its end with its output kept: `{ code, output }`; a program that cannot be run has code 127. */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** For people; standard output belongs to the command that is set up for. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Prints a failure as its one sentence, after what the failed program said, and ends the process with status 1. */
export function endWith(error) {
  if (!(error instanceof SetupError)) throw error;
  if (error.output !== '') say(error.output);
  say(error.message);
  process.exit(1);
}
