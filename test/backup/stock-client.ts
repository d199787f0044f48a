import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { DatabaseAddress } from '../../src/database/address';

const run = promisify(execFile);

function signIn({ user, socketPath, hosts: [host] }: DatabaseAddress): string[] {
  const place = socketPath === undefined ? ['-h', host?.host ?? '', '-P', String(host?.port)] : ['-S', socketPath];
  return ['--no-defaults', '-u', user, ...place];
}

/** `mysql -u USER DATABASE < FILE`, as an administrator would. */
export async function restoreWithStockClient(address: DatabaseAddress, database: string, file: string): Promise<void> {
  const fd = openSync(file, 'r');
  try {
    const child = spawn('mysql', [...signIn(address), database], { stdio: [fd, 'inherit', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const status = await new Promise((resolve) => child.once('close', resolve));
    if (status !== 0) throw new Error(`mysql ended with status ${String(status)}: ${said}`);
  } finally {
    closeSync(fd);
  }
}

/** Everything in that database, as the stock dump program tells it; equal databases give equal text. */
export async function contentOf(address: DatabaseAddress, database: string): Promise<string> {
  const options = ['--skip-comments', '--order-by-primary', '--skip-extended-insert', '--routines', '--triggers'];
  const { stdout } = await run('mysqldump', [...signIn(address), ...options, database], { maxBuffer: 2 ** 30 });
  return stdout;
}
