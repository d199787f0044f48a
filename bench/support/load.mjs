// Requests a second, by autocannon in a process of its own: as many connections as CONNECTIONS, each with its next
// request once the last is answered.
import { fork } from 'node:child_process';
import autocannon from 'autocannon';

const CONNECTIONS = 16;

/** @returns requests a second; throws where one was not answered as expected */
export function requestsPerSecond({ url, headers, body, seconds, amount, expected }) {
  const child = fork(new URL(import.meta.url).pathname, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send({ url, headers, body, seconds, amount, expected });
  return new Promise((resolve, reject) => {
    child.once('message', ({ rate, failed }) => {
      if (failed === 0) resolve(rate);
      else reject(new Error(`${failed} requests to ${url} were not answered as expected.`));
    });
    child.once('exit', () => reject(new Error('autocannon ended without a result.')));
  });
}

if (process.send && process.argv[1] === new URL(import.meta.url).pathname) {
  process.once('message', async ({ url, headers, body, seconds, amount, expected }) => {
    const result = await autocannon({
      url,
      method: 'POST',
      headers,
      body,
      connections: CONNECTIONS,
      ...(amount === undefined ? { duration: seconds } : { amount }),
      ...(expected === undefined ? {} : { expectBody: expected }),
    });
    const { errors, timeouts, mismatches, non2xx, requests, start, finish } = result;
    const rate = (requests.total * 1000) / (finish - start);
    process.send({ rate, failed: errors + timeouts + mismatches + non2xx }, () => process.exit());
  });
}
