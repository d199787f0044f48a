import type { Logger } from 'pino';
import type { Client } from '../support/client';
import { type HttpAnswer, post } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';

const LOGIN =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token expiresAt user { id email role } } }';

let addresses = 0;

/** An address that has not tried anything yet; from the network that documents may use. */
export const newAddress = (): string => `192.0.2.${++addresses}`;

/** An account that just signed in. */
export interface NewAccount {
  client: Client;
  email: string;
}

/** A server, and what tests of signing in do there. */
export interface SignInServer extends TestServer {
  login(email: string, password: string, address: string): Promise<HttpAnswer>;
  newAccount(): Promise<NewAccount>;
}

/** @param settings by default it believes what a proxy says of addresses */
export async function startSignInServer(settings = { TRUST_PROXY: 'true' }, log?: Logger): Promise<SignInServer> {
  const server = await startTestServer({ BACKUP_VERIFY: 'checksum', ...settings }, undefined, log);
  return {
    ...server,
    login: (email, password, address) =>
      post(`${server.url}/graphql`, { query: LOGIN, variables: { email, password } }, { 'x-forwarded-for': address }),
    newAccount: async () => {
      const client = await server.admin.createUser('INVESTOR');
      const { me } = await client.request<{ me: { email: string } }>('{ me { email } }');
      return { client, email: me.email };
    },
  };
}
