import 'reflect-metadata';
import type { DatabaseAddress } from '../database/address';
import { createDataSource } from '../database/data-source';
import { migrate } from '../database/migrate';
import { migrations } from '../database/migrations';

/** The names of this program's migrations, in their order. */
export const knownSchemas: readonly string[] = migrations.map(({ name }) => name);

/** Runs the pending migrations on a restored copy; returns their names. */
export async function migrateRestored(address: DatabaseAddress): Promise<string[]> {
  const dataSource = await createDataSource(address).initialize();
  try {
    return await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
