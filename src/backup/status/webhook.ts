import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { reasonOf } from '../core/errors';
import { growingPause, type Pauses } from '../core/growing-pause';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { readState, writeState } from '../files/state-file';

const TIMEOUT_MS = 10_000;
/** How long a server that stops waits for a post that is under way. */
const STOP_MS = 1_000;
/** A database that hangs must not hold up what tells of it. */
const REACH_MS = 5_000;
const PAUSES: Pauses = { firstMs: 1_000, longestMs: 10 * 60_000 };

const SUBJECTS = ['backup', 'copy', 'proof'] as const;
type Subject = (typeof SUBJECTS)[number];

const event = z.strictObject({
  /** The same in every try to post this event, and in the header `webhook-id`: receivers drop what they know. */
  id: z.uuid(),
  event: z.templateLiteral([z.enum(SUBJECTS), '.', z.enum(['failing', 'recovered'])]),
  /** The failure, in one sentence; null once recovered. */
  problem: z.string().nullable(),
  /** When it was found. */
  at: z.iso.datetime(),
  /** As the status had it then: the newest operation that is stored; null where that could not be told. */
  coveredThrough: z.number().int().nullable().default(null),
  /** The newest operation that a PROVEN backup contains. */
  provenThrough: z.number().int().nullable().default(null),
});

/** What is posted when backups, or their copies, begin to fail, and when they work again. */
export type WebhookBody = z.output<typeof event>;

/** Who was told of a proof that cannot be made does not know yet of a file that is DAMAGED. */
const kind = z.enum(['OTHER', 'UNSOUND', 'DAMAGED']).default('OTHER');
type ProblemKind = z.output<typeof kind>;

const state = z.strictObject({
  /** Whether the last event that the receiver took told of a failure, and of which kind. */
  toldFailing: z.boolean(),
  toldKind: kind,
  /** Not yet told, oldest first. */
  pending: z.array(event.extend({ kind })),
  /** Tries in a row that failed. */
  failures: z.number().int().nonnegative(),
  nextTryAt: z.iso.datetime().nullable(),
});
type State = z.output<typeof state>;
type Noted = State['pending'][number];

const NOTHING_TOLD: State = { toldFailing: false, toldKind: 'OTHER', pending: [], failures: 0, nextTryAt: null };

type Reach = Pick<WebhookBody, 'coveredThrough' | 'provenThrough'>;
const UNKNOWN: Reach = { coveredThrough: null, provenThrough: null };

export interface WebhookOptions {
  url: string;
  log: BackupLog;
  settings: Pick<BackupSettings, 'stateDirectory'>;
  subject?: Subject;
  /** How far the backups reach, for what is posted; where it fails or takes too long, the post does not tell. */
  reach?: () => Promise<Reach>;
  pauses?: Pauses;
}

/**
 * Tells a web address when backups, or their copies, begin to fail and when they work again: each event at least once,
 * in order. Only an answer of 2xx counts; anything else is tried again with growing pauses, by the next start as well.
 */
export class BackupWebhook {
  /** One step after the other. */
  private last: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();
  private known: State = NOTHING_TOLD;
  /** The file lacks what we know: on a full disk, until there is room. */
  private unsaved = false;
  private readonly subject: Subject;
  private readonly address: string;
  private readonly headers: Record<string, string>;

  /** Goes on with what an earlier process could not tell. @throws TypeError, URIError where the URL is none */
  constructor(private readonly options: WebhookOptions) {
    this.subject = options.subject ?? 'backup';
    const url = new URL(options.url);
    const [user, password] = [url.username, url.password].map(decodeURIComponent);
    const signIn = Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64');
    this.headers = {
      'content-type': 'application/json',
      'user-agent': 'motorpool',
      ...(url.username === '' && url.password === '' ? {} : { authorization: `Basic ${signIn}` }),
    };
    // fetch() refuses an address with a user in it.
    url.username = '';
    url.password = '';
    this.address = url.href;
    this.then(() => this.deliver());
  }

  /**
   * Call it with the outcome of each try: null for a success, else why it failed. Returns at once, never throws.
   * @param kind a failure of another kind than was told is an event of its own
   */
  tell(problem: string | null, kind: ProblemKind = 'OTHER'): void {
    const at = new Date().toISOString();
    this.then(async () => {
      await this.note({ problem, kind, at });
      await this.deliver();
    });
  }

  /** Resolves once nothing is under way; what waits for its next try does not count. */
  settled(): Promise<void> {
    return this.last;
  }

