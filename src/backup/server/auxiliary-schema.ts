import { createHash, randomBytes } from 'node:crypto';
import { isCluster } from '../../database/connection/galera';
import { BackupError } from '../core/errors';
import type { Query } from '../../database/connection/query';

/**
 * Databases of ours beside the live one. `scratch`: for a test restore. `restore`: being filled, to take the live one's
 * place. `replaced`: what was live, until a backup surely holds it. `discarded`: what was live and need not be kept.
 */
export const OWN_SCHEMAS = ['scratch', 'restore', 'replaced', 'discarded'] as const;
type OwnSchema = (typeof OWN_SCHEMAS)[number];

const MAX_NAME_LENGTH = 64;
const RANDOM_DIGITS = 12;

/** A name that nobody else takes. */
export function ownSchemaName(database: string, kind: OwnSchema): string {
  return `${ownSchemaPrefix(database, kind)}${randomBytes(RANDOM_DIGITS / 2).toString('hex')}`;
}

/** What the names of that database's schemas of one kind begin with; 12 hexadecimal digits follow. */
export function ownSchemaPrefix(database: string, kind: OwnSchema): string {
  const infix = `_${kind}_`;
  const room = MAX_NAME_LENGTH - infix.length - RANDOM_DIGITS;
  if (database.length <= room) return `${database}${infix}`;
  // Cut names need a hash: two long names that begin alike must not share their schemas.
  const hash = createHash('sha256').update(database).digest('hex').slice(0, 8);
  return `${database.slice(0, room - 9)}_${hash}${infix}`;
}

/** Whether that is the name of such a schema. */
function isOwnSchema(name: string, database: string, kind: OwnSchema): boolean {
  const prefix = ownSchemaPrefix(database, kind);
  // Where names of databases are kept in lower case, the server tells ours so.
  const matches = name.startsWith(prefix) || name.startsWith(prefix.toLowerCase());
  return matches && new RegExp(`^[0-9a-f]{${RANDOM_DIGITS}}$`).test(name.slice(prefix.length));
}

/** The names of that database's schemas of these kinds that exist now. */
export async function findOwnSchemas(query: Query, database: string, kinds: readonly OwnSchema[]): Promise<string[]> {
  const rows = await query('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
  const names = rows.map(({ name }) => String(name));
  return names.filter((name) => kinds.some((kind) => isOwnSchema(name, database, kind)));
}

/**
 * Makes a schema with the character set of another.
 * @throws what the server says where it may not be made; BackupError where the other does not exist
 */
export async function createSchemaLike(query: Query, like: string, name: string): Promise<void> {
  const [model] = await query(
    'SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation ' +
      'FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
    [like],
  );
  const characters = [model?.charset, model?.collation].map(String);
  if (model === undefined || characters.some((word) => !/^\w+$/.test(word))) {
    throw new BackupError(`The database ${like} does not exist.`);
  }
  await query(`CREATE DATABASE ?? CHARACTER SET ${characters.join(' COLLATE ')}`, [name]);
}

const LEAVE_BINARY_LOG = 'SET SESSION sql_log_bin = 0';

/**
 * Keeps what this session writes out of the server's binary log, where the account may.
 * @returns the statement that did it, for sessions of the same kind; null where the account may not
 */
export function leaveBinaryLog(query: Query): Promise<string | null> {
  return trying(query, LEAVE_BINARY_LOG);
}

/**
 * Keeps what this session writes on the one server, where the account may: a test restore would fill the binary log
 * with a copy of the database, which followers would then replay, and on a cluster every node would have to make it.
 * @returns the statement that did it, for sessions of the same kind; null where the account may not
 */
export async function stayOnThisServer(query: Query): Promise<string | null> {
  return trying(query, (await isCluster(query)) ? `${LEAVE_BINARY_LOG}, wsrep_on = OFF` : LEAVE_BINARY_LOG);
}

async function trying(query: Query, statement: string): Promise<string | null> {
  try {
    await query(statement);
    return statement;
  } catch {
    return null;
  }
}
