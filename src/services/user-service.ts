import { randomBytes, randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Role } from '../entities/enums';
import { User } from '../entities/user';
import { type Author, byServer, changeRows, type Written } from './changes';
import { badInput, quote, Refusal } from './errors';
import { changeOnce } from './idempotency';
import { optionalKey, parseId, requiredLine } from './input';
import { checkNewPassword, hashPassword } from './passwords';
import { duplicateKey } from './retry';
import { readRow, readRows, requireRow } from './rows';

export interface CreateUser {
  name: string;
  email: string;
  password: string;
  role: Role;
}

const EMAIL = /^[^\s@"<>(),:;[\]\\]+@[^\s@"<>(),:;[\]\\.]+(\.[^\s@"<>(),:;[\]\\.]+)*$/;

/** Accounts. */
export class UserService {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Refusal BAD_USER_INPUT, EMAIL_ALREADY_EXISTS, IDEMPOTENCY_KEY_REUSED, OUTCOME_UNKNOWN */
  async createOnce(actor: User, input: CreateUser & { idempotencyKey?: string | null }): Promise<User> {
    const user = await newUser(this.dataSource, input);
    const { name, email, role } = user;
    const asked = {
      mutation: 'createUser',
      key: optionalKey(input.idempotencyKey),
      input: { name, email, role, password: input.password.normalize('NFKC') },
      isSecret: true,
    };
    return changeOnce(this.dataSource, actor, asked, {
      find: (ledger, id) => requireRow(ledger, User, id),
      make: (ledger) => insertUser(ledger, user),
    });
  }

  /** For those who stand at the server itself. @throws Refusal BAD_USER_INPUT, EMAIL_ALREADY_EXISTS */
  async create(author: Author, input: CreateUser): Promise<User> {
    const user = await newUser(this.dataSource, input);
    return changeRows(this.dataSource, author, (ledger) => insertUser(ledger, user));
  }

  /**
   * Makes the first ADMIN where there is none. Several servers may start at once: the email's uniqueness decides.
   * @param announce told the password where none was given and one is generated: once no other server can make the
   * account any more, and before the account is stored, so that there is never one whose password nobody knows
   */
  async ensureFirstAdmin(
    { email, password }: { email: string; password: string | null },
    announce: (password: string) => void,
  ): Promise<void> {
    if (await this.hasAdmin()) return;
    const generated = password === null ? randomBytes(15).toString('base64url') : null;
    const input = { name: 'Administrator', email, password: password ?? generated ?? '', role: Role.ADMIN };
    const user = await newUser(this.dataSource, input);
    try {
      await changeRows(this.dataSource, byServer('start:administrator'), async (ledger) => {
        const made = await insertUser(ledger, user);
        if (generated !== null) announce(generated);
        return made;
      });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'EMAIL_ALREADY_EXISTS' && (await this.hasAdmin())) return;
      throw error;
    }
  }

  private hasAdmin(): Promise<boolean> {
    return this.dataSource.manager.existsBy(User, { role: Role.ADMIN });
  }

  async find(id: string): Promise<User | null> {
    const key = parseId(id);
    return key === null ? null : readRow(this.dataSource.manager, User, key);
  }

  /** @throws Refusal NOT_FOUND, BAD_USER_INPUT */
  async findByEmail(email: string): Promise<User> {
    const address = normalizeEmail(email);
    const user = await this.dataSource.manager.findOneBy(User, { email: address });
    if (user === null) throw new Refusal('NOT_FOUND', `There is no account with the email ${quote(address)}.`);
    return user;
  }

  findByIds(ids: readonly number[]): Promise<User[]> {
    return readRows(this.dataSource.manager, User, { where: [['id IN (?)', ids]] });
  }
}

/** Not stored yet. @throws Refusal BAD_USER_INPUT */
async function newUser({ manager }: DataSource, input: CreateUser): Promise<User> {
  if (input.role === Role.COMPANY)
    throw badInput('There is one COMPANY account already, and there can be no second.', 'role');
  const name = requiredLine('name', input.name, 200);
  const email = normalizeEmail(input.email);
  checkNewPassword(input.password, 'password');
  return manager.create(User, {
    uid: randomUUID(),
    name,
    email,
    role: input.role,
    passwordHash: await hashPassword(input.password),
    tokenVersion: 0,
    balance: 0n,
    percentage: 0,
    memberSince: null,
    disabledAt: null,
    createdAt: new Date(),
  });
}

/** @throws Refusal EMAIL_ALREADY_EXISTS */
async function insertUser(ledger: EntityManager, user: User): Promise<Written<User>> {
  try {
    // A copy: a further try must not find the id of the one before.
    const inserted = ledger.create(User, Object.assign({}, user));
    await ledger.insert(User, inserted);
    const { id, role } = inserted;
    return { result: inserted, changed: { subject: 'user', id, after: { role } } };
  } catch (error) {
    if (duplicateKey(error) !== 'users_email') throw error;
    throw new Refusal('EMAIL_ALREADY_EXISTS', `An account with the email ${quote(user.email)} exists already.`);
  }
}

/** An address in small letters. @throws Refusal BAD_USER_INPUT */
export function normalizeEmail(text: string): string {
  const email = requiredLine('email', text, 254).toLowerCase();
  if (!EMAIL.test(email))
    throw badInput(`The email must be an address such as name@example.com, not ${quote(text)}.`, 'email');
  return email;
}