  /** Gives a post that is under way a moment, and posts nothing more: the next start goes on. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    const timer = setTimeout(() => {
      this.stopping.abort();
    }, STOP_MS);
    await this.last;
    clearTimeout(timer);
    this.stopping.abort();
  }

  private then(step: () => Promise<void>): void {
    this.last = this.last.then(async () => {
      if (!this.stopping.signal.aborted) await step();
    });
  }

  private async note({ problem, kind, at }: Pick<Noted, 'problem' | 'kind' | 'at'>): Promise<void> {
    const { toldFailing, toldKind, pending } = await this.load();
    const newest = pending.at(-1) ?? { problem: toldFailing ? '' : null, kind: toldKind };
    if (isSame(newest, { problem, kind })) return;
    const what = problem === null ? 'recovered' : 'failing';
    const { coveredThrough, provenThrough } = await this.reach();
    const event = `${this.subject}.${what}` as const;
    const noted: Noted = { id: randomUUID(), event, problem, at, coveredThrough, provenThrough, kind };
    // While the receiver is away, what was never posted and the next failure cancel out: so no more than three events wait.
    // The first one stays, since the receiver may have read it.
    const kept = problem !== null && pending.length > 1 ? pending.slice(0, 1) : pending;
    const isKnown = kept !== pending && kept.some((first) => isSame(first, noted));
    await this.save({ ...this.known, pending: isKnown ? kept : [...kept, noted] });
  }

  private async reach(): Promise<Reach> {
    const { reach = () => Promise.resolve(UNKNOWN) } = this.options;
    const done = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, done.signal]);
    const late = sleep(REACH_MS, UNKNOWN, { signal, ref: false }).catch(() => UNKNOWN);
    try {
      return await Promise.race([reach(), late]);
    } catch {
      return UNKNOWN;
    } finally {
      done.abort();
    }
  }

  private async deliver(): Promise<void> {
    for (;;) {
      const { pending, nextTryAt } = await this.load();
      const [next] = pending;
      if (next === undefined || this.stopping.signal.aborted) return;
      const { longestMs } = this.pauses;
      const waitMs = nextTryAt === null ? 0 : Date.parse(nextTryAt) - Date.now();
      // A clock that was set back must not silence us.
      if (waitMs > 0 && waitMs < 2 * longestMs) {
        this.tryAgainIn(waitMs);
        return;
      }
      await this.settle(next, await this.post(next));
    }
  }

  private async settle(event: Noted, { told, how }: Outcome): Promise<void> {
    const subjects = { backup: 'backups', copy: 'copies', proof: 'proofs' }[this.subject];
    const { pending, failures, toldFailing, toldKind } = await this.load();
    if (told) {
      this.options.log.info(
        `Told the webhook that ${subjects} ${event.problem === null ? 'work again' : 'fail'}: ${how}.`,
      );
      const isOurs = pending.some(({ id }) => id === event.id);
      await this.save({
        toldFailing: isOurs ? event.problem !== null : toldFailing,
        toldKind: isOurs ? event.kind : toldKind,
        pending: pending.filter(({ id }) => id !== event.id),
        failures: 0,
        nextTryAt: null,
      });
      return;
    }
    const pause = growingPause(failures + 1, this.pauses);
    this.options.log.warn(
      `The webhook for ${subjects} could not be told: ${how}; it is tried again in ${(pause / 1000).toFixed(1)} s.`,
    );
    const nextTryAt = new Date(Date.now() + pause).toISOString();
    await this.save({ ...this.known, failures: failures + 1, nextTryAt });
  }

  private get pauses(): Pauses {
    return this.options.pauses ?? PAUSES;
  }

  private tryAgainIn(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.then(() => this.deliver());
    }, ms);
    this.timer.unref();
  }

  /** Another server on this folder may have told meanwhile. */
  private async load(): Promise<State> {
    if (!this.unsaved) this.known = (await readState(this.options.settings, this.key, state)) ?? this.known;
    return this.known;
  }

  private async save(known: State): Promise<void> {
    this.known = known;
    try {
      await writeState(this.options.settings, this.key, known);
      this.unsaved = false;
    } catch (error) {
      if (!this.unsaved)
        this.options.log.warn(`What the webhook was told is forgotten at the next start: ${reasonOf(error)}.`);
      this.unsaved = true;
    }
  }

  private get key(): 'webhook-backup' | 'webhook-copy' | 'webhook-proof' {
    return `webhook-${this.subject}`;
  }

  private async post({ kind: _kind, ...body }: Noted): Promise<Outcome> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const { signal: stopped } = this.stopping;
    try {
      const response = await fetch(this.address, {
        method: 'POST',
        headers: { ...this.headers, 'webhook-id': body.id },
        body: JSON.stringify(body),
        // It would hand what the address holds to somebody else.
        redirect: 'manual',
        signal: AbortSignal.any([timeout, stopped]),
      });
      // Nobody reads it, and a receiver may send without end.
      await response.body?.cancel();
      return { told: response.ok, how: `it answered with status ${response.status}` };
    } catch (error) {
      if (stopped.aborted) return { told: false, how: 'no answer before the server stopped' };
      if (timeout.aborted) return { told: false, how: `no answer within ${TIMEOUT_MS / 1000} s` };
      return { told: false, how: reason(error) };
    }
  }
}

function isSame(a: Pick<Noted, 'problem' | 'kind'>, b: Pick<Noted, 'problem' | 'kind'>): boolean {
  return a.problem === null || b.problem === null ? a.problem === b.problem : a.kind === b.kind;
}

interface Outcome {
  told: boolean;
  how: string;
}

/** The address may hold a secret: nothing but a code goes into the log. */
function reason(error: unknown): string {
  const { cause, name } = error as Error;
  if (typeof cause !== 'object' || cause === null) return name;
  const { code, name: causeName } = cause as Partial<NodeJS.ErrnoException>;
  return code ?? causeName ?? name;
}
