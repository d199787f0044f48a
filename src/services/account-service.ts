import { type DataSource, type EntityManager, IsNull } from 'typeorm';
import { Role } from '../entities/enums';
import { User } from '../entities/user';
import { badInput, notFound } from './errors';
import { parseId } from './input';
import { checkNewPassword, hashPassword } from './passwords';
import { outcomeUnknown, tryAgain } from './retry';
import { inTransaction } from './transaction';

type Change = Partial<Pick<User, 'disabledAt' | 'passwordHash' | 'tokenVersion'>>;

/** What an ADMIN may do to accounts. Each change makes every older token of the account stop working. */
export class AccountService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Nobody can sign in as the account any more; what it holds stays.
   * @throws Refusal NOT_FOUND, OUTCOME_UNKNOWN; BAD_USER_INPUT for the last ADMIN and for the COMPANY
   */
  disable(id: string): Promise<User> {
    return this.change(id, async (user, manager) => {
      if (user.role === Role.ADMIN && (await isLastAdmin(manager, user))) {
        throw badInput(`User ${user.id} is the last ADMIN who can sign in: make another one first.`);
      }
      return { disabledAt: user.disabledAt ?? new Date() };
    });
  }

  /** @throws Refusal NOT_FOUND, OUTCOME_UNKNOWN */
  enable(id: string): Promise<User> {
    return this.change(id, () => Promise.resolve({ disabledAt: null }));
  }

  /** @throws Refusal NOT_FOUND, BAD_USER_INPUT, OUTCOME_UNKNOWN */
  async resetPassword(id: string, newPassword: string): Promise<User> {
    checkNewPassword(newPassword);
    const passwordHash = await hashPassword(newPassword);
    return this.change(id, () => Promise.resolve({ passwordHash }));
  }

  /** Signs the account out everywhere. @throws Refusal NOT_FOUND, OUTCOME_UNKNOWN */
  revokeTokens(id: string): Promise<User> {
    return this.change(id, () => Promise.resolve({}));
  }

  /** Whatever became of an earlier try, the same change may be made again. */
  private change(id: string, decide: (user: User, manager: EntityManager) => Promise<Change>): Promise<User> {
    const attempt = (): Promise<User> =>
      inTransaction(this.dataSource, async (manager) => {
        // All of them, in one order: two ADMINs who disable each other at once must not both succeed.
        const admins = await manager.find(User, {
          where: { role: Role.ADMIN },
          order: { id: 'ASC' },
          lock: { mode: 'pessimistic_write' },
        });
        const key = parseId(id);
        const user = admins.find((admin) => admin.id === key) ?? (await findUser(manager, key));
        if (user === null) throw notFound('user', id);
        if (user.role === Role.COMPANY) throw badInput('Nobody signs in as the COMPANY: there is nothing to change.');
        const change: Change = { ...(await decide(user, manager)), tokenVersion: user.tokenVersion + 1 };
        await manager.update(User, user.id, change);
        return Object.assign(user, change);
      });
    return tryAgain(attempt, { giveUp: outcomeUnknown });
  }
}

async function findUser(manager: EntityManager, id: number | null): Promise<User | null> {
  return id === null ? null : manager.findOne(User, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

async function isLastAdmin(manager: EntityManager, user: User): Promise<boolean> {
  const enabled = await manager.findBy(User, { role: Role.ADMIN, disabledAt: IsNull() });
  return enabled.every(({ id }) => id === user.id);
}
