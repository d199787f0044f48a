import { readdirSync } from 'node:fs';
import path from 'node:path';
import { coverage, type Coverage } from '../../../src/backup/files/coverage';
import { listLabelled } from '../../../src/backup/files/proofs';
import { readChain, storedBeyond, type Chain } from '../../../src/backup/segments/chain';
import { readFollowState } from '../../../src/backup/segments/follow-state';
import { type Child, startScript } from '../../support/child';
import { type Bench, openBench, testLedger, waitFor } from '../support';
import type { FollowInput } from './follow-process';

/** What all of these need of a bench. */
type Place = Pick<Bench, 'settings' | 'database'>;

/** A database and folders as everywhere, with BACKUP_MODE=log. */
export function openLogBench(): Promise<Bench> {
  return openBench({ verify: 'checksum', mode: 'log', logAlone: true });
}

export function startFollower({ settings, database: { address } }: Place, isPool = false): Child {
  return startScript(path.join(__dirname, 'follow-process.ts'), { settings, address, isPool } satisfies FollowInput);
}

/** What backups and segments hold of the live database. */
export async function coverageOf({ settings, database }: Place): Promise<Coverage> {
  const backups = await listLabelled(settings);
  return coverage(backups, testLedger, database.query, await storedBeyond(settings, backups));
}

/** Waits until that operation is stored. */
export async function stored(bench: Place, number: number): Promise<void> {
  await waitFor(`operation ${number} in a segment`, async () => (await coverageOf(bench)).coveredThrough >= number);
}

/** Waits until the log is followed and nothing is in the way. */
export async function followed({ settings }: Place): Promise<void> {
  await waitFor('the following of the log', async () => {
    const told = await readFollowState(settings);
    return told?.state === 'following' && told.problem === null;
  });
}

/** The chain of the newest base, or of the one that has segments. */
export async function chainOf({ settings }: Place): Promise<Chain> {
  const chains: Chain[] = [];
  for (const base of await listLabelled(settings)) {
    const chain = await readChain(settings, base);
    if (chain !== null) chains.push(chain);
  }
  const found = chains.find(({ segments }) => segments.length > 0) ?? chains[0];
  if (found === undefined) throw new Error('there is no base');
  return found;
}

export function segmentFiles({ settings }: Place): string[] {
  return readdirSync(settings.logDirectory).sort();
}
