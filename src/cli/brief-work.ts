import type { DatabaseAddress } from '../database/connection/address';
import { type DatabaseLocation, openDatabase } from '../database/open';
import { stopSignal } from '../program/terminal';

/**
 * Does with the database what takes a moment, and leaves it. Who ends the process meanwhile would leave an embedded
 * server running without a user, so what was begun is finished first.
 * @throws DatabaseUnavailableError, and the errors of the work
 */
export async function workBriefly<T>(
  location: DatabaseLocation,
  work: (address: DatabaseAddress) => Promise<T>,
  { install = false } = {},
): Promise<T> {
  if (location.database === null) stopSignal();
  const database = await openDatabase(location, { install });
  try {
    return await work(database.address);
  } finally {
    await database.close();
  }
}
