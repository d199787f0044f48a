import type { DatabaseAddress } from '../../database/connection/address';
import type { Query } from '../../database/connection/query';
import { reasonOf } from '../core/errors';
import type { Backup } from '../files/catalogue';
import { stayOnThisServer } from '../server/auxiliary-schema';
import { BackupLock } from '../server/backup-lock';
import { readServer } from '../server/server-version';
import { openSession } from '../server/session';
import { ProofImpossible, type EmptyDatabase } from './proof';
import { refuseOlder } from './server-program';

/** Tells a database that a proof made from every other. No backup holds a table of that name. */
const MARK = 'motorpool_proof';

interface ProveUrlRequest {
  server: DatabaseAddress;
  /** Names the database to make. */
  backup: Pick<Backup, 'database' | 'serverVersion'>;
  signal: AbortSignal;
  /** Told what could not be cleared up. */
  warn: (message: string) => void;
}

/**
 * Runs `work` with an empty database of that name on the server that BACKUP_PROVE_URL names, and drops it. One proof at a
 * time has that name there.
 * @throws ProofImpossible where somebody else has a database of that name there
 */
export async function withProveUrl<Result>(
  { server, backup, signal, warn }: ProveUrlRequest,
  work: (copy: EmptyDatabase) => Promise<Result>,
): Promise<Result> {
  const { database } = backup;
  const lock = await BackupLock.acquire(server, { signal, purpose: 'proofs', database });
  try {
    const session = await openSession(lock.address, { signal: lock.lost });
    const { query } = session;
    try {
      const kind = await readServer(query);
      refuseOlder(kind, backup, 'The server of BACKUP_PROVE_URL');
      const initCommand = await stayOnThisServer(query);
      await makeEmpty(query, database);
      try {
        return await work({
          place: 'PROVE_URL',
          address: { ...lock.address, database },
          server: kind,
          initCommand,
          signal: AbortSignal.any([lock.lost, signal]),
        });
      } finally {
        await query('DROP DATABASE IF EXISTS ??', [database]).catch((error: unknown) => {
          warn(
            `The proof's database ${database} on the server of BACKUP_PROVE_URL could not be dropped: ${reasonOf(error)}.`,
          );
        });
      }
    } finally {
      session.close();
    }
  } finally {
    await lock.release();
  }
}

/** A killed proof leaves its database: with its mark, or with nothing in it. */
async function makeEmpty(query: Query, database: string): Promise<void> {
  if (await isForeign(query, database)) {
    throw new ProofImpossible(
      `The server of BACKUP_PROVE_URL holds a database ${database} that no proof made, and a proof touches no other: name ` +
        `a server without a database of that name.`,
    );
  }
  await query('DROP DATABASE IF EXISTS ??', [database]);
  await query('CREATE DATABASE ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci', [database]);
  await query(`CREATE TABLE ??.${MARK} (id INT) COMMENT 'Made and dropped by a proof of a backup'`, [database]);
}

async function isForeign(query: Query, database: string): Promise<boolean> {
  const holds = async (from: string, schema: string): Promise<string[]> =>
    (await query(`SELECT ${from} WHERE ${schema} = ?`, [database])).map(({ name }) => String(name));
  const tables = await holds('TABLE_NAME AS name FROM information_schema.TABLES', 'TABLE_SCHEMA');
  if (tables.includes(MARK)) return false;
  const routines = await holds('ROUTINE_NAME AS name FROM information_schema.ROUTINES', 'ROUTINE_SCHEMA');
  const events = await holds('EVENT_NAME AS name FROM information_schema.EVENTS', 'EVENT_SCHEMA');
  return [...tables, ...routines, ...events].length > 0;
}
