/** What a program makes of an error with that code. */
interface Meaning {
  /** Whose fault it is. */
  fault: 'request' | 'server';
  /** Whether the same request makes sense once more: "look first" where it may have taken effect. */
  retry: 'no' | 'yes' | 'look first';
  /** What to do, in one sentence. */
  action: string;
}

const ofRequest = (action: string): Meaning => ({ fault: 'request', retry: 'no', action });

/**
 * All codes of `errors[].extensions.code`, in one place: the enum of the schema, the table in docs/api.md, the metrics
 * and the refusals take them from here.
 */
export const ERROR_CODES = {
  UNAUTHENTICATED: ofRequest('Sign in with login, and send its token.'),
  FORBIDDEN: ofRequest('Ask an account that may do it: the message says who may.'),
  BAD_USER_INPUT: ofRequest('Correct the value that the message names.'),
  NOT_FOUND: ofRequest('Look for the id in a list.'),
  VEHICLE_ALREADY_SOLD: ofRequest(
    'Undo the sale in force first, with unsellVehicle. The purchase of what was ever sold cannot be undone.',
  ),
  VEHICLE_NOT_SOLD: ofRequest('There is no sale in force to undo.'),
  VIN_ALREADY_EXISTS: ofRequest('Look for the vehicle that has the VIN.'),
  EMAIL_ALREADY_EXISTS: ofRequest('Take another email, or look for the account that has it.'),
  PAYMENT_NOT_PENDING: ofRequest('It was decided already: read its status.'),
  INSUFFICIENT_BALANCE: ofRequest('Ask for no more than the balance.'),
  INSUFFICIENT_FUNDS: ofRequest('Wait until the pool has as much available.'),
  IDEMPOTENCY_KEY_REUSED: ofRequest('Send a new key with a new request: the first request with this key stands.'),
  RATE_LIMITED: {
    fault: 'request',
    retry: 'yes',
    action: 'Wait for as many seconds as `extensions.retryAfterSeconds` says.',
  },
  SERVICE_UNAVAILABLE: { fault: 'server', retry: 'yes', action: 'Nothing was changed: send it again later.' },
  OUTCOME_UNKNOWN: {
    fault: 'server',
    retry: 'look first',
    action:
      'It may have happened. Send it again with the same idempotencyKey, or, where the error has `extensions.operationUid`, look for it with operation(uid).',
  },
  INTERNAL_SERVER_ERROR: {
    fault: 'server',
    retry: 'look first',
    action: 'Tell who runs the server, with the x-request-id of the answer.',
  },
  GRAPHQL_PARSE_FAILED: ofRequest('Correct the document: it is not GraphQL.'),
  GRAPHQL_VALIDATION_FAILED: ofRequest('Correct the document: it does not fit the schema.'),
  OPERATION_RESOLUTION_FAILURE: ofRequest('Name one of the operations of the document.'),
  PERSISTED_QUERY_NOT_FOUND: { fault: 'request', retry: 'yes', action: 'Send the document along with its hash.' },
  BAD_REQUEST: ofRequest('Correct the HTTP request: GraphQL was not reached.'),
} as const satisfies Record<string, Meaning>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Of the download of a backup, which no schema tells of. */
export type DownloadCode = 'BACKUP_DAMAGED';

/** Whether an error with that code is the server's fault. */
export function isOurs(code: string): boolean {
  return Object.hasOwn(ERROR_CODES, code) && ERROR_CODES[code as ErrorCode].fault === 'server';
}
