// The leanest client that speaks HTTP: one kept connection, node:http, nothing else. What it costs is in every figure.
import { Buffer } from 'node:buffer';
import { Agent, request } from 'node:http';
import { ADMIN } from './servers.mjs';

/** @returns a function that posts JSON text and resolves to the body's text */
export function createClient(url, headers = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(url);
  const post = (path, body) =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          agent,
          hostname,
          port,
          path,
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (data) => (text += data));
          response.on('end', () => resolve(text));
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    post,
    close: () => agent.destroy(),
    /** The `data` of a query's answer. Throws the first error. */
    async ask(query, variables, path = '/graphql') {
      const { data, errors } = JSON.parse(await post(path, JSON.stringify({ query, variables })));
      if (errors) throw new Error(errors[0].message);
      return data;
    },
  };
}

/** The administrator's token. */
export async function signIn(url) {
  const client = createClient(url);
  const { login } = await client.ask(
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token } }',
    ADMIN,
  );
  client.close();
  return login.token;
}
