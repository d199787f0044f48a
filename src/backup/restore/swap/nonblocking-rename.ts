import { sqlErrno } from '../../../database/connection/errors';
import { readServer } from '../../server/server-version';
import { openSession, type Session } from '../../server/session';

/** How long a MySQL server waits before it is told to give up: requests that come meanwhile wait behind it. */
const MYSQL_WAIT_MS = 20;
const ER_LOCK_WAIT_TIMEOUT = 1205;
const ER_QUERY_INTERRUPTED = 1317;

/** Runs statements of one session that give up at once where something is in the way. */
interface BriefWait {
  /** @returns whether it was done; what else goes wrong is thrown */
  run(sql: string, names: readonly unknown[]): Promise<boolean>;
  close(): void;
}

/**
 * MariaDB need not wait for a table at all. MySQL waits for a second at least, and holds up everybody meanwhile: there
 * a second session ends the wait. A statement that is ended has changed nothing.
 */
export async function openBriefWait(session: Session): Promise<BriefWait> {
  const { query } = session;
  const { family } = await readServer(query);
  if (family === 'mariadb') {
    return {
      run: async (sql, names) => {
        await query('SET SESSION lock_wait_timeout = 0');
        return cameThrough(query(sql, names));
      },
      close: () => undefined,
    };
  }
  const [row] = await query('SELECT CONNECTION_ID() AS id');
  const watcher = await openSession(session.address);
  return {
    run: async (sql, names) => {
      await query('SET SESSION lock_wait_timeout = 1');
      let ending: Promise<unknown> | undefined;
      const timer = setTimeout(() => {
        ending = watcher.query(`KILL QUERY ${Number(row?.id)}`).catch(() => undefined);
      }, MYSQL_WAIT_MS);
      try {
        return await cameThrough(query(sql, names));
      } finally {
        clearTimeout(timer);
        await ending;
      }
    },
    close: () => {
      watcher.close();
    },
  };
}

/** @returns false where it waited for a lock in vain; what else goes wrong is thrown */
export async function cameThrough(running: Promise<unknown>): Promise<boolean> {
  try {
    await running;
    return true;
  } catch (error) {
    const errno = sqlErrno(error);
    if (errno === ER_LOCK_WAIT_TIMEOUT || errno === ER_QUERY_INTERRUPTED) return false;
    throw error;
  }
}
