import { type DataSource, type EntityManager, IsNull } from 'typeorm';
import { Role } from '../entities/enums';
import { User } from '../entities/user';
import type { Values } from './change-row';
import { type Author, byAccount, changeRows } from './changes';
import { badInput, notFound } from './errors';
import { parseId } from './input';
import { checkNewPassword, hashPassword } from './passwords';
import { tryChangeAgain } from './retry';

type Change = Partial<Pick<User, 'disabledAt' | 'passwordHash' | 'tokenVersion'>>;

/**
 * What an ADMIN may do to accounts. Each change makes every older token of the account stop working, and is refused
 * (UNAUTHENTICATED) where the ADMIN's own has stopped working meanwhile.
 */
export class AccountService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Nobody can sign in as the account any more; what it holds stays.
   * @throws Refusal NOT_FOUND, OUTCOME_UNKNOWN; BAD_USER_INPUT for the last ADMIN and for the COMPANY
   */
  disable(actor: User, id: string): Promise<User> {
    return this.change(byAccount('disableUser', actor), id, async (user, manager) => {
      if (user.role === Role.ADMIN && (await isLastAdmin(manager, user))) {
        throw badInput(`User ${user.id} is the last ADMIN who can sign in: make another one first.`, 'id');
      }
      return { disabledAt: user.disabledAt ?? new Date() };
    });
  }

  /** @throws Refusal NOT_FOUND, OUTCOME_UNKNOWN */
  enable(actor: User, id: string): Promise<User> {
    return this.change(byAccount('enableUser', actor), id, () => Promise.resolve({ disabledAt: null }));
  }

  /** @throws Refusal NOT_FOUND, BAD_USER_INPUT, OUTCOME_UNKNOWN */
  resetPassword(actor: User, id: string, newPassword: string): Promise<User> {
    return this.setPassword(byAccount('resetPassword', actor), id, newPassword);
  }

  /** The same for those who stand at the server itself. @throws Refusal NOT_FOUND, BAD_USER_INPUT, OUTCOME_UNKNOWN */
  async setPassword(author: Author, id: string, newPassword: string): Promise<User> {
    checkNewPassword(newPassword, 'newPassword');
    const passwordHash = await hashPassword(newPassword);
    return this.change(author, id, () => Promise.resolve({ passwordHash }));
  }

  /** Signs the account out everywhere. @throws Refusal NOT_FOUND, OUTCOME_UNKNOWN */
  revokeTokens(actor: User, id: string): Promise<User> {
    return this.change(byAccount('revokeTokens', actor), id, () => Promise.resolve({}));
  }

  /** Whatever became of an earlier try, the same change may be made again. */
  private change(
    author: Author,
    id: string,
    decide: (user: User, manager: EntityManager) => Promise<Change>,
  ): Promise<User> {
    const attempt = (): Promise<User> =>
      changeRows(
        this.dataSource,
        author,
        async (manager) => {
          const user = await findUser(manager, parseId(id));
          if (user === null) throw notFound('user', id);
          if (user.role === Role.COMPANY)
            throw badInput('Nobody signs in as the COMPANY: there is nothing to change.', 'id');
          const change: Change = { ...(await decide(user, manager)), tokenVersion: user.tokenVersion + 1 };
          await manager.update(User, user.id, change);
          const before = valuesOf(user);
          const after = valuesOf(Object.assign(user, change));
          return { result: user, changed: { subject: 'user', id: user.id, before, after } };
        },
        lockAdmins,
      );
    return tryChangeAgain(attempt);
  }
}

/** What the journal may tell of an account: no password, and nothing of tokens. */
function valuesOf({ disabledAt }: User): Values {
  return { disabledAt: disabledAt?.toISOString() ?? null };
}

/** All of them, in one order: two ADMINs who disable or demote each other at once must not both succeed. */
export function lockAdmins(manager: EntityManager): Promise<User[]> {
  return manager.find(User, {
    where: { role: Role.ADMIN },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
}

async function findUser(manager: EntityManager, id: number | null): Promise<User | null> {
  return id === null ? null : manager.findOne(User, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

/** Whether no ADMIN but that one can sign in. Only under `lockAdmins`. */
export async function isLastAdmin(manager: EntityManager, user: User): Promise<boolean> {
  const enabled = await manager.findBy(User, { role: Role.ADMIN, disabledAt: IsNull() });
  return enabled.every(({ id }) => id === user.id);
}
