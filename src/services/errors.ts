/** What a client's program can tell refusals apart by; the contract of `errors[].extensions.code`. */
export type RefusalCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'VEHICLE_ALREADY_SOLD'
  | 'VEHICLE_NOT_SOLD'
  | 'VIN_ALREADY_EXISTS'
  | 'EMAIL_ALREADY_EXISTS'
  | 'PAYMENT_NOT_PENDING'
  | 'INSUFFICIENT_BALANCE'
  | 'RATE_LIMITED'
  | 'OUTCOME_UNKNOWN';

/** A request that is refused by a rule. The message is one sentence, fit for the client. Nothing was changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
    /** Further facts for programs, such as `retryAfterSeconds`. */
    readonly details: Readonly<Record<string, string | number>> = {},
  ) {
    super(message);
  }
}

export const badInput = (message: string): Refusal => new Refusal('BAD_USER_INPUT', message);

export const notFound = (what: string, id: string): Refusal =>
  new Refusal('NOT_FOUND', `There is no ${what} ${quote(id)}.`);

/** A client's own text as it appears in a message: quoted, on one line, and cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
