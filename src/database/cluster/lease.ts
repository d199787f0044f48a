import type { Query } from '../connection/query';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ER_NO_SUCH_TABLE, sqlErrno } from '../connection/errors';
import { LEASES, makeOwnTable } from '../connection/own-tables';

/** A holder that lives says so this often. */
export const BEAT_MS = 2_000;
/** A holder that could not say so for this long must stop: soon others may take its place. */
export const GIVE_UP_MS = 12_000;
/** A lease whose holder said nothing for this long is anybody's. */
const SILENCE_MS = 20_000;
/** Two looks further apart than this prove nothing: this process was stopped itself, as all are during an ALTER TABLE. */
const PROMPT_MS = 3_000;
const PAUSE_MS = 250;

/** A row that lost the race to another node's: nothing has happened. */
const CONFLICTS: ReadonlySet<unknown> = new Set([1205, 1213]);

const TABLE = `CREATE TABLE IF NOT EXISTS ${LEASES} (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  holder CHAR(36) NOT NULL,
  node VARCHAR(64) NOT NULL,
  session BIGINT UNSIGNED NOT NULL,
  beats BIGINT UNSIGNED NOT NULL,
  beatAt DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`;

interface Row {
  holder: string;
  node: string;
  beats: unknown;
}

/**
 * A lock that every node of a Galera cluster knows: a row with its holder's name, which the holder must renew. No clocks
 * are compared: a process may take a lease once it has seen it unchanged for long enough. If several take it at once,
 * the cluster lets one commit. Beside it, a holder holds the lock of that name of its own node, which
 * goes with its connection: a process that gets it knows at once that no holder on this node is alive.
 */
export class Lease {
  private constructor(
    private readonly query: Query,
    private readonly name: string,
    private readonly holder: string,
    private readonly node: string,
  ) {}

  /** Waits for its turn; `onWait` is called once where the lease is held. Ends when `query`, on one connection, fails. */
  static async take(query: Query, name: string, onWait?: () => void): Promise<Lease> {
    await makeOwnTable(query, LEASES, TABLE);
    const lease = new Lease(query, name, randomUUID(), await nodeOf(query));
    const silence = new Silence();
    for (let waits = 0; !(await lease.tryToTake(silence)); waits++) {
      if (waits === 0) onWait?.();
      await sleep(PAUSE_MS * (0.5 + Math.random()));
    }
    return lease;
  }

  /** Says that its holder lives. @returns whether it is still the holder */
  async beat(): Promise<boolean> {
    await this.unlessInTheWay(
      `UPDATE ${LEASES} SET beats = beats + 1, beatAt = UTC_TIMESTAMP(3) WHERE name = ? AND holder = ?`,
      [this.name, this.holder],
    );
    return this.isHeld();
  }

  /** @param query asks another node, where the own one is gone */
  async giveBack(query = this.query): Promise<void> {
    await query(`UPDATE ${LEASES} SET holder = '', beats = beats + 1 WHERE name = ? AND holder = ?`, [
      this.name,
      this.holder,
    ]);
    if (query === this.query) await query('SELECT RELEASE_LOCK(?)', [this.name]);
  }

  private async tryToTake(silence: Silence): Promise<boolean> {
    const [lock] = await this.query('SELECT GET_LOCK(?, 0) AS got', [this.name]);
    if (Number(lock?.got) !== 1) return false;
    const [found] = await this.query(`SELECT holder, node, beats FROM ${LEASES} WHERE name = ?`, [this.name]);
    const row = found as Row | undefined;
    const isFree =
      row === undefined ||
      row.holder === '' ||
      row.node === this.node ||
      silence.lastsAt(`${row.holder} ${String(row.beats)}`);
    if (isFree && (await this.replace(row))) return true;
    await this.query('SELECT RELEASE_LOCK(?)', [this.name]);
    return false;
  }

  private async replace(row: Row | undefined): Promise<boolean> {
    const { name, holder, node } = this;
    if (row === undefined) {
      await this.unlessInTheWay(`INSERT IGNORE INTO ${LEASES} VALUES (?, ?, ?, CONNECTION_ID(), 0, UTC_TIMESTAMP(3))`, [
        name,
        holder,
        node,
      ]);
    } else {
      await this.unlessInTheWay(
        `UPDATE ${LEASES} SET holder = ?, node = ?, session = CONNECTION_ID(), beats = beats + 1, beatAt = UTC_TIMESTAMP(3)
         WHERE name = ? AND holder = ? AND beats = ?`,
        [holder, node, name, row.holder, row.beats],
      );
    }
    return this.isHeld();
  }

  private async isHeld(): Promise<boolean> {
    const [row] = await this.query(`SELECT holder FROM ${LEASES} WHERE name = ?`, [this.name]);
    return row?.holder === this.holder;
  }

  private async unlessInTheWay(sql: string, parameters: readonly unknown[]): Promise<void> {
    try {
      await this.query(sql, parameters);
    } catch (error) {
      if (!CONFLICTS.has(sqlErrno(error) ?? 0)) throw error;
    }
  }
}

/** Whether somebody who lives holds that lease: at another node, as far as the nodes' clocks agree. */
export async function isLeaseHeld(query: Query, name: string): Promise<boolean> {
  try {
    const [row] = await query(
      `SELECT IF(node = ?, IS_USED_LOCK(name) <=> session, beatAt > UTC_TIMESTAMP(3) - INTERVAL ? SECOND) AS held
       FROM ${LEASES} WHERE name = ? AND holder <> ''`,
      [await nodeOf(query), SILENCE_MS / 1000, name],
    );
    return Number(row?.held ?? 0) === 1;
  } catch (error) {
    if (sqlErrno(error) !== ER_NO_SUCH_TABLE) throw error;
    return false;
  }
}

/** The name that a node has from its start to its end. */
async function nodeOf(query: Query): Promise<string> {
  const [row] = await query("SHOW STATUS LIKE 'wsrep_gcomm_uuid'");
  return String(row?.Value);
}

/** How long a lease has been the same, by looks that follow each other promptly. */
class Silence {
  private state = '';
  private since = 0;
  private last = 0;

  lastsAt(state: string): boolean {
    const now = performance.now();
    if (state !== this.state || now - this.last > PROMPT_MS) {
      this.state = state;
      this.since = now;
    }
    this.last = now;
    return now - this.since > SILENCE_MS;
  }
}
