import type { DataSource } from 'typeorm';
import { type DatabaseLocation } from '../database/open';
import { createDataSource } from '../database/data-source';
import { migrate } from '../database/migrate';
import { workBriefly } from './brief-work';

/**
 * Does with the ledger what takes a moment, in the schema of this version, and leaves it.
 * @throws DatabaseUnavailableError, and the errors of the work
 */
export function workOnLedger<T>(location: DatabaseLocation, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  return workBriefly(location, async (address) => {
    const dataSource = await createDataSource(address).initialize();
    try {
      await migrate(dataSource);
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  });
}
