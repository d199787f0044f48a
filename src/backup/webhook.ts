import type { BackupLog } from './log';
import { readLog } from './log-reader';

const TIMEOUT_MS = 10_000;
/** How long a server that stops waits for a post that is under way. */
const STOP_MS = 2_000;
/** How far back in the log the last post is looked for: days of failures. */
const LINES_TO_REMEMBER = 10_000;

/** What is posted: once when backups, or their copies, begin to fail, once when they work again. */
export interface WebhookBody {
  event: `${Subject}.${'failing' | 'recovered'}`;
  /** The failure, in one sentence; null once recovered. */
  problem: string | null;
  at: string;
}

type Subject = 'backup' | 'copy';

/** How the log says what was told last. */
const TOLD = {
  backup: { true: 'Told the webhook that backups fail', false: 'Told the webhook that backups work again' },
  copy: { true: 'Told the webhook that copies fail', false: 'Told the webhook that copies work again' },
} as const;

/**
 * Tells a web address when backups, or their copies, begin to fail and when they work again; never more, and never in
 * the way. What it was told last, the backup log knows, also after a restart.
 */
export class BackupWebhook {
  /** One post after the other, so that they arrive in order. */
  private last: Promise<void> = Promise.resolve();
  private readonly stopped = new AbortController();

  private constructor(
    private readonly url: string,
    private readonly log: BackupLog,
    private readonly subject: Subject,
    private toldFailing: boolean,
  ) {}

  /** @param logFile where `log` writes to */
  static async open(url: string, log: BackupLog, logFile: string, subject: Subject = 'backup'): Promise<BackupWebhook> {
    const entries = await readLog(logFile, LINES_TO_REMEMBER).catch(() => []);
    const told = entries.findLast(({ message }) =>
      Object.values(TOLD[subject]).some((text) => message.startsWith(text)),
    );
    return new BackupWebhook(url, log, subject, told?.message.startsWith(TOLD[subject].true) ?? false);
  }

  /** Call it with the outcome of each try: null for a success, else why it failed. Returns at once, never throws. */
  tell(problem: string | null): void {
    const at = new Date().toISOString();
    this.last = this.last.then(async () => {
      const failing = problem !== null;
      if (failing === this.toldFailing || this.stopped.signal.aborted) return;
      const event = `${this.subject}.${failing ? 'failing' : 'recovered'}` as const;
      const outcome = await this.post({ event, problem, at });
      // Who was never reached is tried again with the next outcome; who may have got it is not bothered twice.
      if (outcome.reached) this.toldFailing = failing;
      const text = outcome.reached ? TOLD[this.subject][`${failing}`] : 'The webhook for backups could not be told';
      if (outcome.well) this.log.info(`${text}: ${outcome.how}.`);
      else this.log.warn(`${text}: ${outcome.how}.`);
    });
  }

  /** Resolves once what was told has been posted or given up. */
  settled(): Promise<void> {
    return this.last;
  }

  /** Gives what is under way a moment, and posts nothing more. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => {
      this.stopped.abort();
    }, STOP_MS);
    await this.last;
    clearTimeout(timer);
  }

  private async post(body: WebhookBody): Promise<{ reached: boolean; well: boolean; how: string }> {
    try {
      const response = await fetch(withoutCredentials(this.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization(this.url) },
        body: JSON.stringify(body),
        // Followed, it would hand what the address holds to somebody else.
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.stopped.signal]),
      });
      await response.body?.cancel();
      return { reached: true, well: response.ok, how: `it answered with status ${response.status}` };
    } catch (error) {
      return { reached: !wasNeverSent(error), well: false, how: reason(error) };
    }
  }
}

function authorization(url: string): Record<string, string> {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return {};
  const pair = [username, password].map(decodeURIComponent).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** `fetch` refuses an address with user and password in it, and its error would name them. */
function withoutCredentials(url: string): string {
  const address = new URL(url);
  address.username = '';
  address.password = '';
  return address.href;
}

function wasNeverSent(error: unknown): boolean {
  const { code, syscall } = causeOf(error);
  return syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT';
}

/** The address may hold a secret: nothing but a code goes into the log. */
function reason(error: unknown): string {
  const { name } = error as Error;
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  if (name === 'AbortError') return 'no answer before the server stopped';
  return causeOf(error).code ?? name;
}

function causeOf(error: unknown): Partial<NodeJS.ErrnoException> {
  const { cause } = error as Error;
  // A name with several addresses fails with all their errors.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first ?? {};
}
