import path from 'node:path';
import { type Child, startScript } from '../support/child';
import type { ProcessInput } from './backup-process';

export type { Child };

/** Starts a backup in a process of its own, through `prefix` where one is given. */
export function startChild(input: ProcessInput, prefix?: readonly string[]): Child {
  return startScript(path.join(__dirname, 'backup-process.ts'), input, prefix);
}
