import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, PASSWORD } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { bearer, http, post } from '../support/http';
import { ADMIN } from '../support/server';
import { type ServerProcess, startServerProcess } from '../support/server-process';

/** `npm run test:overload` measures longer, and holds the targets; the other tests of a run share the machine. */
const LONG = process.env.OVERLOAD !== undefined;
const SECONDS = LONG ? 10 : 3;
const MOST = LONG ? { meMs: 500, healthMs: 100, megabytes: 150 } : { meMs: 3_000, healthMs: 1_500, megabytes: 150 };
const CONNECTIONS = 110;

const times = (count: number, part: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');
const body = (query: string): string => JSON.stringify({ query });
const login = (email: string, password: string, alias = ''): string =>
  `${alias}login(email: "${email}", password: "${password}") { token }`;

describe(`a server with ${CONNECTIONS} connections of strangers who never pause`, () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let member: Client;
  let email: string;
  let revoked: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startServerProcess(database.url, { BACKUP_VERIFY: 'checksum' });
    const admin = await Client.signIn(server.url, ADMIN.email, ADMIN.password);
    member = await admin.createUser('INVESTOR');
    email = (await member.request<{ me: { email: string } }>('{ me { email } }')).me.email;
    const former = await admin.createUser('INVESTOR');
    await admin.administer(`mutation { disableUser(id: ${former.id}) { id } }`);
    revoked = former.token ?? '';
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const LARGE = body(`{ pool { ${'capital '.repeat(1_200)} } }`);
  const KINDS: [
    kind: string,
    options: () => { bodies: string[]; headers?: Record<string, string>; slowly?: boolean },
  ][] = [
    ['documents of 10 KB', () => ({ bodies: [LARGE] })],
    ['a forged token', () => ({ bodies: [LARGE], headers: bearer(`${member.token ?? ''}x`) })],
    ['a revoked token', () => ({ bodies: [LARGE], headers: bearer(revoked) })],
    [
      '119 logins in one document',
      () => ({ bodies: [body(`mutation { ${times(119, (i) => login(email, PASSWORD, `a${i}: `))} }`)] }),
    ],
    ['right passwords', () => ({ bodies: [body(`mutation { ${login(email, PASSWORD)} }`)] })],
    ['wrong passwords', () => ({ bodies: [body(`mutation { ${login('someone.COUNT@example.com', 'wrong')} }`)] })],
    ['introspection', () => ({ bodies: [body(`{ __schema { types { ${'name '.repeat(580)} } } }`)] })],
    ['a body of 1 MB', () => ({ bodies: [body(`{ me { id } } #PAD`)] })],
    ['bodies that never end', () => ({ bodies: [LARGE], slowly: true })],
  ];

  test.each(KINDS)(
    'of %s: members and probes are answered',
    async (kind, options) => {
      const before = megabytes(server);
      const plan = { url: `${server.url}/graphql`, connections: CONNECTIONS, ...options() };
      const hostile = spawn(process.execPath, [path.join(__dirname, 'hostile.mjs'), JSON.stringify(plan)]);
      const told = text(hostile.stdout);
      try {
        await pause(500);
        const me = await measure(() => post(`${server.url}/graphql`, { query: '{ me { id } }' }, bearer(member.token)));
        const health = await measure(() => http(`${server.url}/healthz`));
        await end(hostile);
        const figures = {
          kind,
          me,
          health,
          megabytesMore: megabytes(server) - before,
          statuses: JSON.parse(await told) as unknown,
        };
        process.stdout.write(`strangers: ${JSON.stringify(figures)}\n`);
        expect(me.p99).toBeLessThan(MOST.meMs);
        expect(health.p99).toBeLessThan(MOST.healthMs);
        expect(figures.megabytesMore).toBeLessThan(MOST.megabytes);
      } finally {
        hostile.kill('SIGKILL');
      }
    },
    (2 * SECONDS + 60) * 1_000,
  );
});

/** Asks one after the other. @returns milliseconds; every answer must be a good one */
async function measure(
  ask: () => Promise<{ status: number; text: string }>,
): Promise<Record<'p50' | 'p99' | 'n', number>> {
  const taken: number[] = [];
  const until = performance.now() + SECONDS * 1_000;
  do {
    const began = performance.now();
    const { status, text: answer } = await ask();
    taken.push(performance.now() - began);
    expect(`${status} ${answer}`).toMatch(/^200 (\{"data":\{"me":|\{"status":"ok")/);
    await pause(10);
  } while (performance.now() < until);
  taken.sort((a, b) => a - b);
  const at = (part: number): number =>
    Math.round(taken[Math.min(taken.length - 1, Math.floor(taken.length * part))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), n: taken.length };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
}

function megabytes({ pid }: ServerProcess): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}
