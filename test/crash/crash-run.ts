import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../support/wait';
import { findLitter, readAll, untilCovered, untilProven, untilQuiet, verifyAll, withSession } from './checks';
import { Clients, untilUp } from './clients';
import { readJournal, type Journal } from './journal';
import { RoundFault } from './faults';
import { FAULTS, isDiskFault, planRounds, randomFrom, type Round } from './plan';
import { mayMount } from '../support/small-disk';
import { CrashPool, KEEP } from './pool';
import { Tally } from './tally';
import { Watcher } from './watcher';

const VERIFY_ALL_EVERY = 10;
const CLIENTS_AT_KILL = 3;

export interface CrashOptions {
  rounds: number;
  seed: number;
  /** Ends the run after the round that is under way. */
  signal?: AbortSignal;
  /** Told after each round. */
  onRound?: (number: number, round: Round, ms: number) => void;
}

/**
 * Kills servers, backup processes and database servers while clients ask for operations, brings back what died, and
 * looks after each kill whether anything that was promised is missing.
 * @throws Error naming the round and the first thing wrong
 */
export async function runCrashes({ rounds, seed, signal, onRound }: CrashOptions): Promise<Tally> {
  const random = randomFrom(seed);
  const pool = await CrashPool.open();
  const watcher = new Watcher(pool.settings.directory, KEEP);
  const tally = new Tally(seed);
  try {
    const clients = new Clients(() => pool.url, random);
    await clients.signIn();
    const faults = FAULTS.filter((fault) => !isDiskFault(fault) || mayMount);
    for (const [i, round] of planRounds(rounds, random, faults).entries()) {
      const began = performance.now();
      try {
        const { journal, foundDamage } = await playRound(pool, clients, round);
        await judge(pool, watcher, journal);
        const isLast = i + 1 === rounds || signal?.aborted === true;
        if ((i + 1) % VERIFY_ALL_EVERY === 0 || isLast) tally.restored += await verifyAll(pool);
        tally.add(round, journal, clients.attempts, watcher.covered);
        tally.foundDamage += foundDamage ? 1 : 0;
      } catch (error) {
        const where = `round ${i + 1} (seed ${seed}): ${round.victim} killed ${round.step ?? 'at random'}, ${round.fault ?? 'no fault'}`;
        throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
      }
      onRound?.(i + 1, round, performance.now() - began);
      if (signal?.aborted === true) break;
    }
    return tally;
  } finally {
    await watcher.stop();
    await pool.close();
  }
}

/** @returns the journal as it is once everybody had an answer */
async function playRound(
  pool: CrashPool,
  clients: Clients,
  round: Round,
): Promise<{ journal: Journal; foundDamage: boolean }> {
  const fault = new RoundFault(round.fault, pool);
  try {
    return await playWith(fault, pool, clients, round);
  } finally {
    fault.end();
  }
}

async function playWith(
  fault: RoundFault,
  pool: CrashPool,
  clients: Clients,
  round: Round,
): Promise<{ journal: Journal; foundDamage: boolean }> {
  await fault.begin();
  if (round.step !== null) pool.standAt(round.step);
  const load = round.operations.map((count) => clients.ask(count));
  // Their failures are told where they are awaited.
  for (const client of load) client.catch(() => undefined);
  await killAtItsMoment(pool, clients, round, load);
  await fault.damage();
  pool.letGo();
  await pool.restart();
  await untilUp(() => pool.url);
  await Promise.all(load);
  // Before anybody asks again: nothing but the crash itself reminds the server.
  mustBeSound(await withSession(pool, ({ query }) => readJournal(query, clients.attempts)));
  await untilCovered(pool);
  await clients.repeat();
  await fault.settle(clients);
  // The run after the one that was killed: it clears up.
  await clients.askForCertain();
  await untilCovered(pool);
  await untilProven(pool);
  await untilQuiet(pool);
  const foundDamage = await fault.mend();
  return { journal: await withSession(pool, ({ query }) => readJournal(query, clients.attempts)), foundDamage };
}

/** @param load what clients ask for in the very moment of the kill is added to it */
async function killAtItsMoment(
  pool: CrashPool,
  clients: Clients,
  { victim, step, afterMs, untilKillMs }: Round,
  load: Promise<void>[],
): Promise<void> {
  const kill = async (): Promise<boolean> => {
    for (let i = 0; i < CLIENTS_AT_KILL; i++) {
      const client = clients.ask(1);
      client.catch(() => undefined);
      load.push(client);
    }
    await pause(untilKillMs);
    return pool.kill(victim);
  };
  if (step !== null) {
    await waitFor(`somebody to be at "${step}"`, () => pool.isStanding());
    await kill();
    return;
  }
  const atRandom = async (delayMs: number): Promise<boolean> => {
    if (victim === 'backup') await waitFor('a backup process', () => pool.worker());
    if (victim === 'proof server') await waitFor('a proof server', () => pool.proofServer());
    await pause(delayMs);
    return kill();
  };
  // A backup may end before its time has come: the next one then.
  for (let delayMs = afterMs; !(await atRandom(delayMs)); delayMs /= 2) await clients.askForCertain();
}

async function judge(pool: CrashPool, watcher: Watcher, journal: Journal): Promise<void> {
  mustBeSound(journal);
  mustBeNone('left behind', await findLitter(pool));
  mustBeNone('seen among the backups', [...watcher.offences]);
  await readAll(pool);
}

function mustBeSound({ lost, doubled, gaps }: Journal): void {
  mustBeNone('lost', lost);
  mustBeNone('doubled', doubled);
  mustBeNone('wrong in the numbers', gaps);
}

function mustBeNone(what: string, found: readonly string[]): void {
  if (found.length > 0) throw new Error(`${what}: ${found.join(', ')}`);
}
