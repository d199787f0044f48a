import { spawn } from 'node:child_process';
import { decodeLog, LOG_TEXT_ARGUMENTS, SEGMENT_SESSION } from '../../../../src/backup/segments/decode/decode-log';
import { readShapes } from '../../../../src/backup/segments/decode/shapes';
import type { LogEntry, LoggedTransaction, TableShapes } from '../../../../src/backup/segments/decode/transaction';
import type { DatabaseAddress } from '../../../../src/database/connection/address';
import { createTestDatabase, type TestDatabase } from '../../../support/database';
import { CLIENTS, FAMILY } from '../../../support/engine';
import { startPrivateDatabaseServer } from '../../../support/private-database-server';

interface Place {
  file: string;
  offset: number;
}

/** A database whose log is read, and another one of the same tables to which what was read is carried over. */
export interface LogBench {
  live: TestDatabase;
  copy: TestDatabase;
  /** The URL of the server, which is the test's own: its log has nobody else's events. */
  url: string;
  /** Says it to both. */
  both(...statements: readonly string[]): Promise<void>;
  here(): Promise<Place>;
  shapes(): Promise<TableShapes>;
  /** What was logged from there to now. */
  since(place: Place, shapes?: TableShapes): Promise<LogEntry[]>;
  /** What is done to live, as one or more entries. */
  logged(...statements: readonly string[]): Promise<LogEntry[]>;
  carryOver(transaction: LoggedTransaction): Promise<void>;
  /** Of every table of one of the two, by name. */
  checksums(database: TestDatabase): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export async function openLogBench(): Promise<LogBench> {
  const server = await startPrivateDatabaseServer();
  const live = await createTestDatabase(server.url);
  const copy = await createTestDatabase(server.url);
  await copy.query(SEGMENT_SESSION);
  const bench: LogBench = {
    live,
    copy,
    url: server.url,
    both: async (...statements) => {
      for (const statement of statements) for (const { query } of [live, copy]) await query(statement);
    },
    here: () => placeOf(live),
    shapes: () => readShapes(live.query),
    since: (place, shapes) => entriesSince(live, place, shapes),
    logged: async (...statements) => {
      const [from, shapes] = [await bench.here(), await bench.shapes()];
      for (const statement of statements) await live.query(statement);
      return bench.since(from, shapes);
    },
    carryOver: async ({ statements }) => {
      for (const statement of ['START TRANSACTION', ...statements, 'COMMIT']) await copy.query(statement);
    },
    checksums: checksumsOf,
    close: async () => {
      await live.drop();
      await copy.drop();
      await server.close();
    },
  };
  return bench;
}

/** Where the log of its server ends. */
export async function placeOf({ query }: TestDatabase): Promise<Place> {
  const last = (await query('SHOW BINARY LOGS')).at(-1);
  return { file: String(last?.Log_name), offset: Number(last?.File_size) };
}

/** What was logged of that database from there to now. */
export async function entriesSince(live: TestDatabase, place: Place, shapes?: TableShapes): Promise<LogEntry[]> {
  const { database } = live.address;
  const options = { database, shapes: shapes ?? (await readShapes(live.query)), family: FAMILY, startFile: place.file };
  const entries: LogEntry[] = [];
  const program = followLog(live.address, ['--to-last-log', ...startAt(place)]);
  for await (const entry of decodeLog(program.stdout, options)) entries.push(entry);
  program.kill();
  return entries;
}

export async function checksumsOf({ query }: TestDatabase): Promise<Record<string, string>> {
  const tables = await query("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'");
  const names = tables.map((row) => String(Object.values(row)[0]));
  if (names.length === 0) return {};
  const rows = await query(`CHECKSUM TABLE ${names.map(() => '??').join(', ')}`, names);
  return Object.fromEntries(names.map((name, i) => [name, String(rows[i]?.Checksum)]));
}

export const startAt = ({ file, offset }: Place): string[] => [`--start-position=${offset}`, file];

/** The official program, as it prints the server's log. */
export function followLog(
  { user, password, hosts, socketPath }: DatabaseAddress,
  args: readonly string[],
): { stdout: AsyncIterable<Buffer>; kill(): void } {
  const [host] = hosts;
  const place =
    socketPath === undefined
      ? [`--host=${host?.host}`, `--port=${host?.port}`, '--protocol=tcp']
      : [`--socket=${socketPath}`];
  const child = spawn(
    CLIENTS.log,
    ['--no-defaults', ...place, `--user=${user}`, '--read-from-remote-server', ...LOG_TEXT_ARGUMENTS[FAMILY], ...args],
    // Its clock may show another time than ours.
    { env: { ...process.env, MYSQL_PWD: password, TZ: 'Asia/Kathmandu' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return { stdout: child.stdout, kill: () => child.kill('SIGKILL') };
}

/** The transactions among those entries; fails at an obstacle. */
export function transactionsOf(entries: readonly LogEntry[]): LoggedTransaction[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'obstacle') throw new Error(entry.reason);
    return entry.kind === 'transaction' ? [entry] : [];
  });
}
