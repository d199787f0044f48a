// Requests a second, by autocannon in a process of its own: as many connections as CONNECTIONS, each with its next
// request once the last is answered.
import { fork } from 'node:child_process';
import autocannon from 'autocannon';

const CONNECTIONS = 16;

/**
 * @param options a `body` and the `answer` that it must get each time, or several `requests` in turn, where "[<id>]" stands
 *   for a text of its own each time and no answer may tell of an error; for so many `seconds`, or an `amount`
 * @returns requests a second; throws where one failed or was answered otherwise
 */
export function requestsPerSecond({ url, headers, body, answer, requests, seconds, amount }) {
  const child = fork(new URL(import.meta.url).pathname, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send({ url, headers, body, answer, requests, seconds, amount });
  return new Promise((resolve, reject) => {
    child.once('message', ({ rate, failed, answeredOtherwise }) => {
      if (failed > 0) reject(new Error(`${failed} requests to ${url} failed.`));
      else if (answeredOtherwise > 0) reject(new Error(`${url} answered ${answeredOtherwise} requests otherwise.`));
      else resolve(rate);
    });
    child.once('exit', () => reject(new Error('autocannon ended without a result.')));
  });
}

if (process.send && process.argv[1] === new URL(import.meta.url).pathname) {
  // Whoever asked is gone.
  process.once('disconnect', () => process.exit());
  process.once('message', async ({ url, headers, body, answer, requests, seconds, amount }) => {
    const result = await autocannon({
      url,
      method: 'POST',
      headers,
      connections: CONNECTIONS,
      ...(requests === undefined
        ? { body, expectBody: answer }
        : {
            requests,
            idReplacement: true,
            verifyBody: (text) => text.startsWith('{"data":') && !text.includes('"errors":'),
          }),
      ...(amount === undefined ? { duration: seconds } : { amount }),
    });
    const { errors, timeouts, non2xx, mismatches, start, finish } = result;
    const rate = (result.requests.total * 1000) / (finish - start);
    process.send({ rate, failed: errors + timeouts + non2xx, answeredOtherwise: mismatches }, () => process.exit());
  });
}
