import { open } from 'node:fs/promises';
import type { Backup } from '../files/catalogue';
import type { Query } from '../../database/connection/query';
import { readServer } from '../server/server-version';

/** A place in a server's binary log: right after an event. */
export interface LogPlace {
  log: string;
  position: number;
}

/** Where in the binary log of its server a dump's moment lies. */
interface SnapshotPlace extends LogPlace {
  /** What a MariaDB server had written by then, in its own terms: tells another server's log of the same name. */
  gtid: string | null;
}

const HEAD_BYTES = 8 * 1024;
const TAIL_BYTES = 8 * 1024;
/** As mariadb-dump and older mysqldumps say it, and newer ones. */
const PLACE =
  /^-- CHANGE (?:MASTER|REPLICATION SOURCE) TO (?:MASTER|SOURCE)_LOG_FILE='([^']+)', (?:MASTER|SOURCE)_LOG_POS=(\d+);$/m;

/** Reads the place out of the dump's own comments; null where its server gave none. */
export async function snapshotPlace({ path, sqlBytes }: Backup): Promise<SnapshotPlace | null> {
  const handle = await open(path, 'r');
  try {
    const head = Buffer.alloc(Math.min(HEAD_BYTES, sqlBytes));
    await handle.read(head, 0, head.length, 0);
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, sqlBytes));
    await handle.read(tail, 0, tail.length, sqlBytes - tail.length);
    const place = PLACE.exec(head.toString());
    if (place === null) return null;
    const gtid = [...tail.toString().matchAll(/^-- SET GLOBAL gtid_slave_pos='([^']*)';$/gm)].at(-1)?.[1] ?? null;
    return { log: place[1] ?? '', position: Number(place[2]), gtid };
  } finally {
    await handle.close();
  }
}

/** Whether the server that `query` asks still has its binary log from that very place on. */
export async function isInBinaryLog(query: Query, place: SnapshotPlace): Promise<boolean> {
  const { family } = await readServer(query);
  try {
    if (family === 'mariadb') {
      const [row] = await query('SELECT BINLOG_GTID_POS(?, ?) AS gtid', [place.log, place.position]);
      // A server answers NULL for a log that it does not have.
      return place.gtid !== null && row?.gtid === place.gtid;
    }
    // MySQL refuses a place that is not the end of an event. Whether what follows fits the backup, its operations tell.
    await query(`SHOW BINLOG EVENTS IN ? FROM ${place.position} LIMIT 1`, [place.log]);
    return true;
  } catch {
    return false;
  }
}

/** Compares two places of one server's log: negative where the first comes first. */
export function comparePlaces(a: LogPlace, b: LogPlace): number {
  return numberOf(a.log) - numberOf(b.log) || a.position - b.position;
}

function numberOf(log: string): number {
  return Number(/\.(\d+)$/.exec(log)?.[1] ?? 0);
}
