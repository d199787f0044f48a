import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { DatabaseAddress } from '../database/address';
import { findRestoreProgram } from './client-program';
import { ClientRun, type Watch } from './client-run';
import type { Dump } from './dump';
import { BackupError } from './errors';
import type { DatabaseServer } from './server';

export interface LoadRequest extends Watch {
  server: DatabaseServer;
  /** Of the database to fill, which must exist. */
  address: DatabaseAddress;
  /** The path of the dump; its first `dump.sqlBytes` bytes are restored. */
  file: string;
  dump: Dump;
  /** What the program's session says first, such as to keep the rows out of the server's binary log. */
  initCommand: string | null;
  workDirectory: string;
  tag: string;
  /** Changes the SQL on its way to the program. */
  through?: { push(chunk: Buffer): Buffer[]; end(): Buffer[] };
  /** Told how many bytes of the dump the program has taken. */
  onBytes?: (bytes: number) => void;
}

/**
 * Restores the dump with the stock client, and proves by the hash that what it got is what was written.
 * @throws BackupError in one sentence; ClientFailure where the server refused something
 */
export async function loadDump(request: LoadRequest): Promise<void> {
  const { server, address, file, dump, initCommand, workDirectory, tag } = request;
  const program = await findRestoreProgram(server.family);
  // As an option: some clients take a name that begins with a dash for one, whatever stands before it.
  const args = ['--batch', `--database=${address.database}`];
  const run = await ClientRun.start(
    { program, address, args, workDirectory, tag, ...(initCommand === null ? {} : { initCommand }) },
    request,
  );
  try {
    run.stdout.resume();
    const sha256 = await feed(request, run);
    await run.succeeded('The dump does not restore');
    if (sha256 === null) {
      throw new BackupError(`The dump does not restore: ${program.name} stopped reading it halfway.`);
    }
    if (sha256 !== dump.sha256) {
      throw new BackupError(
        `The dump was damaged on the disk: reading ${file} back gave other bytes than were written.`,
      );
    }
  } finally {
    await run.discard();
  }
}

/**
 * Sends the file's SQL to the program and returns its SHA-256 as read, or null where the program stopped taking it.
 * The program gets it through us, not as an open file: it ends when we do, and cannot restore on into a database that
 * nobody waits for.
 */
async function feed({ file, dump, through, onBytes }: LoadRequest, run: ClientRun): Promise<string | null> {
  const hash = createHash('sha256');
  const { stdin } = run;
  let bytes = 0;
  for await (const chunk of createReadStream(file, { end: dump.sqlBytes - 1, highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Buffer);
    for (const piece of through?.push(chunk as Buffer) ?? [chunk as Buffer]) {
      if (!(await taken(stdin, piece))) return null;
    }
    run.alive();
    bytes += (chunk as Buffer).length;
    onBytes?.(bytes);
  }
  for (const piece of through?.end() ?? []) if (!(await taken(stdin, piece))) return null;
  stdin.end();
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
