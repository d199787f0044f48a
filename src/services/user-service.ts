import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Role } from '../entities/enums';
import { User } from '../entities/user';
import { badInput, quote, Refusal } from './errors';
import { parseId, requiredLine } from './input';
import { checkFirst, type Page, pageOf, type PageRequest, readCursor } from './page';
import { checkNewPassword, hashPassword } from './passwords';
import { duplicateKey } from './retry';
import { countRows, readRow, readRows } from './rows';

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

  /** @throws Refusal BAD_USER_INPUT, EMAIL_ALREADY_EXISTS */
  async create(input: CreateUser): Promise<User> {
    if (input.role === Role.COMPANY)
      throw badInput('There is one COMPANY account already, and there can be no second.');
    const name = requiredLine('name', input.name, 200);
    const email = normalizeEmail(input.email);
    checkNewPassword(input.password);
    const user = this.dataSource.manager.create(User, {
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
    try {
      await this.dataSource.manager.insert(User, user);
      return user;
    } catch (error) {
      if (duplicateKey(error) !== 'users_email') throw error;
      throw new Refusal('EMAIL_ALREADY_EXISTS', `An account with the email ${quote(email)} exists already.`);
    }
  }

  /**
   * Makes the first ADMIN where there is none. Several servers may start at once: the email's uniqueness decides.
   * @returns the password where none was given and one was generated now, else null
   */
  async ensureFirstAdmin({ email, password }: { email: string; password: string | null }): Promise<string | null> {
    if (await this.hasAdmin()) return null;
    const generated = password === null ? randomBytes(15).toString('base64url') : null;
    try {
      await this.create({ name: 'Administrator', email, password: password ?? generated ?? '', role: Role.ADMIN });
      return generated;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'EMAIL_ALREADY_EXISTS' && (await this.hasAdmin())) return null;
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

  findByIds(ids: readonly number[]): Promise<User[]> {
    return readRows(this.dataSource.manager, User, { where: ['id IN (?)'], parameters: [ids] });
  }

  /** Oldest account first. @throws Refusal BAD_USER_INPUT */
  async list(filter: { role?: Role | null }, page: PageRequest): Promise<Page<User>> {
    const first = checkFirst(page.first);
    const [after] = readCursor(page.after, 1) ?? [];
    const { manager } = this.dataSource;
    const all = filter.role ? { where: ['role = ?'], parameters: [filter.role] } : { where: [], parameters: [] };
    const rows = await readRows(manager, User, {
      where: [...all.where, ...(after === undefined ? [] : ['id > ?'])],
      parameters: [...all.parameters, ...(after === undefined ? [] : [after])],
      orderBy: 'id',
      limit: first + 1,
    });
    return pageOf(
      rows,
      first,
      ({ id }) => [id],
      () => countRows(manager, User, all),
    );
  }
}

function normalizeEmail(text: string): string {
  const email = requiredLine('email', text, 254).toLowerCase();
  if (!EMAIL.test(email)) throw badInput(`The email must be an address such as name@example.com, not ${quote(text)}.`);
  return email;
}
