import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Ended, start } from '../process/programs';
import { program } from '../support/programs';

/** What `npm run NAME -- ...` does, as a program of a folder, without looking whether a build is needed. */
export function putNpm(folder: string): void {
  const npm = path.join(folder, 'npm');
  const line = `exec "${process.execPath}" "${path.dirname(program('cli/x'))}/$name.js" "$@"`;
  writeFileSync(npm, `#!/bin/sh\nname=$(echo "$2" | tr : -)\nshift 2\n[ "$1" = -- ] && shift\n${line}\n`);
  chmodSync(npm, 0o755);
}

/** Runs a shell block of a document as it stands there, in a folder to which `putNpm` may have brought npm. */
export function runBlock(folder: string, block: string, settings: Record<string, string> = {}): Promise<Ended> {
  const PATH = `${folder}:${process.env.PATH ?? ''}:${folder}`;
  return start(folder, '', { command: ['/bin/sh', '-eu', '-c', block], settings: { ...settings, PATH } }).ended;
}
