import type { Config } from '../config';
import type { DatabaseAddress } from '../database/address';
import { openDatabase } from '../database/open';
import { stopSignal } from './terminal';

/**
 * Does with the database what takes a moment, and leaves it. Who ends the process meanwhile would leave an embedded
 * server running without a user, so what was begun is finished first.
 * @throws DatabaseUnavailableError, and whatever the work throws
 */
export async function workBriefly<T>(config: Config, work: (address: DatabaseAddress) => Promise<T>): Promise<T> {
  if (config.database === null) stopSignal();
  const database = await openDatabase(config);
  try {
    return await work(database.address);
  } finally {
    await database.close();
  }
}
