// Sends requests to a server and tells what came of each. A process of its own, so that the server and its clients do
// not slow each other down. Takes JSON as its argument: `perSecond` sends so many whether or not earlier ones were
// answered, as clients do that know nothing of each other; `clients` instead of it, so many that wait for each answer.
// One in `buyEvery` is a purchase with a key of its own, the others read. Writes a JSON list of what became of each.
/* global Buffer, performance */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const { url, token, read, buy, buyEvery, seconds, perSecond, clients } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true });
const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
let sent = 0;

function ask() {
  sent += 1;
  const key = sent % buyEvery === 0 ? randomUUID() : null;
  const body = JSON.stringify(key === null ? { query: read } : { query: buy, variables: { key } });
  const began = performance.now();
  return new Promise((resolve) => {
    const end = (status, retryAfter, text) =>
      resolve({ key, status, retryAfter, beginning: text.slice(0, 200), ms: performance.now() - began });
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        end(response.statusCode, response.headers['retry-after'], Buffer.concat(chunks).toString()),
      );
      response.on('error', (error) => end(0, undefined, error.message));
    });
    asked.on('error', (error) => end(0, undefined, error.message));
    asked.end(body);
  });
}

async function inTurns() {
  const until = performance.now() + seconds * 1000;
  const results = [];
  const client = async () => {
    do results.push(await ask());
    while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return results;
}

async function atThatRate() {
  const began = performance.now();
  const requests = [];
  for (;;) {
    const soFar = (performance.now() - began) / 1000;
    if (soFar > seconds) return Promise.all(requests);
    while (requests.length < soFar * perSecond) requests.push(ask());
    await pause(5);
  }
}

const results = await (perSecond === undefined ? inTurns() : atThatRate());
agent.destroy();
process.stdout.write(JSON.stringify(results));
