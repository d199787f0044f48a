import { Readable } from 'node:stream';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest, preParsingHookHandler } from 'fastify';
import { type DefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import { Refusal } from '../services/errors';
import { Turns } from '../services/turns';
import { errorBody } from './authentication';

/** Enough for any login and for the introspection that clients send. */
const MAX_BODY_BYTES = 16 * 1024;
const MAX_TOKENS = 600;
/** Those who come while so many wait are refused. */
const MAX_WAITING = 100;
/** What is answered without a token: signing in, and what a schema says of itself, where it does. */
const OPEN: ReadonlySet<string> = new Set(['login', '__schema', '__type', '__typename']);

/** Whether the request came without a token that we signed and that has not expired. */
export function isStranger({ claims }: FastifyRequest): boolean {
  return claims instanceof Refusal;
}

/** Cuts the body of a stranger short: what they may ask for is small. */
export const boundStrangersBody: preParsingHookHandler = (request, _reply, payload, done) => {
  if (!isStranger(request)) {
    done(null, payload);
    return;
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    done(tooLarge());
    return;
  }
  const bounded = Readable.from(atMost(payload));
  done(null, Object.assign(bounded, { receivedEncodedLength: 0 }));
};

async function* atMost(payload: AsyncIterable<unknown>): AsyncIterable<Buffer> {
  let bytes = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw tooLarge();
    yield chunk;
  }
}

function tooLarge(): Error {
  const message = `Without a valid token a request may have ${MAX_BODY_BYTES} bytes: sign in first.`;
  return Object.assign(new Error(message), { statusCode: 413 });
}

/**
 * Lets strangers cost next to nothing: one of them is worked on at a time, which includes checking a password, and other work
 * comes in between. What they may not ask for is refused before it is validated.
 */
export class Strangers {
  private readonly turns = new Turns(() => 1);

  /** @param tell writes the line of a refusal, with the names of the fields that were asked for */
  constructor(private readonly tell: (request: FastifyRequest, action: string) => void) {}

  /** Waits until none is worked on. */
  over(): Promise<void> {
    return this.turns.over();
  }

  /** @param answer answers what is open to strangers */
  async serve(request: FastifyRequest, reply: FastifyReply, answer: () => Promise<unknown>): Promise<unknown> {
    if (this.turns.waiting >= MAX_WAITING) {
      const message = 'Too many requests without a valid token wait: try again in a second.';
      return reply
        .code(503)
        .header('retry-after', 1)
        .send(errorBody({ code: 'SERVICE_UNAVAILABLE', message }));
    }
    return this.turns.take(async () => {
      await otherWork();
      if (request.raw.socket.destroyed) return reply.hijack();
      const closed = closedFields(request);
      return closed.length === 0 ? answer() : this.refuse(request, reply, closed);
    });
  }

  private refuse(request: FastifyRequest, reply: FastifyReply, fields: readonly string[]): FastifyReply {
    this.tell(request, fields.join(' ').slice(0, 80));
    // As GraphQL over HTTP wants it: a 401 in plain JSON may come from a proxy.
    const isNew = request.headers.accept?.includes('application/graphql-response+json') === true;
    if (isNew) void reply.type('application/graphql-response+json; charset=utf-8').header('www-authenticate', 'Bearer');
    const { claims } = request;
    return reply.code(isNew ? 401 : 200).send(JSON.stringify(errorBody(claims as Refusal)));
  }
}

/** The root fields that no stranger gets; none where the document is not GraphQL, which the parser tells better. */
function closedFields({ method, query, body }: FastifyRequest): string[] {
  const { query: text } = ((method === 'GET' ? query : body) ?? {}) as { query?: unknown };
  if (typeof text !== 'string') return [];
  try {
    const { definitions } = parse(text, { noLocation: true, maxTokens: MAX_TOKENS });
    return [...rootFields(definitions)].filter((name) => !OPEN.has(name));
  } catch (error) {
    return (error as Error).message.includes(`${MAX_TOKENS} tokens`) ? ['a long document'] : [];
  }
}

function rootFields(definitions: readonly DefinitionNode[]): Set<string> {
  const fragments = new Map(
    definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  const names = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else {
        const fragment = fragments.get(selection.name.value);
        // Once each: fragments may go in circles.
        fragments.delete(selection.name.value);
        if (fragment !== undefined) collect(fragment.selectionSet);
      }
    }
  };
  for (const each of definitions) if (each.kind === Kind.OPERATION_DEFINITION) collect(each.selectionSet);
  return names;
}
