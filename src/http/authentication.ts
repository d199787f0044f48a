import type { FastifyReply, FastifyRequest } from 'fastify';
import { Role } from '../entities/enums';
import type { User } from '../entities/user';
import type { DownloadCode, ErrorCode } from '../services/error-codes';
import { Refusal } from '../services/errors';
import type { Claims, SessionService } from '../services/session-service';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the bearer token claims, or the reason why there is none; set by `readToken`. */
    claims: Claims | Refusal;
    /** The account that asks, or the reason why there is none; set by `authenticate`. */
    viewer: User | Refusal;
  }
}

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

const WRONG_HEADER = new Refusal('UNAUTHENTICATED', 'The Authorization header must have the form: Bearer <token>.');
const NOT_SIGNED_IN = new Refusal('UNAUTHENTICATED', 'Sign in first: send the header Authorization: Bearer <token>.');

/** Reads the bearer token. A wrong one is no error at this point, because `login` needs none. */
export function readToken(sessions: SessionService): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const header = request.headers.authorization;
    const token = BEARER.exec(header ?? '')?.[1];
    if (header === undefined) request.claims = NOT_SIGNED_IN;
    else if (token === undefined) request.claims = WRONG_HEADER;
    else request.claims = await sessions.claimsOf(token).catch(refusalOrThrow);
  };
}

/** Finds the account of the token as it is now. */
export function authenticate(sessions: SessionService): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const { claims } = request;
    request.viewer =
      claims instanceof Refusal ? claims : await sessions.accountOf(claims).catch<User | Refusal>(refusalOrThrow);
  };
}

function refusalOrThrow(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/** Turns everybody but an ADMIN away before the body is read: 401 without a valid token, 403 for any other role. */
export async function adminsOnly({ viewer }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (viewer instanceof Refusal) {
    await reply.code(401).header('www-authenticate', 'Bearer').send(errorBody(viewer));
  } else if (viewer.role !== Role.ADMIN) {
    await reply.code(403).send(errorBody(new Refusal('FORBIDDEN', `This is for ADMIN alone, not for ${viewer.role}.`)));
  }
}

interface Told {
  code: ErrorCode | DownloadCode;
  message: string;
  /** Further facts for programs, such as `field`. */
  details?: Refusal['details'];
}

/** A refusal outside GraphQL, in the form that GraphQL clients read. */
export function errorBody({ code, message, details = {} }: Told): object {
  return { errors: [{ message, extensions: { code, ...details } }] };
}
