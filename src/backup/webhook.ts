import http from 'node:http';
import https from 'node:https';
import { rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { urlToHttpOptions } from 'node:url';
import { reasonOf } from './errors';
import type { BackupLog } from './log';

const TIMEOUT_MS = 10_000;
/** How long a server that stops waits for a post that is under way. */
const STOP_MS = 2_000;

/** What is posted: once when backups, or their copies, begin to fail, once when they work again. */
export interface WebhookBody {
  event: `${Subject}.${'failing' | 'recovered'}`;
  /** The failure, in one sentence; null once recovered. */
  problem: string | null;
  at: string;
}

type Subject = 'backup' | 'copy';

interface Outcome {
  /** Somebody answered, or may have read all of it. */
  told: boolean;
  well: boolean;
  how: string;
}

/**
 * Tells a web address when backups, or their copies, begin to fail and when they work again; never more, and never in
 * the way. That it was told of a failure, an empty file beside the log remembers until it was told of the recovery.
 */
export class BackupWebhook {
  /** One post after the other, so that they arrive in order. */
  private last: Promise<void> = Promise.resolve();
  private giveUp: ((when: string) => void) | null = null;
  private stopped = false;
  private readonly address: http.RequestOptions;

  private constructor(
    url: string,
    private readonly log: BackupLog,
    private readonly subject: Subject,
    private readonly marker: string,
    private toldFailing: boolean,
  ) {
    this.address = urlToHttpOptions(new URL(url));
  }

  /**
   * @param logFile where `log` writes to
   * @throws TypeError, URIError where the URL is none, or its user or password is not percent-encoded
   */
  static async open(url: string, log: BackupLog, logFile: string, subject: Subject = 'backup'): Promise<BackupWebhook> {
    // Hidden from what rotates all files of a folder.
    const marker = path.join(path.dirname(logFile), `.webhook-told-of-${subject}`);
    const toldFailing = await stat(marker).then(
      () => true,
      () => false,
    );
    return new BackupWebhook(url, log, subject, marker, toldFailing);
  }

  /** Call it with the outcome of each try: null for a success, else why it failed. Returns at once, never throws. */
  tell(problem: string | null): void {
    const at = new Date().toISOString();
    this.last = this.last.then(async () => {
      const failing = problem !== null;
      if (failing === this.toldFailing || this.stopped) return;
      const event = `${this.subject}.${failing ? 'failing' : 'recovered'}` as const;
      const { told, well, how } = await this.post(JSON.stringify({ event, problem, at } satisfies WebhookBody));
      const subjects = this.subject === 'copy' ? 'copies' : 'backups';
      const text = told
        ? `Told the webhook that ${subjects} ${failing ? 'fail' : 'work again'}`
        : `The webhook for ${subjects} could not be told`;
      if (well) this.log.info(`${text}: ${how}.`);
      else this.log.warn(`${text}: ${how}.`);
      // Who was never reached is tried again with the next outcome; who may have got it is not bothered twice.
      if (told) await this.remember(failing);
    });
  }

  /** Resolves once what was told has been posted or given up. */
  settled(): Promise<void> {
    return this.last;
  }

  /** Gives what is under way a moment, and posts nothing more. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => {
      this.stopped = true;
      this.giveUp?.('before the server stopped');
    }, STOP_MS);
    await this.last;
    clearTimeout(timer);
  }

  /** An empty file is there or is not, whole in either case, and often fits onto a full disk. */
  private async remember(failing: boolean): Promise<void> {
    this.toldFailing = failing;
    try {
      if (failing) await writeFile(this.marker, '', { mode: 0o600 });
      else await rm(this.marker, { force: true });
    } catch (error) {
      this.log.warn(`What the webhook was told is forgotten at the next start: ${reasonOf(error)}.`);
    }
  }

  private post(body: string): Promise<Outcome> {
    const { request, connected } =
      this.address.protocol === 'https:'
        ? { request: https.request, connected: 'secureConnect' }
        : { request: http.request, connected: 'connect' };
    return new Promise((resolve) => {
      let isConnected = false;
      let isFinished = false;
      const isWritten = (): boolean => isConnected && isFinished;
      const post = request({
        ...this.address,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'motorpool' },
        // A connection that was kept may be closed by the other side at this very moment.
        agent: false,
      });
      this.giveUp = (when) => {
        post.destroy(new GivenUp(`no ${isWritten() ? 'answer' : 'connection'} ${when}`));
      };
      const timer = setTimeout(this.giveUp, TIMEOUT_MS, `within ${TIMEOUT_MS / 1000} s`);
      post.on('socket', (socket) =>
        socket.once(connected, () => {
          isConnected = true;
        }),
      );
      // Also comes where what waited for a handshake is thrown away.
      post.on('finish', () => {
        isFinished = true;
      });
      // A redirect is not followed: it would hand what the address holds to somebody else.
      post.on('response', (response) => {
        const { statusCode = 0 } = response;
        resolve({
          told: true,
          well: statusCode >= 200 && statusCode < 300,
          how: `it answered with status ${statusCode}`,
        });
        response.destroy();
      });
      post.on('error', (error) => {
        resolve({ told: isWritten() && !isNoHttp(error), well: false, how: reason(error) });
      });
      post.on('close', () => {
        clearTimeout(timer);
        this.giveUp = null;
        resolve({ told: isWritten(), well: false, how: 'the connection was closed' });
      });
      post.end(body);
    });
  }
}

class GivenUp extends Error {}

/** Whoever answers in another protocol, as a port for TLS does, has read no post. */
function isNoHttp({ code }: NodeJS.ErrnoException): boolean {
  return code?.startsWith('HPE_') ?? false;
}

/** The address may hold a secret: nothing but a code goes into the log. */
function reason(error: NodeJS.ErrnoException): string {
  return error instanceof GivenUp ? error.message : (error.code ?? error.name);
}
