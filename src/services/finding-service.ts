import type { DataSource } from 'typeorm';
import { withoutTable } from '../database/connection/errors';
import type { Query } from '../database/connection/query';
import { type Acknowledgement, type Finding, findingId } from '../values/finding';
import { checkLedger as checkBooks } from './ledger-check';
import { type Author, changeRows } from './changes';
import { notFound } from './errors';
import { requiredLine } from './input';
import { tryChangeAgain } from './retry';

/** What columns hold, in characters. */
const MAX_REASON = 500;
const MAX_ACTOR = 320;

/** What was acknowledged, the newest first; none where an older schema has no place for it. */
export async function acknowledgedFindings(query: Query): Promise<Acknowledgement[]> {
  const all = query('SELECT id, finding, reason, actor, at FROM acknowledgements ORDER BY at DESC, id');
  const rows = await all.catch(withoutTable([]));
  return rows.map(({ id, finding, reason, actor, at }) => ({
    id: String(id),
    finding: String(finding),
    reason: String(reason),
    actor: String(actor),
    at: new Date(at as Date),
  }));
}

/** What an administrator knows of what the check of the ledger finds. */
export class FindingService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Marks a finding as known and intended. Said again, the newer reason counts.
   * @param actor as the finding's readers see it
   * @param found what was found lately; where it is not among these, the live database is checked
   * @throws Refusal BAD_USER_INPUT, NOT_FOUND, UNAUTHENTICATED, OUTCOME_UNKNOWN
   */
  async acknowledge(
    author: Author,
    { id, reason, actor }: { id: string; reason: string; actor: string },
    found: readonly Finding[],
  ): Promise<Acknowledgement> {
    const query: Query = (sql, parameters = []) => this.dataSource.query(sql, [...parameters]);
    const said = requiredLine('reason', reason, MAX_REASON);
    const isIt = (finding: Finding): boolean => finding.id === id;
    const known =
      found.find(isIt) ?? (await acknowledgedFindings(query)).find(isIt) ?? (await checkLedger(query)).find(isIt);
    if (known === undefined) throw notFound('finding', id);
    const row = { ...known, reason: said, actor: actor.slice(0, MAX_ACTOR), at: new Date() };
    const attempt = (): Promise<Acknowledgement> =>
      changeRows(this.dataSource, author, async (ledger) => {
        await ledger.query(
          `INSERT INTO acknowledgements (id, finding, reason, actor, at) VALUES (?, ?, ?, ?, ?)
           ON DUPLICATE KEY UPDATE reason = VALUES(reason), actor = VALUES(actor), at = VALUES(at)`,
          [row.id, row.finding, row.reason, row.actor, row.at],
        );
        const after = { finding: row.finding, reason: row.reason };
        return { result: row, changed: { subject: 'finding', id: row.id, after } };
      });
    return tryChangeAgain(attempt);
  }
}

/** The books of the live database: what breaks a rule. @param query sees one moment of it */
export async function checkLedger(query: Query): Promise<Finding[]> {
  return (await checkBooks(query)).map((finding) => ({ id: findingId(finding), finding }));
}
