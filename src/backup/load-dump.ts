import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { DatabaseAddress } from '../database/address';
import { isAtWork } from './at-work';
import { findRestoreProgram } from './client-program';
import { ClientRun, type Watch } from './client-run';
import type { Dump } from './dump';
import { BackupError, UnsoundBackup } from './errors';
import { KeysLater, type KeyPart } from './keys-later';
import { LoadLanes } from './load-lanes';
import { RowStatements } from './row-statements';
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
  /** Lets several programs work at a time on large tables, for who waits for the end. */
  sideBySide?: boolean;
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
  const args = ['--batch', '--unbuffered', `--database=${address.database}`];
  const invocation = { program, address, args, workDirectory, tag, ...(initCommand === null ? {} : { initCommand }) };
  const watch = { ...request, isAtWork: () => isAtWork(address) };
  const start = (): Promise<ClientRun> => ClientRun.start(invocation, watch);
  const parts = new RowStatements();
  const lanes = new LoadLanes(await start(), request.sideBySide === true ? start : null, () => parts.settings);
  try {
    const sha256 = await feed(request, parts, lanes);
    if (!(await lanes.end()) || sha256 === null) {
      throw new BackupError(`The dump does not restore: ${program.name} stopped reading it halfway.`);
    }
    if (sha256 !== dump.sha256) {
      throw new UnsoundBackup(
        `The dump was damaged on the disk: reading ${file} back gave other bytes than were written.`,
      );
    }
  } finally {
    await lanes.discard();
  }
}

/**
 * Sends the file's SQL to the program and returns its SHA-256 as read, or null where the program stopped taking it.
 * The program gets it through us, not as an open file: it ends when we do, and cannot restore on into a database that
 * nobody waits for.
 */
async function feed(
  { file, dump, onBytes }: LoadRequest,
  parts: RowStatements,
  lanes: LoadLanes,
): Promise<string | null> {
  const hash = createHash('sha256');
  const keys = new KeysLater();
  const send = async ({ what, sql }: KeyPart): Promise<boolean> => {
    const ready = what === 'dump' ? parts.push(sql) : parts.flush();
    for (const part of ready) if (!(await lanes.send(part))) return false;
    return what === 'dump' || (what === 'keys' ? lanes.makeKeys(sql) : lanes.makeReferences(sql));
  };
  const sendAll = async (pieces: readonly KeyPart[]): Promise<boolean> => {
    for (const piece of pieces) if (!(await send(piece))) return false;
    return true;
  };
  let bytes = 0;
  for await (const chunk of createReadStream(file, { end: dump.sqlBytes - 1, highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Buffer);
    if (!(await sendAll(keys.push(chunk as Buffer)))) return null;
    bytes += (chunk as Buffer).length;
    onBytes?.(bytes);
  }
  return (await sendAll(keys.end())) ? hash.digest('hex') : null;
}
