import { ClientError, GraphQLClient } from 'graphql-request';
import { currentSession, signOut } from '../session/session';
import { begin, end } from './open-writes';
import { Problem } from './problem';

const ANSWER_MS = 15_000;
/** After that long without an answer it is looked whether there will be one. */
const LOOK_MS = 3_000;
const PROBE_MS = 4_000;

const client = (path: string): GraphQLClient =>
  new GraphQLClient(new URL(path, location.href).href, {
    fetch: fetchInTime,
  });
const clients = { admin: client('/admin/graphql'), public: client('/graphql') };

/** A document with the types of its answer and its variables. */
interface Document<Result, Variables> {
  toString(): string;
  /** Never there: it holds the types alone. */
  __apiType?: (variables: Variables) => Result;
}

/** Asks the admin schema as who is signed in. @throws Problem */
export async function ask<Result, Variables extends object>(
  document: Document<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  return (await request(clients.admin, document, variables, authorization())).data;
}

/** Asks the public schema as who is signed in. @throws Problem */
export async function askPool<Result, Variables extends object>(
  document: Document<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  return (await request(clients.public, document, variables, authorization())).data;
}

/**
 * Sends a mutation to the public schema, with an idempotency key in its input or as the variable `idempotencyKey`. Where
 * the form's last one may have been done, that one is sent again instead, with its key.
 * @param form what sends it, such as "sellVehicle 12"
 * @throws Problem, of the kind `unknown` where it may have been done
 */
export async function writePool<Result, Variables extends object>(
  document: Document<Result, Variables>,
  variables: Variables,
  form: string,
): Promise<Result> {
  const write = begin(form, variables);
  try {
    const sent = withKey(write.variables as Variables, write.key);
    const { data } = await request(clients.public, document, sent, authorization());
    end(write, false);
    return data;
  } catch (error) {
    const problem = error instanceof Problem ? outcomeOf(error, write.isDoubtful) : UNANSWERED;
    end(write, problem === UNANSWERED);
    throw problem;
  }
}

interface Answer<Result> {
  data: Result;
  /** By the server's clock, in ms; to the second. */
  answeredAt: number;
}

/** Asks the public schema as nobody. @throws Problem */
export function askPublicly<Result, Variables extends object>(
  document: Document<Result, Variables>,
  variables: Variables,
): Promise<Answer<Result>> {
  return request(clients.public, document, variables, {});
}

/** Fetches a file from the server as who is signed in. @throws Problem */
export async function fetchFile(path: string): Promise<Response> {
  const response = await fetch(path, { headers: authorization() }).catch(async () => {
    throw await lackOfAnswer();
  });
  if (response.status === 401) throw sessionEnded();
  if (response.ok) return response;
  const body = (await response.json().catch(() => null)) as { errors?: { message?: string }[] } | null;
  throw new Problem('failed', body?.errors?.[0]?.message ?? `The server answered with status ${response.status}.`);
}

export function authorization(): Record<string, string> {
  const session = currentSession();
  return session === null ? {} : { authorization: `Bearer ${session.token}` };
}

function withKey<Variables extends object>(variables: Variables, idempotencyKey: string): Variables {
  if (!('input' in variables)) return { ...variables, idempotencyKey };
  return { ...variables, input: { ...(variables.input as object), idempotencyKey } };
}

export const UNANSWERED = new Problem('unknown', 'It is not known whether this was done: the server did not answer.');

/** Their refusals say of this try alone that nothing was done. */
const NOT_LOOKED_AT = ['SERVICE_UNAVAILABLE', 'RATE_LIMITED', 'UNAUTHENTICATED'];

/**
 * What a problem of a write means: only a refusal says that nothing was done; and where a try before may have been done,
 * only one of a server that looked at its key.
 */
function outcomeOf(problem: Problem, wasDoubtful: boolean): Problem {
  const isLookedAt = !NOT_LOOKED_AT.includes(problem.code ?? '');
  const isRefused = problem.kind === 'refused' ? problem.code !== 'OUTCOME_UNKNOWN' : !isLookedAt;
  if (isRefused && (isLookedAt || !wasDoubtful)) return problem;
  return UNANSWERED;
}

async function request<Result, Variables extends object>(
  through: GraphQLClient,
  document: Document<Result, Variables>,
  variables: Variables,
  headers: Record<string, string>,
): Promise<Answer<Result>> {
  try {
    const { data, headers: answered } = await through.rawRequest<Result>(document.toString(), variables, headers);
    return { data, answeredAt: Date.parse(answered.get('date') ?? '') || Date.now() };
  } catch (error) {
    throw await problemOf(error, through === clients.admin, 'authorization' in headers);
  }
}

/** Gives up early where the server says of itself that it cannot answer. */
async function fetchInTime(url: RequestInfo | URL, options?: RequestInit): Promise<Response> {
  const giveUp = new AbortController();
  const look = setTimeout(() => {
    void lackOfAnswer().then((problem) => {
      if (problem.kind !== 'failed') giveUp.abort(problem);
    });
  }, LOOK_MS);
  try {
    return await fetch(url, { ...options, signal: AbortSignal.any([giveUp.signal, AbortSignal.timeout(ANSWER_MS)]) });
  } finally {
    clearTimeout(look);
  }
}

async function problemOf(error: unknown, isAdmin: boolean, isSignedIn: boolean): Promise<Problem> {
  if (error instanceof Problem) return error;
  if (!(error instanceof ClientError)) return lackOfAnswer();
  const { status, errors = [] } = error.response;
  const [first] = errors;
  const { code, field } = (first?.extensions ?? {}) as { code?: string; field?: string };
  // At the moment of a revocation it comes with status 200.
  if (isSignedIn && (status === 401 || code === 'UNAUTHENTICATED')) return sessionEnded();
  if (isAdmin && status === 403) {
    signOut('refused');
    return new Problem('refused', 'Your account is no longer an administrator.');
  }
  if (first === undefined || status >= 500 || code === 'INTERNAL_SERVER_ERROR' || code === 'SERVICE_UNAVAILABLE') {
    return lackOfAnswer(first?.message, code);
  }
  return new Problem('refused', first.message, { code, field });
}

function sessionEnded(): Problem {
  signOut('expired');
  return new Problem('refused', 'The session has ended.', { code: 'UNAUTHENTICATED' });
}

/** The health probe tells a server that is away from one whose database is. */
async function lackOfAnswer(said?: string, code?: string): Promise<Problem> {
  try {
    const { ok } = await fetch('/readyz', { signal: AbortSignal.timeout(PROBE_MS) });
    if (!ok) return new Problem('database', 'The database does not answer.', { code });
    return new Problem('failed', said ?? 'The server took too long to answer.', { code });
  } catch {
    return new Problem('offline', 'The server cannot be reached.', { code });
  }
}
