import path from 'node:path';
import { askForDeposit as byApolloClient } from '../../examples/apollo-client';
import { askForDeposit as byGraphqlRequest } from '../../examples/graphql-request';
import { findProgram } from '../../src/database/host/programs';
import { run } from '../process/programs';
import { PASSWORD } from '../support/client';
import { describeIf } from '../support/debian-package';
import { ROOT } from '../support/programs';
import { startTestServer, type TestServer } from '../support/server';

let server: TestServer;
let email: string;

beforeAll(async () => {
  server = await startTestServer();
  const investor = await server.admin.createUser('INVESTOR', 'Investor 1');
  ({
    me: { email },
  } = await investor.request<{ me: { email: string } }>('{ me { email } }'));
  await server.admin.deposit(investor.id, '1000.00');
});
afterAll(() => server.close());

const TOLD = 'Investor 1 asks to deposit 250.00 (PENDING); the pool holds 1000.00.';

test('graphql-request', async () => {
  expect(await byGraphqlRequest(server.url, email, PASSWORD)).toBe(TOLD);
});

test('Apollo Client', async () => {
  expect(await byApolloClient(server.url, email, PASSWORD)).toBe(TOLD);
});

describeIf(findProgram(['curl']) !== null, 'curl', 'a shell', () => {
  test('curl', async () => {
    const command = ['sh', path.join(ROOT, 'examples', 'curl.sh'), server.url, email, PASSWORD];
    const { code, stdout, stderr } = await run(server.storageDir, '', { command });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { data: { requestPayment: { amount: '250.00', status: 'PENDING' } } },
      { data: { me: { name: 'Investor 1' }, pool: { capital: '1000.00' } } },
    ]);
  });
});
