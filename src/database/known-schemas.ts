import 'reflect-metadata';
import type { DatabaseAddress } from './connection/address';
import { createDataSource } from './data-source';
import { migrate } from './migrate';
import { migrations } from './migrations';

/** The names of all migrations that this program knows, in order: a backup with a later one is of a newer program. */
export const knownSchemas: readonly string[] = migrations.map(({ name }) => name);

/** Runs the pending migrations of that database. @returns their names, in order */
export async function migrateDatabase(address: DatabaseAddress): Promise<string[]> {
  const dataSource = await createDataSource(address).initialize();
  try {
    return await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
