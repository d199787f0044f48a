import path from 'node:path';
import { type Child, startScript } from '../support/child';
import type { ProcessInput } from './restore-process';

/** Starts a restore in a process of its own. */
export function startChild(input: ProcessInput): Child {
  return startScript(path.join(__dirname, 'restore-process.ts'), input);
}
