import type { DatabaseAddress } from '../../database/connection/address';
import { openSession } from '../server/session';

const ANSWER_MS = 30_000;
const QUESTION = 'SHOW PROCESSLIST';

/**
 * Whether the server runs a statement in that database, such as one that makes a large key, which can take longer than
 * any wait for a byte. One that waits for a lock gets nowhere.
 * @throws BackupError where the server does not answer within 30 s
 */
export async function isAtWork(address: DatabaseAddress): Promise<boolean> {
  const session = await openSession(address, { signal: AbortSignal.timeout(ANSWER_MS) });
  try {
    const sessions = await session.query(QUESTION);
    return sessions.some(
      ({ db, Command, State, Info }) =>
        db === address.database && Command === 'Query' && Info !== QUESTION && !/^Waiting for /i.test(String(State)),
    );
  } finally {
    session.close();
  }
}
