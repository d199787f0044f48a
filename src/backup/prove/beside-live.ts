import { reasonOf } from '../core/errors';
import type { Backup } from '../files/catalogue';
import { checkRoomForCopy } from '../server/disk-space';
import { withScratchDatabase } from '../server/scratch-database';
import { readServer } from '../server/server-version';
import type { Session } from '../server/session';
import { lacksRight } from '../server/sql-rights';
import { ProofImpossible, type EmptyDatabase } from './proof';
import { refuseOlder } from './server-program';

interface BesideLiveRequest {
  /** At the live database. */
  session: Session;
  backup: Pick<Backup, 'sqlBytes' | 'serverVersion'>;
  /** Aborted when the lock on proofs is lost. */
  lost: AbortSignal;
  /** Aborted then, and when an end is asked for. */
  signal: AbortSignal;
}

/**
 * Runs `work` with a scratch database on the live server, where there is no other.
 * @throws ProofImpossible where the account may not make one
 */
export async function withDatabaseBesideLive<Result>(
  { session, backup, lost, signal }: BesideLiveRequest,
  work: (copy: EmptyDatabase) => Promise<Result>,
): Promise<Result> {
  const server = await readServer(session.query);
  refuseOlder(server, backup, 'The live server');
  await checkRoomForCopy(session, backup.sqlBytes);
  try {
    return await withScratchDatabase(session, lost, ({ address, initCommand }) =>
      work({ place: 'SCRATCH_DATABASE', address, server, initCommand, signal }),
    );
  } catch (error) {
    if (!lacksRight(error)) throw error;
    throw new ProofImpossible(
      `The database account ${session.address.user} may not restore into a scratch database (${reasonOf(error)}): ` +
        `install the database server’s program on this machine, or set BACKUP_PROVE_URL.`,
      { cause: error },
    );
  }
}
