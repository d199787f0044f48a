import type { ErrorCode } from './error-codes';

/**
 * A request that is refused. The message is one sentence, fit for the client. Nothing was changed: by a rule, or, with
 * SERVICE_UNAVAILABLE, because the database stayed busy or away; the same request may be sent again later.
 * OUTCOME_UNKNOWN leaves open whether the request took effect.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Further facts for programs, such as `retryAfterSeconds`. */
    readonly details: Readonly<Record<string, string | number>> = {},
    /** What lies behind it, for the log alone. */
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** @param field the argument or field of the input that is wrong, such as "vin" or "filter.from" */
export const badInput = (message: string, field?: string): Refusal =>
  new Refusal('BAD_USER_INPUT', message, field === undefined ? {} : { field });

export const notFound = (what: string, id: string): Refusal =>
  new Refusal('NOT_FOUND', `There is no ${what} ${quote(id)}.`);

/** A client's own text as it appears in a message: quoted, on one line, and cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
