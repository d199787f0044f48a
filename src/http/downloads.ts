import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../services/errors';

/** Of one account: a person saves a file or two at a time. */
const OF_ACCOUNT = 3;
/** Of all accounts: each holds a connection, and a statement is held in memory until it is sent. */
const OF_ALL = 24;
const RETRY_AFTER_SECONDS = 5;

const TIMES = {
  /** A reader that takes nothing for so long is cut off, in ms. */
  idleMs: 30_000,
  /** And one that is not done by then, in ms: who takes a byte now and then would hold its place for good. */
  mostMs: 10 * 60_000,
};

/**
 * Files on their way. They are sent outside of the turns that requests take, since a reader decides how long that lasts; so
 * they have bounds of their own, in number and in time.
 */
export class Downloads {
  private readonly ofAccount = new Map<number, number>();
  private count = 0;

  constructor(private readonly times = TIMES) {}

  /**
   * Counts a download until its answer ends, or its connection.
   * @throws Refusal RATE_LIMITED where the account has too many; SERVICE_UNAVAILABLE where all together have
   */
  begin(accountId: number, request: FastifyRequest, reply: FastifyReply): void {
    const own = this.ofAccount.get(accountId) ?? 0;
    if (own >= OF_ACCOUNT) {
      const message = `${OF_ACCOUNT} of your downloads are under way: wait until one of them is done.`;
      throw new Refusal('RATE_LIMITED', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    if (this.count >= OF_ALL) {
      throw new Refusal('SERVICE_UNAVAILABLE', 'Too many files are being sent: try again in some seconds.');
    }
    const { socket } = request.raw;
    // No event would come of it any more.
    if (socket.destroyed) return;
    this.add(accountId, 1);
    const tooLong = setTimeout(() => socket.destroy(), this.times.mostMs).unref();
    const end = (): void => {
      clearTimeout(tooLong);
      reply.raw.off('close', end);
      socket.off('close', end);
      this.add(accountId, -1);
    };
    reply.raw.once('close', end);
    // An answer that queues behind another one of its connection has no event of its own.
    socket.once('close', end);
  }

  /** From here on the reader has to take something now and then. */
  sending(reply: FastifyReply): void {
    reply.raw.setTimeout(this.times.idleMs, () => reply.raw.destroy());
  }

  private add(accountId: number, change: number): void {
    this.count += change;
    const own = (this.ofAccount.get(accountId) ?? 0) + change;
    if (own === 0) this.ofAccount.delete(accountId);
    else this.ofAccount.set(accountId, own);
  }
}
