import type { BackupLog } from './log';

const TIMEOUT_MS = 10_000;

/** What is posted: once when backups begin to fail, once when they work again. */
export interface WebhookBody {
  event: 'backup.failing' | 'backup.recovered';
  /** The failure, in one sentence; null once recovered. */
  problem: string | null;
  at: string;
}

/** Tells a web address when backups begin to fail and when they work again; never more, and never in the way. */
export class BackupWebhook {
  private failing = false;
  /** One post after the other, so that they arrive in order. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly log: BackupLog,
  ) {}

  /** Call it with the outcome of each try: null for a success, else why it failed. Returns at once, never throws. */
  tell(problem: string | null): void {
    const failing = problem !== null;
    if (failing === this.failing) return;
    this.failing = failing;
    const event = failing ? 'backup.failing' : 'backup.recovered';
    const body: WebhookBody = { event, problem, at: new Date().toISOString() };
    this.last = this.last.then(() => this.post(body));
  }

  /** Resolves once what was told has been posted or given up. */
  settled(): Promise<void> {
    return this.last;
  }

  private async post(body: WebhookBody): Promise<void> {
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) this.log.warn(`The webhook for backups answered with status ${response.status}.`);
    } catch (error) {
      // The address may hold a secret: it is in no log.
      this.log.warn(`The webhook for backups could not be reached: ${reason(error)}.`);
    }
  }
}

function reason(error: unknown): string {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? name;
}
