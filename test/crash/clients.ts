import { ClientError } from 'graphql-request';
import { Client } from '../support/client';
import { waitFor } from '../support/wait';
import { ADMIN } from './pool';
import type { Random } from './plan';

/** What a client knows of one operation that it asked for. */
export interface Attempt {
  kind: 'BUY_VEHICLE' | 'CONFIRM_PAYMENT';
  /** What it can be told by in the journal: the vehicle's title, or the payment's id. */
  key: string;
  /**
   * `answered`: it happened. `refused`: the server says that nothing happened. `unknown`: nobody answered, or the
   * server says that it cannot know.
   */
  state: 'answered' | 'refused' | 'unknown';
  /** Whether it had to be asked for again. */
  wasUnanswered: boolean;
}

/** Front ends that ask for operations, and keep book of what they were told. */
export class Clients {
  readonly attempts: Attempt[] = [];
  private token = '';
  private member = '';
  private count = 0;

  constructor(
    private readonly url: () => string,
    private readonly random: Random,
  ) {}

  async signIn(): Promise<void> {
    const admin = await Client.signIn(this.url(), ADMIN.email, ADMIN.password);
    this.token = admin.token ?? '';
    this.member = (await admin.createUser('INVESTOR')).id;
  }

  /** One client asks for that many, one after the other, and goes home where nobody answers. */
  async ask(operations: number): Promise<void> {
    for (let i = 0; i < operations; i++) {
      const attempt = this.random() < 0.6 ? await this.buy() : await this.deposit();
      if (attempt?.state !== 'answered') return;
    }
  }

  /** Asks for one operation that must be answered, be it late. */
  async askForCertain(): Promise<void> {
    if ((await this.buy()).state !== 'answered') throw new Error('A server that is up refused a purchase.');
  }

  /** Asks again for what was not answered, as a client with a key may: then it has happened, once. */
  async repeat(): Promise<void> {
    for (const attempt of this.attempts.filter(({ state }) => state !== 'answered')) {
      const send = attempt.kind === 'BUY_VEHICLE' ? this.sendPurchase(attempt.key) : this.sendConfirmation(attempt.key);
      attempt.wasUnanswered = true;
      attempt.state = await outcomeOf(send);
      if (attempt.state !== 'answered') throw new Error(`Asked again, the server did not answer: ${attempt.key}.`);
    }
  }

  private async buy(): Promise<Attempt> {
    const key = `car-${++this.count}`;
    return this.note('BUY_VEHICLE', key, this.sendPurchase(key));
  }

  /** null where not even the payment could be asked for, which is no operation yet. */
  private async deposit(): Promise<Attempt | null> {
    const id = await this.client.requestPayment('DEPOSIT', '10.00', this.member).catch(() => null);
    return id === null ? null : this.note('CONFIRM_PAYMENT', id, this.sendConfirmation(id));
  }

  private async note(kind: Attempt['kind'], key: string, send: Promise<unknown>): Promise<Attempt> {
    const attempt: Attempt = { kind, key, state: 'unknown', wasUnanswered: false };
    this.attempts.push(attempt);
    attempt.state = await outcomeOf(send);
    return attempt;
  }

  private sendPurchase(title: string): Promise<unknown> {
    return this.client.buy('1000.00', { title, idempotencyKey: title });
  }

  private async sendConfirmation(id: string): Promise<void> {
    await this.client.confirmPayment(id);
  }

  private get client(): Client {
    return new Client(this.url(), this.token);
  }
}

async function outcomeOf(send: Promise<unknown>): Promise<Attempt['state']> {
  try {
    await send;
    return 'answered';
  } catch (error) {
    if (!(error instanceof ClientError)) return 'unknown';
    const code = error.response.errors?.[0]?.extensions.code;
    if (code === 'SERVICE_UNAVAILABLE') return 'refused';
    if (code === 'OUTCOME_UNKNOWN') return 'unknown';
    // Of a confirmation that is asked for again; whether it happened once, the journal tells.
    if (code === 'PAYMENT_NOT_PENDING') return 'answered';
    throw error;
  }
}

/** Waits until a server answers at all. */
export function untilUp(url: () => string): Promise<unknown> {
  return waitFor('the server to be ready', () =>
    fetch(`${url()}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
}
