import { ClientError, GraphQLClient } from 'graphql-request';
import { currentSession, signOut } from '../session/session';
import type { TypedDocumentString } from './operations';

/**
 * Why a request was not answered. `offline`: no server could be reached; `database`: the server is there, its database
 * is not; `refused`: the server said no, in words for people; `failed`: anything else.
 */
export type ProblemKind = 'offline' | 'database' | 'refused' | 'failed';

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly kind: ProblemKind,
    message: string,
  ) {
    super(message);
  }
}

const ANSWER_MS = 15_000;
/** After that long without an answer it is looked whether there will be one. */
const LOOK_MS = 3_000;
const PROBE_MS = 4_000;

const client = (path: string): GraphQLClient =>
  new GraphQLClient(new URL(path, location.href).href, {
    fetch: fetchInTime,
  });
const clients = { admin: client('/admin/graphql'), public: client('/graphql') };

/** Asks the admin schema as who is signed in. @throws Problem */
export async function ask<Result, Variables extends object>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  return (await request(clients.admin, document, variables)).data;
}

interface Answer<Result> {
  data: Result;
  /** By the server's clock, in ms; to the second. */
  answeredAt: number;
}

/** Asks the public schema as nobody. @throws Problem */
export function askPublicly<Result, Variables extends object>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Answer<Result>> {
  return request(clients.public, document, variables);
}

/** Fetches from the server as who is signed in. @throws Problem */
export async function fetchAsAdmin(path: string): Promise<Response> {
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

async function request<Result, Variables extends object>(
  through: GraphQLClient,
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Answer<Result>> {
  const headers = through === clients.admin ? authorization() : {};
  try {
    const { data, headers: answered } = await through.rawRequest<Result>(document.toString(), variables, headers);
    return { data, answeredAt: Date.parse(answered.get('date') ?? '') || Date.now() };
  } catch (error) {
    throw await problemOf(error, through === clients.admin);
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

async function problemOf(error: unknown, isAdmin: boolean): Promise<Problem> {
  if (error instanceof Problem) return error;
  if (!(error instanceof ClientError)) return lackOfAnswer();
  const { status, errors = [] } = error.response;
  if (isAdmin && status === 401) return sessionEnded();
  if (isAdmin && status === 403) {
    signOut('refused');
    return new Problem('refused', 'Your account is no longer an administrator.');
  }
  const [first] = errors;
  const code = first?.extensions.code;
  if (first === undefined || status >= 500 || code === 'INTERNAL_SERVER_ERROR' || code === 'SERVICE_UNAVAILABLE') {
    return lackOfAnswer(first?.message);
  }
  return new Problem('refused', first.message);
}

function sessionEnded(): Problem {
  signOut('expired');
  return new Problem('refused', 'The session has ended.');
}

/** The health probe tells a server that is away from one whose database is. */
async function lackOfAnswer(said?: string): Promise<Problem> {
  try {
    const { ok } = await fetch('/readyz', { signal: AbortSignal.timeout(PROBE_MS) });
    if (!ok) return new Problem('database', 'The database does not answer.');
    return new Problem('failed', said ?? 'The server took too long to answer.');
  } catch {
    return new Problem('offline', 'The server cannot be reached.');
  }
}
