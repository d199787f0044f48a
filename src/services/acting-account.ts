import type { EntityManager } from 'typeorm';
import { User } from '../entities/user';
import { Refusal } from './errors';
import { readRows } from './rows';

export const REVOKED = 'The token has been revoked: sign in again.';

/** An account as it was when its token was looked at. */
export type Acting = Pick<User, 'id' | 'uid' | 'tokenVersion' | 'epoch'>;

/**
 * For the start of the transaction of every change that an account asks for: minutes may have passed since its token was
 * looked at, while the request waited for its turn or a lock. The row stays as it is until the transaction ends, so a
 * change is either committed before the account is disabled, or refused.
 * @param account null: no account asks for it
 * @throws Refusal UNAUTHENTICATED where the account was disabled, changed or signed out meanwhile, or the pool was restored
 */
export async function checkStillActing(ledger: EntityManager, account: Acting | null): Promise<void> {
  if (account === null) return;
  const { id, uid, tokenVersion, epoch } = account;
  const [now] = await readRows(ledger, User, {
    where: [
      ['id = ?', id],
      ...(epoch === undefined ? [] : [['? = (SELECT epoch FROM pool WHERE id = 1)', epoch] as const]),
    ],
    lock: 'LOCK IN SHARE MODE',
  });
  if (now === undefined || now.uid !== uid || now.tokenVersion !== tokenVersion || now.disabledAt !== null)
    throw new Refusal('UNAUTHENTICATED', REVOKED);
}
