import { createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { type DataSource, IsNull } from 'typeorm';
import { PoolState } from '../entities/pool';
import { User } from '../entities/user';
import { REVOKED } from './acting-account';
import { byAccount, changeRows } from './changes';
import { Refusal } from './errors';
import { checkNewPassword, hashPassword, isPassword } from './passwords';
import { tryChangeAgain } from './retry';
import { readRow, readRows } from './rows';
import { SignInLimits } from './sign-in-limits';
import { NothingToDo, orNothingToDo } from './transaction';

/** What a token says. */
export interface Claims {
  /** Who made it, and for whom: the pool's uid, both times. */
  iss: string;
  aud: string;
  /** The account's uid. */
  sub: string;
  /** In seconds since 1970. */
  exp: number;
  /** The pool's, between two restores. */
  epoch: string;
  /** The account's `tokenVersion`. */
  version: number;
}

interface Session {
  token: string;
  expiresAt: Date;
  user: User;
}

const TOKEN_LIFETIME_SECONDS = 3600;
const ALGORITHM = 'HS256';
const VERIFIED = {
  algorithms: [ALGORITHM],
  requiredClaims: ['iss', 'aud', 'sub', 'exp', 'epoch', 'version'],
};
/** Of so many tokens is known that we signed them. */
const MAX_KNOWN_TOKENS = 1_000;

/** Loaded for the first token: it would take a twentieth of a start. */
const jose = (): Promise<typeof import('jose')> => import('jose');

const unauthenticated = (message: string): Refusal => new Refusal('UNAUTHENTICATED', message);

/** Signing in, and telling by a token who asks. */
export class SessionService {
  private readonly limits = new SignInLimits();
  /** As a key object: jose would import raw bytes again for every token. */
  private readonly key: KeyObject;
  /**
   * The claims of tokens that were verified, and not yet expired then. A signature stays right, and verifying one takes
   * about a tenth of a request for a short list (`npm run bench -- --only=read-list`).
   */
  private readonly verified = new LRUCache<string, Claims>({ max: MAX_KNOWN_TOKENS });

  /** What was found revoked once, so that it is a stranger's from then on and asks no database. */
  private readonly revoked = new WeakSet<Claims>();

  constructor(
    private readonly dataSource: DataSource,
    secret: string,
  ) {
    this.key = createSecretKey(secret, 'utf8');
  }

  /**
   * @param address the client's network address, for the limit of wrong tries
   * @throws Refusal UNAUTHENTICATED, RATE_LIMITED
   */
  async login(email: string, password: string, address: string): Promise<Session> {
    const account = email.trim().toLowerCase().slice(0, 254);
    const user = await this.limits.signIn(account, address, async () => {
      const found = await this.dataSource.manager.findOneBy(User, { email: account });
      // The collation finds "ádmin" for "admin" too: each spelling would be an account of its own to the limit.
      const candidate = found?.email === account && found.disabledAt === null ? found : null;
      return (await isPassword(candidate?.passwordHash ?? null, password)) ? candidate : null;
    });
    if (user === null) throw unauthenticated('The email or the password is wrong.');
    return this.open(user);
  }

  /**
   * Sets a new password; every older token of the account stops working.
   * @throws Refusal BAD_USER_INPUT, UNAUTHENTICATED, RATE_LIMITED
   */
  async changePassword(user: User, currentPassword: string, newPassword: string): Promise<Session> {
    checkNewPassword(newPassword, 'newPassword');
    // The change itself is refused where the account may not act any more.
    const author = { ...byAccount('changePassword', user), account: null };
    const right = await this.limits.passwordChange(String(user.uid), async () =>
      (await isPassword(user.passwordHash, currentPassword)) ? user : null,
    );
    if (right === null) throw unauthenticated('The current password is wrong.');
    const passwordHash = await hashPassword(newPassword);
    const { id, uid, tokenVersion } = user;
    const change = { passwordHash, tokenVersion: tokenVersion + 1 };
    const attempt = (): Promise<User> =>
      orNothingToDo(
        changeRows(this.dataSource, author, async (manager) => {
          const now = await readRow(manager, User, id, { lock: 'FOR UPDATE' });
          // An earlier try may have taken effect.
          if (now !== null && now.passwordHash === passwordHash) throw new NothingToDo(now);
          // Not where the account was changed since the request began: the password that was checked may be an old one, and
          // a restore may have given the number to another account.
          if (now?.uid !== uid || now.tokenVersion !== tokenVersion || now.disabledAt !== null)
            throw unauthenticated(REVOKED);
          await manager.update(User, { id }, change);
          return { result: Object.assign(now, change), changed: { subject: 'user', id } };
        }),
      );
    return this.open(await tryChangeAgain(attempt));
  }

  /**
   * What a token claims that we signed and that has not expired. Asks no database.
   * @throws Refusal UNAUTHENTICATED
   */
  async claimsOf(token: string): Promise<Claims> {
    const claims = this.stillValid(token) ?? (await this.verify(token));
    if (claims === null) throw unauthenticated('The token is not valid, or has expired: sign in.');
    if (this.revoked.has(claims)) throw unauthenticated(REVOKED);
    return claims;
  }

  /**
   * The account that a token stands for, now.
   * @throws Refusal UNAUTHENTICATED where it is of another pool, of before a restore, or revoked
   */
  async accountOf(claims: Claims): Promise<User> {
    const { sub, iss, aud, epoch, version } = claims;
    const [user] = await readRows(this.dataSource.manager, User, {
      where: [
        ['uid = ?', sub],
        ['(SELECT uid FROM pool WHERE id = 1) = ?', iss === aud ? iss : ''],
        ['(SELECT epoch FROM pool WHERE id = 1) = ?', epoch],
      ],
    });
    // For good: neither an epoch nor a version comes again.
    if (user?.tokenVersion !== version) this.revoked.add(claims);
    if (user?.tokenVersion !== version || user.disabledAt !== null) throw unauthenticated(REVOKED);
    return Object.assign(user, { epoch });
  }

  private stillValid(token: string): Claims | null {
    const claims = this.verified.get(token);
    if (claims === undefined) return null;
    return Math.floor(Date.now() / 1000) < claims.exp ? claims : null;
  }

  private async verify(token: string): Promise<Claims | null> {
    const { jwtVerify } = await jose();
    const { payload } = await jwtVerify(token, this.key, VERIFIED).catch(() => ({ payload: null }));
    if (payload === null || !isComplete(payload)) return null;
    this.verified.set(token, payload);
    return payload;
  }

  private async open(user: User): Promise<Session> {
    const expiresAt = new Date((Math.floor(Date.now() / 1000) + TOKEN_LIFETIME_SECONDS) * 1000);
    const { manager } = this.dataSource;
    if (user.uid === null) await manager.update(User, { id: user.id, uid: IsNull() }, { uid: randomUUID() });
    const { uid, tokenVersion } = user.uid === null ? await manager.findOneByOrFail(User, { id: user.id }) : user;
    const pool = await manager.findOneByOrFail(PoolState, { id: 1 });
    const { SignJWT } = await jose();
    const token = await new SignJWT({ version: tokenVersion, epoch: pool.epoch })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(pool.uid)
      .setAudience(pool.uid)
      .setSubject(String(uid))
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.key);
    return { token, expiresAt, user };
  }
}

function isComplete(payload: JWTPayload): payload is Claims & JWTPayload {
  const { iss, aud, sub, exp, epoch, version } = payload;
  return [iss, aud, sub, epoch].every((text) => typeof text === 'string') && [exp, version].every(Number.isInteger);
}
