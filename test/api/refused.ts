import { refusalOf } from '../support/client';
import type { TestServer } from '../support/server';
import { changesNothing } from '../support/traces';

/** A request that a rule refuses. */
export type Refused = [rule: string, code: string, says: RegExp, request: () => Promise<unknown>];

/** Holds that it is refused, with that code and a sentence that names the thing, and that nothing changed. */
export async function isRefused(server: TestServer, [, code, says, request]: Refused): Promise<void> {
  const refusal = await changesNothing(server, () => refusalOf(request()));
  expect(refusal).toEqual({ code, message: expect.stringMatching(says) as string });
  expect(refusal.message).toMatch(/^[A-Z][^\n]{10,300}$/);
}
