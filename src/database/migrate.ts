import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { patientCopy } from './data-source';
import { DatabaseUnavailableError } from './errors';

const LOCK_WAIT_SECONDS = 60;

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
    const [row] = (await runner.query('SELECT GET_LOCK(?, ?) AS held', [lock, LOCK_WAIT_SECONDS])) as {
      held: unknown;
    }[];
    if (Number(row?.held) !== 1) {
      throw new DatabaseUnavailableError(
        `Another process has been migrating the database for ${LOCK_WAIT_SECONDS} seconds: try again when it is done.`,
      );
    }
    try {
      const ran = await dataSource.runMigrations();
      return ran.map(({ name }) => name);
    } finally {
      await runner.query('SELECT RELEASE_LOCK(?)', [lock]);
    }
  } finally {
    await runner.release();
  }
}
