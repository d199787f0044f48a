import { codeOf, sqlErrno } from '../../database/connection/errors';
import type { Query } from '../../database/connection/query';
import { reasonOf } from '../core/errors';
import { contains, type Ledger } from '../core/ledger';
import type { Backup } from '../files/catalogue';
import { changeMark } from '../files/manifest';
import type { Session } from '../server/session';
import { checkCopy } from './check-copy';
import type { Verdict } from './proof';
import { isFilesFault } from './refusal';

/**
 * Judges a restored copy by the ledger's own check, and reads from it exactly what the file holds.
 * @throws what the server says where it could not be asked
 */
export async function judgeCopy(
  ledger: Ledger,
  copy: Session,
  backup: Backup,
  signal: AbortSignal,
): Promise<Omit<Verdict, 'place'>> {
  const { query } = copy;
  try {
    const lastOperation = await ledger.newestOperation(query);
    const schemaVersion = await ledger.schemaVersion(query);
    const changes = changeMark(await ledger.newestChange(query));
    const findings = await checkCopy(ledger, copy, signal);
    const { number } = backup.lastOperation;
    if (!(await contains(ledger, query, backup.lastOperation))) findings.push(`operation ${number} is missing`);
    findings.push(...(await missingChange(ledger, query, backup)));
    return { ...verdictOf(findings), lastOperation, ...changes, schemaVersion };
  } catch (error) {
    if (!(await isOfTheData(error, query))) throw error;
    const { lastOperation, schemaVersion } = backup;
    return { ...verdictOf([`it cannot be checked (${reasonOf(error)})`]), lastOperation, schemaVersion };
  }
}

async function missingChange(ledger: Ledger, query: Query, { lastChange }: Backup): Promise<string[]> {
  if (lastChange === undefined) return [];
  const isThere = (await ledger.existingChanges(query, [lastChange])).has(lastChange.uid);
  return isThere ? [] : [`change ${lastChange.number} is missing`];
}

/** Whether a check failed on what it read, and not because the server went away. */
async function isOfTheData(error: unknown, query: Query): Promise<boolean> {
  // The ledger's own word, such as that there is none, has no code; a broken connection has one.
  const mayBe = sqlErrno(error) === undefined ? codeOf(error) === '' : isFilesFault(error);
  return mayBe && query('SELECT 1').then(Boolean, () => false);
}

function verdictOf(findings: string[]): Pick<Verdict, 'state' | 'problem' | 'findings'> {
  const [first] = findings;
  if (first === undefined) return { state: 'PROVEN', problem: null, findings };
  return { state: 'UNSOUND', problem: `The ledger in the backup is not sound: ${reasonOf(first)}.`, findings };
}
