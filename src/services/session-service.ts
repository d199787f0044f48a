import { createSecretKey, type KeyObject } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { User } from '../entities/user';
import { Refusal } from './errors';
import { checkNewPassword, hashPassword, isPassword } from './passwords';
import { readRow } from './rows';
import { TryLimit } from './try-limit';

export interface Session {
  token: string;
  expiresAt: Date;
  user: User;
}

const TOKEN_LIFETIME_SECONDS = 3600;
const ALGORITHM = 'HS256';
const ISSUER = 'motorpool';
const TRIES_WINDOW_SECONDS = 60;
/** Of so many tokens is known that we signed them. */
const MAX_KNOWN_TOKENS = 1_000;

/** Loaded for the first token: it would take a twentieth of a start. */
const jose = (): Promise<typeof import('jose')> => import('jose');

const unauthenticated = (message: string): Refusal => new Refusal('UNAUTHENTICATED', message);

/** Signing in, and telling by a token who asks. */
export class SessionService {
  private readonly triesByAccount = new TryLimit({ wrongTries: 5, windowSeconds: TRIES_WINDOW_SECONDS });
  private readonly triesByAddress = new TryLimit({ wrongTries: 20, windowSeconds: TRIES_WINDOW_SECONDS });
  /** As a key object: jose imports bytes anew for every token. */
  private readonly key: KeyObject;
  /**
   * The claims of tokens that were verified, and not yet expired then. A signature stays right, and verifying one takes
   * about a tenth of a request for a short list (`npm run bench -- --only=read-list`).
   */
  private readonly verified = new LRUCache<string, JWTPayload>({ max: MAX_KNOWN_TOKENS });

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
    const user = await this.limited(account, address, async () => {
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
  async changePassword(user: User, currentPassword: string, newPassword: string, address: string): Promise<Session> {
    checkNewPassword(newPassword);
    const right = await this.limited(user.email, address, async () =>
      (await isPassword(user.passwordHash, currentPassword)) ? user : null,
    );
    if (right === null) throw unauthenticated('The current password is wrong.');
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
    const claims = this.stillValid(token) ?? (await this.verify(token));
    const id = Number(claims?.sub);
    if (claims === null || !Number.isInteger(id))
      throw unauthenticated('The token is not valid, or has expired: sign in.');
    const user = await readRow(this.dataSource.manager, User, id);
    if (user === null || user.tokenVersion !== claims.version)
      throw unauthenticated('The token has been revoked: sign in again.');
    return user;
  }

  private stillValid(token: string): JWTPayload | null {
    const claims = this.verified.get(token);
    if (claims?.exp === undefined) return null;
    return Math.floor(Date.now() / 1000) < claims.exp ? claims : null;
  }

  private async verify(token: string): Promise<JWTPayload | null> {
    const { jwtVerify } = await jose();
    const options = { algorithms: [ALGORITHM], issuer: ISSUER };
    const { payload } = await jwtVerify(token, this.key, options).catch(() => ({ payload: null }));
    if (payload !== null) this.verified.set(token, payload);
    return payload;
  }

  private async open(user: User): Promise<Session> {
    const expiresAt = new Date((Math.floor(Date.now() / 1000) + TOKEN_LIFETIME_SECONDS) * 1000);
    const { SignJWT } = await jose();
    const token = await new SignJWT({ version: user.tokenVersion })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setSubject(String(user.id))
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.key);
    return { token, expiresAt, user };
  }

  /** Runs a try; a wrong one (null) counts against the account and the address. */
  private limited<T>(account: string, address: string, attempt: () => Promise<T | null>): Promise<T | null> {
    return this.triesByAddress.run(address, () => this.triesByAccount.run(account, attempt));
  }
}
