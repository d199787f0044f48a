import { BEAT_MS, GIVE_UP_MS, isLeaseHeld, Lease } from '../../database/cluster/lease';
import { isCluster } from '../../database/connection/galera';
import type { Query } from '../../database/connection/query';

/** A held lock: GET_LOCK, or a row of a lease on Galera. */
export interface HeldLock {
  /** How often to say that its holder lives. */
  beatMs: number;
  /** A holder without proof for this long must take it for lost. */
  giveUpMs: number;
  /** Says so, and asks whether it is still held. */
  prove(): Promise<boolean>;
  /** @param query asks another server of the cluster, where the own one is gone */
  giveBack(query?: Query): Promise<void>;
}

/** One wait for the lock. Short, because a waiter that is killed leaves its wait behind until it ends. */
const WAIT_SECONDS = 5;
const NAMED_BEAT_MS = 20_000;

/** Waits for its turn, however long that is. On a cluster it holds for all nodes, elsewhere for the server. */
export async function takeLock(query: Query, name: string, onWait?: () => void): Promise<HeldLock> {
  return (await isCluster(query)) ? takeLease(query, name, onWait) : takeNamedLock(query, name, onWait);
}

/** Whether anybody holds it. */
export async function isLockHeld(query: Query, name: string): Promise<boolean> {
  if (await isCluster(query)) return isLeaseHeld(query, name);
  const [row] = await query('SELECT IS_USED_LOCK(?) IS NOT NULL AS held', [name]);
  return Number(row?.held) === 1;
}

async function takeLease(query: Query, name: string, onWait?: () => void): Promise<HeldLock> {
  const lease = await Lease.take(query, name, onWait);
  return {
    beatMs: BEAT_MS,
    giveUpMs: GIVE_UP_MS,
    prove: () => lease.beat(),
    giveBack: (other) => lease.giveBack(other),
  };
}

/** The database server holds it for a connection, so that it goes with its holder, however that one ends. */
async function takeNamedLock(query: Query, name: string, onWait?: () => void): Promise<HeldLock> {
  for (let seconds = 0; ; seconds = WAIT_SECONDS) {
    const [row] = await query('SELECT GET_LOCK(?, ?) AS held', [name, seconds]);
    if (row?.held === null) throw new Error('the server gave up waiting for it');
    if (Number(row?.held) === 1) break;
    if (seconds === 0) onWait?.();
  }
  return {
    beatMs: NAMED_BEAT_MS,
    giveUpMs: 2 * NAMED_BEAT_MS,
    prove: async () => {
      const [row] = await query('SELECT IS_USED_LOCK(?) = CONNECTION_ID() AS held', [name]);
      return Number(row?.held) === 1;
    },
    giveBack: async () => {
      await query('SELECT RELEASE_LOCK(?)', [name]);
    },
  };
}
