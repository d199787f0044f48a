import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tooMany, TryLimit } from './try-limit';

const windowSeconds = 60;
/** Right or wrong, of one account from one address: each takes as long to check. */
const SIGN_INS = 30;
const WRONG_FROM_ADDRESS = 5;
const WRONG_AT_ADDRESS = 20;
const WRONG_FOR_ACCOUNT = 30;
const WRONG_CHANGES = 5;
/** A hundred people at a hundred places each. */
const MAX_KNOWN = 10_000;

/**
 * Bounds guesses of passwords, each within a minute. An account is bounded for each address by itself, so that a stranger
 * who guesses wrong elsewhere locks nobody out; over all addresses together only where it has not signed in before. At an
 * address that it has signed in from only the number of tries is bounded: who shares it could use them up, and no more.
 */
export class SignInLimits {
  private readonly signIns = new RateLimiterMemory({ points: SIGN_INS, duration: windowSeconds });
  private readonly fromAddress = new TryLimit({ wrongTries: WRONG_FROM_ADDRESS, windowSeconds });
  private readonly atAddress = new TryLimit({ wrongTries: WRONG_AT_ADDRESS, windowSeconds });
  private readonly forAccount = new TryLimit({ wrongTries: WRONG_FOR_ACCOUNT, windowSeconds });
  private readonly changes = new TryLimit({ wrongTries: WRONG_CHANGES, windowSeconds });
  private readonly known = new LRUCache<string, true>({ max: MAX_KNOWN });

  /**
   * Runs one sign-in. @returns what the attempt does; null says that it was wrong, and counts
   * @param account by which it is bounded, whether or not it exists
   * @throws Refusal RATE_LIMITED, with `retryAfterSeconds`
   */
  async signIn<T>(account: string, address: string, attempt: () => Promise<T | null>): Promise<T | null> {
    const network = networkOf(address);
    const place = `${account} ${network}`;
    // After the other limits: invented accounts would fill the memory otherwise.
    const counted = async (): Promise<T | null> => {
      await this.signIns.consume(place).catch((limit: unknown) => {
        throw limit instanceof RateLimiterRes ? tooMany('sign-ins', limit.msBeforeNext) : limit;
      });
      return attempt();
    };
    const result = await (this.known.has(place)
      ? counted()
      : this.atAddress.run(network, () => this.forAccount.run(account, () => this.fromAddress.run(place, counted))));
    if (result !== null) this.known.set(place, true);
    return result;
  }

  /**
   * Runs one change of a password by somebody who is signed in; null says that the current one was wrong, and counts for
   * such changes alone.
   * @throws Refusal RATE_LIMITED, with `retryAfterSeconds`
   */
  passwordChange<T>(accountUid: string, attempt: () => Promise<T | null>): Promise<T | null> {
    return this.changes.run(accountUid, attempt);
  }
}

/** What one customer of a provider has: an IPv4 address, or the 64 bits before those that each device makes up (RFC 4862). */
function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [before = '', after] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = after === undefined ? 0 : Math.max(0, 8 - groups(before).length - groups(after).length);
  const all = [...groups(before), ...Array<string>(left).fill('0'), ...groups(after ?? '')];
  return `${all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
