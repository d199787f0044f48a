import type { ChangeMark, Ledger } from '../core/ledger';
import { sqlTokens } from '../core/sql-tokens';
import type { LoggedTransaction } from './decode/transaction';

type Mark = Omit<ChangeMark, 'uid'> & { uid: string };

/** The first and the last of the operations, or changes, that a transaction holds. */
export interface Marks {
  first: Mark;
  last: Mark;
}

/** A transaction with what it holds of the ledger; null: nothing. */
export interface MarkedTransaction extends LoggedTransaction {
  operations: Marks | null;
  changes: Marks | null;
}

interface Table {
  readonly table: string;
  readonly number: string;
  readonly uid: string;
  readonly hash?: string;
}

/** Reads out of a transaction's own statements which operations and changes it holds. */
export function markTransaction(
  transaction: LoggedTransaction,
  { journalTable, changesTable = journalTable }: Pick<Ledger, 'journalTable' | 'changesTable'>,
): MarkedTransaction {
  return {
    ...transaction,
    operations: marksIn(transaction, journalTable),
    changes: marksIn(transaction, changesTable),
  };
}

function marksIn({ statements, tables }: LoggedTransaction, table: Table): Marks | null {
  if (!tables.includes(table.table)) return null;
  const found = statements.flatMap((statement) => marksOf(statement, table));
  found.sort((a, b) => a.number - b.number);
  const [first] = found;
  const last = found.at(-1);
  return first === undefined || last === undefined ? null : { first, last };
}

/** Of `INSERT INTO table (names) VALUES (values), (values)`; none of every other statement. */
function marksOf(statement: string, { table, number, uid, hash }: Table): Mark[] {
  if (!statement.startsWith(`INSERT INTO \`${table}\` `)) return [];
  const [names = [], ...rows] = listsIn(statement);
  return rows.flatMap((values) => {
    const of = (name: string | undefined): string | undefined => values[names.indexOf(name ?? '')];
    const told = { number: Number(of(number)), uid: of(uid) };
    if (names.length !== values.length || told.uid === undefined || !Number.isInteger(told.number)) return [];
    const link = of(hash);
    return { number: told.number, uid: told.uid, ...(link === undefined ? {} : { hash: link }) };
  });
}

/** The lists in parentheses, each as the last words of its items: of what stands before a text, nothing is wanted. */
function listsIn(statement: string): string[][] {
  const lists: string[][] = [];
  let depth = 0;
  for (const { kind, value } of sqlTokens(statement)) {
    const list = lists.at(-1);
    if (kind === 'sign' && value === '(') {
      depth += 1;
      if (depth === 1) lists.push(['']);
    } else if (kind === 'sign' && value === ')') depth -= 1;
    else if (kind === 'sign' && value === ',' && depth === 1) list?.push('');
    else if (kind !== 'sign' && depth > 0) list?.splice(-1, 1, value);
  }
  return lists;
}
