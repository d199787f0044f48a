import type { Query } from './connection/query';
import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { isCluster } from './connection/galera';
import { patientCopy } from './data-source';
import { DatabaseUnavailableError } from './connection/errors';
import { BEAT_MS, Lease } from './cluster/lease';

const LOCK_WAIT_SECONDS = 60;
const IN_USE = `Another process has been migrating the database for ${LOCK_WAIT_SECONDS} seconds: try again when it is done.`;

/**
 * Runs the pending migrations, one process at a time: TypeORM takes no lock of its own.
 * @returns the names of those that ran
 * @throws DatabaseUnavailableError where another process holds the migrations for more than a minute
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const patient = await patientCopy(dataSource).initialize();
  try {
    return await migrateAlone(patient);
  } finally {
    await patient.destroy();
  }
}

async function migrateAlone(dataSource: DataSource): Promise<string[]> {
  const lock = `motorpool.migrate.${createHash('sha256').update(String(dataSource.options.database)).digest('hex').slice(0, 32)}`;
  const runner = dataSource.createQueryRunner();
  try {
    const query: Query = (sql, parameters = []) => runner.query(sql, [...parameters]) as ReturnType<Query>;
    const release = (await isCluster(query)) ? await holdLease(query, lock) : await holdNamedLock(query, lock);
    try {
      const ran = await dataSource.runMigrations();
      return ran.map(({ name }) => name);
    } finally {
      await release();
    }
  } finally {
    await runner.release();
  }
}

async function holdNamedLock(query: Query, name: string): Promise<() => Promise<unknown>> {
  const [row] = await query('SELECT GET_LOCK(?, ?) AS held', [name, LOCK_WAIT_SECONDS]);
  if (Number(row?.held) !== 1) throw new DatabaseUnavailableError(IN_USE);
  return () => query('SELECT RELEASE_LOCK(?)', [name]);
}

/** A half-changed table is worse than a process that waits, so the holder of this lock never gives up. */
async function holdLease(query: Query, name: string): Promise<() => Promise<unknown>> {
  let isTooLate = false;
  const timer = setTimeout(() => (isTooLate = true), LOCK_WAIT_SECONDS * 1000);
  const lease = await Lease.take((sql, parameters) => {
    if (isTooLate) throw new DatabaseUnavailableError(IN_USE);
    return query(sql, parameters);
  }, name).finally(() => {
    clearTimeout(timer);
  });
  let beat: Promise<unknown> = Promise.resolve();
  const heartbeat = setInterval(() => {
    beat = beat.then(() => lease.beat()).catch(() => undefined);
  }, BEAT_MS);
  return async () => {
    clearInterval(heartbeat);
    await beat;
    await lease.giveBack();
  };
}
