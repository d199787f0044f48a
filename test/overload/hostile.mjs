// Strangers who ask a server without pause, over as many connections as `connections` says, until it is killed. A process of
// its own. Takes JSON as its argument: `body` and `headers` of each request; PAD stands for a megabyte;
// `slowly` sends all but the last byte, and waits.
/* global Buffer */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const { url, connections, bodies, headers = {}, slowly = false } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: connections });
let sent = 0;
const statuses = {};

function ask() {
  const body = Buffer.from(
    bodies[sent++ % bodies.length].replaceAll('COUNT', String(sent)).replace('PAD', 'x'.repeat(1_000_000)),
  );
  return new Promise((resolve) => {
    const end = (status) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      resolve();
    };
    const length = { 'content-type': 'application/json', 'content-length': body.length };
    const asked = request(url, { method: 'POST', agent, headers: { ...length, ...headers } }, (response) => {
      response.resume();
      response.on('end', () => end(response.statusCode));
      response.on('error', () => end(0));
    });
    asked.on('error', () => end(0));
    if (slowly) asked.write(body.subarray(0, -1));
    else asked.end(body);
  });
}

async function client() {
  for (;;) {
    await ask();
    await pause(0);
  }
}

process.on('SIGTERM', () => process.stdout.write(JSON.stringify(statuses), () => process.exit(0)));
await Promise.all(Array.from({ length: connections }, client));
