import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { withFileLock } from '../../database/host/file-lock';
import { STALL_MS } from '../client/client-run';
import { BackupError, BackupStopped, reasonOf, UnsoundBackup } from '../core/errors';
import type { Ledger } from '../core/ledger';
import type { BackupSettings } from '../core/settings';
import type { Backup } from '../files/catalogue';
import { inspectFile } from '../files/checksum';
import { loadDump } from '../load/load-dump';
import { checkRoomForProof, orFullDisk } from '../server/disk-space';
import { openSession, type Session } from '../server/session';
import { withDatabaseBesideLive } from './beside-live';
import { definersOf } from './definers';
import { refuseRunningEvents } from './events';
import { judgeCopy } from './judge-copy';
import { withPrivateServer } from './private-server';
import { ProofImpossible, type EmptyDatabase, type Verdict } from './proof';
import { withProveUrl } from './prove-url';
import { isFilesFault } from './refusal';
import { findServerProgram, type ServerProgram } from './server-program';

export { leftUnproven, ProofImpossible, type Verdict } from './proof';

interface ProveDependencies {
  settings: Pick<BackupSettings, 'proofServer' | 'proofServerDirectory'>;
  /** At the live database; asked where there is no other server. */
  session: Session;
  ledger: Ledger;
  /** Marks the work files of this proof. */
  tag: string;
  /** Aborted when the lock on proofs is lost. */
  lost: AbortSignal;
  /** Aborted then, and when an end is asked for: the proof ends, and leaves nothing behind. */
  signal: AbortSignal;
  /** A client that moves no byte for this long, in ms, is ended. */
  stallMs?: number;
  /** Told in a sentence what could not be cleared up. */
  warn?: (message: string) => void;
}

/**
 * Restores that very file with the stock client into an empty database of the same name on another server, and checks the
 * ledger in it. Only under the lock on proofs. One proof runs at a time in a storage folder.
 * @throws ProofImpossible where no verdict could be made; BackupStopped where it was stopped
 */
export async function proveBackup(dependencies: ProveDependencies, backup: Backup): Promise<Verdict> {
  const { settings, signal } = dependencies;
  const folder = settings.proofServerDirectory;
  try {
    signal.throwIfAborted();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await withFileLock(path.join(folder, 'proof.lock'), () => prove(dependencies, backup), { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason instanceof BackupError ? signal.reason : new BackupStopped('The proof');
    throw ProofImpossible.from(error, 'The proof could not be made');
  }
}

async function prove(dependencies: ProveDependencies, backup: Backup): Promise<Verdict> {
  const { proofServer } = dependencies.settings;
  const program = proofServer === null ? await findServerProgram(backup.serverVersion) : null;
  const damage = await damageOf(backup);
  if (damage !== null) return damaged(backup, null, damage);
  return withEmptyDatabase(dependencies, backup, program, (copy) => restoreAndJudge(dependencies, backup, copy));
}

/** How the file differs from what was written, in a sentence; null where it does not. */
async function damageOf({ path: file, sha256 }: Backup): Promise<string | null> {
  try {
    const found = await inspectFile(file);
    return found.sha256 === sha256 ? null : `${file} is another file than the one that was written.`;
  } catch (error) {
    if (error instanceof UnsoundBackup) return error.message;
    throw error;
  }
}

/** On the server of BACKUP_PROVE_URL, else on a private one, else beside the live database. */
async function withEmptyDatabase(
  { settings, session, lost, signal, warn = () => undefined }: ProveDependencies,
  backup: Backup,
  program: ServerProgram | null,
  work: (copy: EmptyDatabase) => Promise<Verdict>,
): Promise<Verdict> {
  const { proofServer: server, proofServerDirectory: folder } = settings;
  if (server !== null) return withProveUrl({ server, backup, signal, warn }, work);
  if (program === null) return withDatabaseBesideLive({ session, backup, lost, signal }, work);
  await checkRoomForProof(folder, backup.sqlBytes);
  const definers = program.family === 'mysql' ? await definersOf(session) : [];
  return withPrivateServer({ program, folder, database: backup.database, definers, signal }, (address) =>
    work({ place: 'PRIVATE_SERVER', address, server: program, initCommand: null, signal }),
  );
}

async function restoreAndJudge(
  { settings, ledger, tag, stallMs = STALL_MS }: ProveDependencies,
  backup: Backup,
  database: EmptyDatabase,
): Promise<Verdict> {
  const { signal, place } = database;
  // Opened first: a full disk is asked about while the copy is still there.
  const session = await openSession(database.address, { signal });
  try {
    await refuseRunningEvents(session.query, backup);
    try {
      const workDirectory = settings.proofServerDirectory;
      await loadDump({ ...database, file: backup.path, dump: backup, workDirectory, tag, stallMs, signal });
    } catch (error) {
      const cause = await orFullDisk(session, error);
      if (!isFilesFault(cause)) throw cause;
      return damaged(backup, place, `${reasonOf(cause)}.`);
    }
    return { place, ...(await judgeCopy(ledger, session, backup, signal)) };
  } finally {
    session.close();
  }
}

function damaged({ lastOperation, schemaVersion }: Backup, place: Verdict['place'], problem: string): Verdict {
  return { state: 'DAMAGED', problem, findings: [], lastOperation, schemaVersion, place };
}
