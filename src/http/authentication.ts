import type { FastifyReply, FastifyRequest } from 'fastify';
import { Role } from '../entities/enums';
import type { User } from '../entities/user';
import { Refusal } from '../services/errors';
import type { SessionService } from '../services/session-service';

declare module 'fastify' {
  interface FastifyRequest {
    /** The account that asks, or why there is none; set by `authenticate`. */
    viewer: User | Refusal;
  }
}

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

const NOT_SIGNED_IN = new Refusal('UNAUTHENTICATED', 'Sign in first: send the header Authorization: Bearer <token>.');

/** Tells by the bearer token who asks. A wrong token is no error yet: signing in needs none. */
export function authenticate(sessions: SessionService): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const header = request.headers.authorization;
    if (header === undefined) {
      request.viewer = NOT_SIGNED_IN;
      return;
    }
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) {
      request.viewer = new Refusal('UNAUTHENTICATED', 'The Authorization header must have the form: Bearer <token>.');
      return;
    }
    request.viewer = await sessions.authenticate(token).catch((error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    });
  };
}

/** Turns everybody but an ADMIN away before the body is read: 401 without a valid token, 403 for any other role. */
export async function adminsOnly({ viewer }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (viewer instanceof Refusal) {
    await reply.code(401).header('www-authenticate', 'Bearer').send(errorBody(viewer));
  } else if (viewer.role !== Role.ADMIN) {
    await reply.code(403).send(errorBody(new Refusal('FORBIDDEN', `This is for ADMIN alone, not for ${viewer.role}.`)));
  }
}

/** A refusal outside GraphQL, in the form that GraphQL clients read. */
export function errorBody({
  code,
  message,
}: Pick<Refusal, 'code' | 'message'> | { code: string; message: string }): object {
  return { errors: [{ message, extensions: { code } }] };
}
