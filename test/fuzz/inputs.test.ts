import { Agent } from 'node:http';
import { fc, SEED } from '../support/random';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { checkLedger } from '../../src/services/ledger-check';
import { createPoolWorld, type PoolWorld } from '../api/pool-world';
import type { Client } from '../support/client';
import { http } from '../support/http';
import { allBackedUp, changesNothing } from '../support/traces';
import { faultOf, type FuzzAnswer, isBelowRoot, read, send } from './answers';
import { type FuzzRequest, requestsFor, type RootField, rootFields } from './requests';
import type { Known } from './values';

/** How many requests in all, about: npm run test:fuzz sends 12 000. */
const CASES = Number(process.env.FUZZ_CASES ?? 2_000);
/** With fewer there may be a field whose every request was refused. */
const MANY = 10_000;
/** Shares of them: for a root field by somebody who may ask for it. */
const SHARE = 14;
/** By those who are turned away before anything is looked at. */
const SHARE_OF_OTHERS = 2;
/** Of fields that take a password: each reckons a hash, which is slow on purpose. */
const SHARE_WITH_PASSWORD = 4;
const AT_ONCE = 24;
/** They take an account's own password, and few wrong ones. */
const RARELY_DONE = ['Mutation.changePassword', 'Mutation.login'];
/** No account that a request of the fuzz might name by chance. */
const FIRST_ACTOR_ID = 4_000_000_000;

/** What became of a number of requests. */
interface Outcome {
  done: Set<Asked>;
  codes: Set<string>;
}

interface Part {
  root: RootField;
  door: string;
  who: string;
  share: number;
}

interface Asked extends FuzzRequest {
  door: string;
  who: string;
  token: string | null;
  /** The fields take turns, so that what one of them makes is there for the others. */
  turn: number;
  /** Of its own, so that the limit of wrong tries stops none before it is looked at. */
  address: string;
}

/** On a busy machine; on a free one a tenth of it is enough. */
const TIME_LIMIT_MS = 120_000 + 60 * CASES;

