import { jwtVerify, SignJWT } from 'jose';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { User } from '../entities/user';
import { Refusal } from './errors';
import { checkNewPassword, hashPassword, isPassword } from './passwords';

export interface Session {
  token: string;
  expiresAt: Date;
  user: User;
}

const TOKEN_LIFETIME_SECONDS = 3600;
const ALGORITHM = 'HS256';
const ISSUER = 'motorpool';
const WRONG_TRIES_PER_ACCOUNT = 5;
const WRONG_TRIES_PER_ADDRESS = 20;
const TRIES_WINDOW_SECONDS = 60;

const unauthenticated = (message: string): Refusal => new Refusal('UNAUTHENTICATED', message);

/** Signing in, and telling by a token who asks. */
export class SessionService {
  private readonly triesByAccount = new RateLimiterMemory({
    points: WRONG_TRIES_PER_ACCOUNT,
    duration: TRIES_WINDOW_SECONDS,
  });
  private readonly triesByAddress = new RateLimiterMemory({
    points: WRONG_TRIES_PER_ADDRESS,
    duration: TRIES_WINDOW_SECONDS,
  });
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly key: Uint8Array;

  constructor(
    private readonly dataSource: DataSource,
    secret: string,
  ) {
    this.key = new TextEncoder().encode(secret);
  }

  /**
   * @param address the client's network address, for the limit of wrong tries
   * @throws Refusal UNAUTHENTICATED, RATE_LIMITED
   */
  async login(email: string, password: string, address: string): Promise<Session> {
    const account = email.trim().toLowerCase().slice(0, 254);
    const isRight = await this.limited(account, address, async () => {
      const found = await this.dataSource.manager.findOneBy(User, { email: account });
      // The collation finds "ádmin" for "admin" too: each spelling would be an account of its own to the limit.
      const user = found?.email === account && found.disabledAt === null ? found : null;
      return (await isPassword(user?.passwordHash ?? null, password)) ? user : null;
    });
    if (isRight === null) throw unauthenticated('The email or the password is wrong.');
    return this.open(isRight);
  }

  /**
   * Sets a new password; every older token of the account stops working.
   * @throws Refusal BAD_USER_INPUT, UNAUTHENTICATED, RATE_LIMITED
   */
  async changePassword(user: User, currentPassword: string, newPassword: string, address: string): Promise<Session> {
    checkNewPassword(newPassword);
    const isRight = await this.limited(user.email, address, () => isPassword(user.passwordHash, currentPassword));
    if (!isRight) throw unauthenticated('The current password is wrong.');
    const passwordHash = await hashPassword(newPassword);
    const { manager } = this.dataSource;
    const { id, tokenVersion } = user;
    // Not where the account was changed since the request began: the password that was checked may be an old one.
    const change = { passwordHash, tokenVersion: tokenVersion + 1 };
    const { affected } = await manager.update(User, { id, tokenVersion }, change);
    if (affected !== 1) throw unauthenticated('The token has been revoked: sign in again.');
    return this.open(await manager.findOneByOrFail(User, { id }));
  }

  /**
   * The account that a token stands for.
   * @throws Refusal UNAUTHENTICATED where it is forged, expired or revoked
   */
  async authenticate(token: string): Promise<User> {
    const claims = await jwtVerify(token, this.key, { algorithms: [ALGORITHM], issuer: ISSUER }).catch(() => null);
    const id = Number(claims?.payload.sub);
    if (claims === null || !Number.isInteger(id))
      throw unauthenticated('The token is not valid, or has expired: sign in.');
    const user = await this.dataSource.manager.findOneBy(User, { id });
    if (user === null || user.tokenVersion !== claims.payload.version)
      throw unauthenticated('The token has been revoked: sign in again.');
    return user;
  }

  private async open(user: User): Promise<Session> {
    const expiresAt = new Date((Math.floor(Date.now() / 1000) + TOKEN_LIFETIME_SECONDS) * 1000);
    const token = await new SignJWT({ version: user.tokenVersion })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setSubject(String(user.id))
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.key);
    return { token, expiresAt, user };
  }

  /**
   * Runs a try; a wrong one (null or false) counts against the account and the address. An account's tries run one
   * after the other, so that many at once cannot slip past its limit.
   */
  private async limited<T>(account: string, address: string, attempt: () => Promise<T>): Promise<T> {
    const before = this.turns.get(account) ?? Promise.resolve();
    const outcome = before.then(async () => {
      await refuseBeyondLimit(this.triesByAddress, address);
      await refuseBeyondLimit(this.triesByAccount, account);
      const result = await attempt();
      if (result === null || result === false) {
        await this.triesByAddress.penalty(address);
        await this.triesByAccount.penalty(account);
      }
      return result;
    });
    const turn = outcome.catch(() => undefined);
    this.turns.set(account, turn);
    void turn.then(() => {
      if (this.turns.get(account) === turn) this.turns.delete(account);
    });
    return outcome;
  }
}

async function refuseBeyondLimit(limiter: RateLimiterMemory, key: string): Promise<void> {
  const tries = await limiter.get(key);
  if (tries === null || tries.consumedPoints < limiter.points || tries.msBeforeNext <= 0) return;
  const retryAfterSeconds = Math.ceil(tries.msBeforeNext / 1000);
  throw new Refusal('RATE_LIMITED', `Too many wrong tries: try again in ${retryAfterSeconds} seconds.`, {
    retryAfterSeconds,
  });
}
