/**
 * Why a request was not answered. `offline`: no server could be reached; `database`: the server is there, its database
 * is not; `refused`: the server said no, in words for people; `unknown`: a write may have been done, and the same write
 * sent again is done once; `failed`: anything else.
 */
export type ProblemKind = 'offline' | 'database' | 'refused' | 'unknown' | 'failed';

interface Details {
  code?: string | null | undefined;
  field?: string | null | undefined;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  /** What `extensions.code` of the server's answer says; null where it said nothing. */
  readonly code: string | null;
  /** The field of a form that a refusal is about, such as "amount"; null where it names none. */
  readonly field: string | null;

  constructor(
    readonly kind: ProblemKind,
    message: string,
    { code, field }: Details = {},
  ) {
    super(message);
    this.code = code ?? null;
    // The server names it by its place: "input.amount".
    this.field = field?.split('.').at(-1) ?? null;
  }
}
