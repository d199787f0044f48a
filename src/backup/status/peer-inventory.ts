import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { ER_NO_SUCH_TABLE, sqlErrno } from '../../database/connection/errors';
import { makeOwnTable, REPORTS } from '../../database/connection/own-tables';
import { asJudged, label, labelOf, type LabelledBackup } from '../files/proofs';
import { backupNames, listBackups, stateOfFolder } from '../files/catalogue';
import { lastChange, TRIGGERS } from '../files/manifest';
import type { Query } from '../../database/connection/query';

/** The name of this machine, by which people know where a file lies. */
export const THIS_HOST = hostname();

const TABLE = `CREATE TABLE IF NOT EXISTS ${REPORTS} (
  server CHAR(64) NOT NULL PRIMARY KEY,
  host VARCHAR(255) NOT NULL,
  files MEDIUMTEXT NOT NULL,
  toldAt DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`;
/** Even where nothing changed. */
const TELL_AGAIN_MS = 3_600_000;
/** A server that has said nothing for so long is gone, and its disk with it. */
const FORGET_DAYS = 30;

const file = z.object({
  filename: z.string(),
  path: z.string(),
  createdAt: z.coerce.date(),
  sizeBytes: z.number(),
  sha256: z.string(),
  trigger: z.enum(TRIGGERS),
  lastOperation: z.object({ number: z.number(), uid: z.string().nullable() }),
  lastChange: lastChange.optional(),
  verifiedAt: z.coerce.date().nullable(),
  durationMs: z.number(),
  /** A server of an earlier version tells none. */
  proof: z.enum(['UNPROVEN', 'PROVEN', 'UNSOUND', 'DAMAGED']).default('UNPROVEN'),
});

/** A backup on another server's disk, as that one last told of it. */
type ReportedBackup = z.output<typeof file> & { host: string };

/** Tells the other servers on the database which files lie here. Coverage never counts what others say of themselves. */
export class Reporter {
  private told = '';
  private toldAt = -Infinity;

  constructor(
    private readonly query: Query,
    private readonly directory: string,
    private readonly proofDirectory: string,
  ) {}

  /** Tells where there is something new to tell. */
  async tell(): Promise<void> {
    const names = (await backupNames(this.directory)).sort().join();
    const state = `${names} ${await stateOfFolder(this.proofDirectory)}`;
    if (state === this.told && performance.now() - this.toldAt < TELL_AGAIN_MS) return;
    const backups = await label(this.proofDirectory, await listBackups(this.directory));
    const files = JSON.stringify(backups.map(fieldsOf));
    await makeOwnTable(this.query, REPORTS, TABLE);
    await this.query(
      `INSERT INTO ${REPORTS} (server, host, files, toldAt) VALUES (?, ?, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE files = VALUES(files), toldAt = VALUES(toldAt)`,
      [serverOf(this.directory), THIS_HOST, files],
    );
    await this.query(`DELETE FROM ${REPORTS} WHERE toldAt < UTC_TIMESTAMP(3) - INTERVAL ${FORGET_DAYS} DAY`);
    this.told = state;
    this.toldAt = performance.now();
  }
}

/** What the servers with other folders last told of their backups, in no order. */
export async function reportedElsewhere(query: Query, directory: string): Promise<ReportedBackup[]> {
  try {
    const rows = await query(`SELECT host, files FROM ${REPORTS} WHERE server <> ?`, [serverOf(directory)]);
    return rows.flatMap(({ host, files }) =>
      z
        .array(file)
        .parse(JSON.parse(String(files)))
        .map((each) => ({ ...each, host: String(host) })),
    );
  } catch (error) {
    // Nobody has told anything yet.
    if (sqlErrno(error) === ER_NO_SUCH_TABLE) return [];
    throw error;
  }
}

/** A folder of a machine: several processes that share it are one. */
function serverOf(directory: string): string {
  return createHash('sha256').update(`${THIS_HOST}\0${directory}`).digest('hex');
}

function fieldsOf(backup: LabelledBackup): z.output<typeof file> {
  const { filename, path, createdAt, sizeBytes, sha256, trigger, lastOperation, lastChange, verifiedAt, durationMs } =
    asJudged(backup);
  const holds = { lastOperation, ...(lastChange === undefined ? {} : { lastChange }) };
  const file = { filename, path, createdAt, sizeBytes, sha256, trigger, ...holds, verifiedAt, durationMs };
  return { ...file, proof: labelOf(backup) };
}
