import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { DatabaseAddress } from '../../database/connection/address';
import { isAtWork } from './server-activity';
import { findRestoreProgram, type ClientProgram } from '../client/client-program';
import { ClientFailure, ClientRun, type Watch } from '../client/client-run';
import type { ClientFamily } from '../client/option-file';
import type { Dump } from '../dump/dump';
import { BackupError, UnsoundBackup } from '../core/errors';
import type { DatabaseServer } from '../server/server-version';

const DOING = 'The file does not restore';
/** Asked after the file: a client that left early, or that is still inside a comment or a body, does not answer it. */
const END_WORD = 'motorpool-end-of-file';
/** As much of what a client prints as is kept, in characters. */
const SAID_CHARS = 4096;

/** The client left before the end of the file and reported no error. */
export class StoppedHalfway extends BackupError {}

interface LoadRequest extends Watch {
  server: DatabaseServer;
  /** Of the database to fill, which must exist. */
  address: DatabaseAddress;
  /** The path of the file; its first `dump.sqlBytes` bytes are the dump. */
  file: string;
  dump: Dump;
  /** A SET statement that the program's session says first, such as to keep the rows out of the server's binary log. */
  initCommand: string | null;
  /** This very process has just made the file: then a client without a sandbox may read it. */
  ours?: boolean;
  workDirectory: string;
  tag: string;
  /** Changes the dump on its way to the program, piece by piece; the hash is that of the file. */
  filter?: { push(chunk: Buffer): Buffer[]; end(): Buffer[] };
  /** Told how many bytes of the file the program has taken. */
  onBytes?: (bytes: number) => void;
}

/**
 * Restores the file as `mariadb DATABASE < FILE` does, and proves by the hash that what the stock client got is what was
 * written. The client runs in its sandbox, where a line of the file cannot run a program.
 * @throws StoppedHalfway; UnsoundBackup where the file has changed or holds a command for the client; ClientFailure where the server
 * refused something; BackupError where the client is missing, hangs or has no sandbox
 */
export async function loadDump(request: LoadRequest): Promise<void> {
  const { server, address, file, dump, initCommand, ours = false, workDirectory, tag } = request;
  const program = await findRestoreProgram(server.family);
  // As an option: some clients take a name that begins with a dash for one, whatever stands before it.
  const args = [`--${ours ? 'loose-' : ''}${SANDBOX[program.family]}`, `--database=${address.database}`];
  const invocation = { program, address, args, workDirectory, tag, ...(initCommand === null ? {} : { initCommand }) };
  const run = await ClientRun.start(invocation, { ...request, isAtWork: () => isAtWork(address) });
  try {
    let said = '';
    run.stdout.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-SAID_CHARS);
    });
    const sha256 = await feed(run, request);
    // First of all: what the server says of other bytes is no account of this file.
    if (sha256 !== null && sha256 !== dump.sha256) {
      throw new UnsoundBackup(
        `The dump was damaged on the disk: reading ${file} back gave other bytes than were written.`,
      );
    }
    await run.succeeded(DOING).catch((error: unknown) => {
      throw aboutTheSandbox(error, program) ?? error;
    });
    if (!said.includes(END_WORD)) throw new StoppedHalfway(`${DOING}: ${program.name} stopped reading it halfway.`);
  } finally {
    await run.discard();
  }
}

/**
 * The option that leaves a client its SQL alone: a line such as `\! rm` runs a program otherwise, and `\T` writes a file.
 * MySQL's client of each version knows this one; its `system-command` is newer and leaves `\T`.
 */
const SANDBOX: Readonly<Record<ClientFamily, string>> = { mariadb: 'sandbox', mysql: 'binary-mode' };
const HAS_NONE = /unknown option '--sandbox'|Unknown command '\\-'/;
const IS_REFUSED = /(at line \d+): (?:Not allowed in the sandbox mode|Unknown command '(\\.)')/;

function aboutTheSandbox(error: unknown, { name }: ClientProgram): BackupError | null {
  if (!(error instanceof ClientFailure)) return null;
  if (HAS_NONE.test(error.message)) {
    return new BackupError(
      `The program ${name} is too old to restore this file safely: a line of the file could make it run any program. ` +
        `Install a client from MariaDB 10.5.25, 10.6.18, 10.11.8, 11.4.2 or newer.`,
      { cause: error },
    );
  }
  const [, line] = IS_REFUSED.exec(error.message) ?? [];
  if (line === undefined) return null;
  return new UnsoundBackup(
    `${DOING}: it holds a command for the client program ${line}, and no dump holds one. ` + `The command was not run.`,
    { cause: error },
  );
}

/**
 * Sends the file to the program and returns the SHA-256 of its dump as read, or null where the program stopped taking it.
 * The program gets it through us, not as an open file: it ends when we do, and cannot restore on into a database that
 * nobody waits for.
 */
async function feed(run: ClientRun, { file, dump, filter, onBytes }: LoadRequest): Promise<string | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const each of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    const chunk = each as Buffer;
    const part = chunk.subarray(0, Math.max(0, dump.sqlBytes - bytes));
    hash.update(part);
    const piece = filter === undefined ? chunk : Buffer.concat(filter.push(part));
    if (!(await taken(run.stdin, piece))) return null;
    run.alive();
    bytes += chunk.length;
    onBytes?.(bytes);
  }
  if (filter !== undefined && !(await taken(run.stdin, Buffer.concat(filter.end())))) return null;
  if (!(await taken(run.stdin, Buffer.from(`\nSELECT '${END_WORD}';\n`)))) return null;
  run.stdin.end();
  return hash.digest('hex');
}

/** Resolves once the chunk is sent; to false when nobody reads any more. */
function taken(stdin: Writable, chunk: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    stdin.write(chunk, (error) => {
      resolve(error === null || error === undefined);
    });
  });
}