describe(`any input of any root field (SEED=${SEED})`, () => {
  let world: PoolWorld;
  let askers: Record<string, Client>;
  let known: Known;
  let asked: Asked[];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  beforeAll(async () => {
    world = await createPoolWorld({ TRUST_PROXY: 'true', LOG_LEVEL: 'silent' });
    const { server, admin } = world;
    await server.database.query(`ALTER TABLE users AUTO_INCREMENT = ${FIRST_ACTOR_ID}`);
    askers = {
      ADMIN: await admin.createUser('ADMIN', 'Asking Admin'),
      OPERATOR: await admin.createUser('OPERATOR', 'Asking Operator'),
      INVESTOR: await admin.createUser('INVESTOR', 'Asking Investor'),
    };
    // The traces are read as an account that no request of the fuzz locks out.
    server.admin = askers.ADMIN as Client;
    known = await knownThings(world);
    const parts = [
      ...partsOf('/graphql', await schemaOf('/graphql'), ['ADMIN', 'OPERATOR', 'INVESTOR'], ['nobody']),
      ...partsOf('/admin/graphql', await schemaOf('/admin/graphql'), ['ADMIN'], ['OPERATOR', 'nobody']),
    ];
    const shares = parts.reduce((sum, { share }) => sum + share, 0);
    asked = parts
      .flatMap((part) => requests(part, Math.ceil((CASES * part.share) / shares)))
      .sort((a, b) => a.turn - b.turn);
  });
  afterAll(async () => {
    agent.destroy();
    await world.server.close();
  });

  async function schemaOf(door: string): Promise<GraphQLSchema> {
    const body = JSON.stringify({ query: getIntrospectionQuery() });
    const { text } = await ask({ door, token: askers.ADMIN?.token ?? null, body, address: '192.0.2.1' });
    return buildClientSchema((JSON.parse(text) as { data: IntrospectionQuery }).data);
  }

  function requests({ root, door, who }: Part, numRuns: number): Asked[] {
    return fc.sample(requestsFor(root, known), { numRuns, seed: SEED }).map((request, i) => ({
      ...request,
      door,
      who,
      token: askers[who]?.token ?? null,
      turn: i,
      address: `10.${i >> 8}.${i & 255}.${who.length}`,
    }));
  }

  function ask({
    door,
    token,
    body,
    address,
  }: Pick<Asked, 'door' | 'token' | 'body' | 'address'>): Promise<FuzzAnswer> {
    const headers = {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    return send(`${world.server.url}${door}`, agent, { headers, body });
  }

  /** Asks all of them, some at once. @throws Error naming the first bad answer */
  async function askAll(list: readonly Asked[]): Promise<Outcome> {
    const outcome: Outcome = { done: new Set(), codes: new Set() };
    const left = list.values();
    const askOn = async (): Promise<void> => {
      for (const each of left) {
        const answer = await ask(each);
        const fault = faultOf(answer);
        if (fault !== null) {
          const [body, said] = [each.body, answer.text].map((whole) => whole.slice(0, 2_000));
          throw new Error(`${fault}, for ${each.path} at ${each.door} by ${each.who}: ${body}\nanswered: ${said}`);
        }
        const { data, errors = [] } = read(answer);
        // Done, too, where something below the root field cannot be answered: it comes after.
        if ((data != null && errors.length === 0) || errors.some(isBelowRoot)) outcome.done.add(each);
        for (const { extensions } of errors) outcome.codes.add(String(extensions.code));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askOn));
    return outcome;
  }

  const tell = (what: string, sent: number, done: number): void => {
    process.stdout.write(`fuzz: ${sent} ${what}, ${done} done, ${sent - done} refused\n`);
  };
  const pathsOf = (list: Iterable<Asked>): Set<string> => new Set(Array.from(list, ({ path }) => path));

  test(
    'queries are answered or refused in a sentence, and change nothing',
    async () => {
      const queries = asked.filter(({ isMutation }) => !isMutation);
      const { done, codes } = await changesNothing(world.server, () => askAll(queries));
      tell('queries', queries.length, done.size);
      // It was not about nothing: each was answered to somebody.
      expect(pathsOf(done)).toEqual(pathsOf(queries));
      for (const code of ['BAD_USER_INPUT', 'FORBIDDEN', 'UNAUTHENTICATED']) expect(codes).toContain(code);
    },
    TIME_LIMIT_MS,
  );

  test(
    'mutations are done or refused in a sentence, and what is refused changes nothing',
    async () => {
      const mutations = asked.filter(({ isMutation }) => isMutation);
      const { done, codes } = await askAll(mutations);
      const neverDone = [...pathsOf(mutations)].filter((path) => !pathsOf(done).has(path));
      if (CASES >= MANY) expect(neverDone.filter((path) => !RARELY_DONE.includes(path))).toEqual([]);
      for (const code of ['NOT_FOUND', 'FORBIDDEN', 'BAD_USER_INPUT', 'UNAUTHENTICATED']) expect(codes).toContain(code);
      let refused = mutations.filter((each) => !done.has(each));
      tell('mutations', mutations.length, done.size);
      for (;;) {
        await allBackedUp(world.server);
        let late = new Set<Asked>();
        const again = changesNothing(world.server, async () => {
          late = (await askAll(refused)).done;
        });
        // What was refused may have become possible meanwhile: a payment that another request asked for, say.
        await again.catch((error: unknown) => {
          if (late.size === 0) throw error;
        });
        if (late.size === 0) break;
        refused = refused.filter((each) => !late.has(each));
      }
      process.stdout.write(`fuzz: ${refused.length} refused mutations asked again changed no row and no backup\n`);
    },
    TIME_LIMIT_MS,
  );

  test('and those who asked are still signed in, the books in order and the server in health', async () => {
    for (const client of Object.values(askers)) await client.request('{ me { id } }');
    expect(await checkLedger(world.server.database.query)).toEqual([]);
    expect((await http(`${world.server.url}/readyz`)).status).toBe(200);
    expect(asked.length).toBeGreaterThanOrEqual(CASES);
  });
});

/** Each root field by each of those who ask, and its share of all requests. */
function partsOf(door: string, schema: GraphQLSchema, insiders: string[], others: string[]): Part[] {
  return rootFields(schema).flatMap((root) => [
    ...insiders.map((who) => ({ root, door, who, share: shareOf(root) })),
    ...others.map((who) => ({ root, door, who, share: SHARE_OF_OTHERS })),
  ]);
}

function shareOf({ field }: RootField): number {
  if (field.args.length === 0) return SHARE_OF_OTHERS;
  const inputs = JSON.stringify(field.args.map(({ type, name }) => `${name} ${String(type)}`));
  return /password|CreateUser/i.test(inputs) ? SHARE_WITH_PASSWORD : SHARE;
}

async function knownThings({ server, admin, ...world }: PoolWorld): Promise<Known> {
  const { pending, confirmed, income, uncovered, forSale, sold, investor, other, operator, companyId } = world;
  const { vehicles, payments, users } = await admin.request<Record<string, { pageInfo: { endCursor: string } }>>(
    '{ vehicles(first: 1) { pageInfo { endCursor } } payments(first: 1) { pageInfo { endCursor } } users(first: 1) { pageInfo { endCursor } } }',
  );
  const { me } = await investor.request<{ me: { email: string } }>('{ me { email } }');
  const more = [];
  for (const kind of ['DEPOSIT', 'DEPOSIT', 'DEPOSIT', 'WITHDRAWAL'])
    more.push(await investor.requestPayment(kind, '1'));
  await allBackedUp(server);
  const { backups } = await admin.administer<{ backups: { filename: string }[] }>('{ backups(first: 2) { filename } }');
  return {
    ids: [...more, pending, confirmed, income, uncovered, forSale, sold, investor.id, other.id, operator.id, companyId],
    cursors: [vehicles, payments, users].map((page) => page?.pageInfo.endCursor ?? ''),
    emails: [me.email, 'admin@example.com', ' ADMIN@example.com', 'ádmin@example.com', 'company@motorpool.invalid'],
    filenames: backups.flatMap(({ filename }) => [filename, `../${filename}`, `${filename}\0`, filename.toUpperCase()]),
  };
}
