import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import * as cluster from './engines/galera.mjs';
import { given } from './engines/given.mjs';
import { mariaDb11 } from './engines/mariadb-11.mjs';
import { mysql } from './engines/mysql.mjs';
import { endWith, say, SetupError } from './processes.mjs';
import { setup } from './setup.mjs';

// node scripts/test-engines.mjs [--engine NAME]... [arguments for jest]: the tests on other database servers than the
// embedded one. With TEST_DATABASE_URL: on the server that it names.
const root = fileURLToPath(new URL('..', import.meta.url));
const galera = {
  name: 'galera',
  what: 'a Galera cluster of three nodes',
  async start() {
    const nodes = await cluster.start();
    return { environment: { TEST_DATABASE_URL: nodes.url }, stop: () => nodes.stop() };
  },
};
/** Those that no --engine is needed for come first. */
const BY_DEFAULT = [mysql];
const ENGINES = [...BY_DEFAULT, mariaDb11, galera];
const leftOut = createRequire(import.meta.url)('../test/left-out.js');

/** Splits the command line into the engines that are asked for and what goes to jest. */
function readArguments([first, second, ...rest], engines = []) {
  if (first !== '--engine')
    return { engines, jestArguments: [first, second, ...rest].filter((it) => it !== undefined) };
  const engine = ENGINES.find(({ name }) => name === second);
  if (engine === undefined) {
    throw new SetupError(`--engine must be followed by one of ${ENGINES.map(({ name }) => name).join(', ')}.`);
  }
  return readArguments(rest, [...engines, engine]);
}

async function testOn(engine, jestArguments) {
  const began = performance.now();
  const count = engine.servers ?? 1;
  const servers = await startAll(engine, count);
  try {
    say(`On ${engine.what}, up after ${((performance.now() - began) / 1000).toFixed(1)} s.`);
    for (const { file, test, reason } of leftOut(engine.name)) {
      say(`  left out: ${file}${test === undefined ? '' : `, "${test}"`} (${reason})`);
    }
    const codes = await Promise.all(
      servers.map(({ environment }, i) =>
        jest({ ...process.env, ...environment, TEST_ENGINE: engine.name }, [
          ...(count === 1 ? [] : [`--shard=${i + 1}/${count}`, '--passWithNoTests']),
          ...jestArguments,
        ]),
      ),
    );
    if (codes.some((code) => code !== 0)) throw new SetupError(`Failed on ${engine.what}: tests.`);
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()));
  }
}

/** One after the other: the first one fetches the packages. */
async function startAll(engine, count) {
  const servers = [];
  try {
    while (servers.length < count) servers.push(await engine.start());
    return servers;
  } catch (error) {
    await Promise.all(servers.map(({ stop }) => stop()));
    throw error;
  }
}

function jest(env, args) {
  // One file at a time on each server: MySQL's dump program waits until no statement of anybody on the server runs, and
  // gives up.
  const always = ['--maxWorkers=1', ...(process.env.CI ? ['--ci'] : [])];
  const program = join(root, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [program, ...always, ...args], { cwd: root, env, stdio: 'inherit' });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

// Ctrl-C reaches jest too, which ends first; the server must be stopped after it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
try {
  const { engines, jestArguments } = readArguments(process.argv.slice(2));
  await setup({ dev: true, embedded: true });
  const chosen = process.env.TEST_DATABASE_URL ? [given] : engines.length > 0 ? engines : BY_DEFAULT;
  for (const engine of chosen) await testOn(engine, jestArguments);
} catch (error) {
  endWith(error);
}
