import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { OWN_TABLES } from '../../src/database/connection/own-tables';
import { findProgram } from '../../src/database/host/programs';
import { CLIENTS, FAMILY } from '../support/engine';

const run = promisify(execFile);

interface SignIn {
  args: string[];
  env: NodeJS.ProcessEnv;
}

function signIn({ user, password, socketPath, hosts: [host] }: DatabaseAddress, program: string): SignIn {
  const place = socketPath === undefined ? ['-h', host?.host ?? '', '-P', String(host?.port)] : ['-S', socketPath];
  // MySQL's clients alone ask for it: the password goes encrypted by the server's key where there is no TLS.
  const key = program.startsWith('mysql') && socketPath === undefined ? ['--loose-get-server-public-key'] : [];
  return {
    args: ['--no-defaults', '-u', user, ...place, ...key],
    env: { ...process.env, ...(password === undefined ? {} : { MYSQL_PWD: password }) },
  };
}

/** `mysql -u USER DATABASE < FILE`, as an administrator would; with the client of the server's own family by default. */
export async function restoreWithStockClient(
  address: DatabaseAddress,
  database: string,
  file: string,
  program = CLIENTS.restore,
): Promise<void> {
  const fd = openSync(file, 'r');
  try {
    const { args, env } = signIn(address, program);
    const child = spawn(findProgram([program]) ?? program, [...args, database], {
      stdio: [fd, 'inherit', 'pipe'],
      env,
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const status = await new Promise((resolve) => child.once('close', resolve));
    if (status !== 0) throw new Error(`${program} ended with status ${String(status)}: ${said}`);
  } finally {
    closeSync(fd);
  }
}

/**
 * Everything in that database that a backup holds, as the stock dump program tells it; equal databases give equal text. (MySQL tells a
 * column's character set once its collation was named, as a dump does; the collation holds it anyway.)
 */
export async function contentOf(address: DatabaseAddress, database: string): Promise<string> {
  const options = ['--skip-comments', '--order-by-primary', '--skip-extended-insert', '--routines', '--triggers'];
  // What belongs to the servers at work on it is in no backup.
  options.push(...OWN_TABLES.map((table) => `--ignore-table=${database}.${table}`));
  // What the server has seen so far is not of this database.
  if (FAMILY === 'mysql') options.push('--set-gtid-purged=OFF');
  const { args, env } = signIn(address, CLIENTS.dump);
  const { stdout } = await run(findProgram([CLIENTS.dump]) ?? '', [...args, ...options, database], {
    maxBuffer: 2 ** 30,
    env,
  });
  return stdout.replaceAll(' CHARACTER SET utf8mb4', '');
}
