// Requests a second, by autocannon in a process of its own: as many connections as CONNECTIONS, each with its next
// request once the last is answered.
import { fork } from 'node:child_process';
import autocannon from 'autocannon';

const CONNECTIONS = 16;

/**
 * @param options `body` or several `requests` in turn, where "[<id>]" stands for a text of its own each time; for so
 *   many `seconds`, or an `amount`
 * @returns requests a second; throws where one failed
 */
export function requestsPerSecond({ url, headers, body, requests, seconds, amount }) {
  const child = fork(new URL(import.meta.url).pathname, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send({ url, headers, body, requests, seconds, amount });
  return new Promise((resolve, reject) => {
    child.once('message', ({ rate, failed }) => {
      if (failed === 0) resolve(rate);
      else reject(new Error(`${failed} requests to ${url} failed.`));
    });
    child.once('exit', () => reject(new Error('autocannon ended without a result.')));
  });
}

if (process.send && process.argv[1] === new URL(import.meta.url).pathname) {
  // Whoever asked is gone.
  process.once('disconnect', () => process.exit());
  process.once('message', async ({ url, headers, body, requests, seconds, amount }) => {
    const result = await autocannon({
      url,
      method: 'POST',
      headers,
      connections: CONNECTIONS,
      ...(requests === undefined ? { body } : { requests, idReplacement: true }),
      ...(amount === undefined ? { duration: seconds } : { amount }),
    });
    const { errors, timeouts, non2xx, start, finish } = result;
    const rate = (result.requests.total * 1000) / (finish - start);
    process.send({ rate, failed: errors + timeouts + non2xx }, () => process.exit());
  });
}
