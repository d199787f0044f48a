import { openSession } from '../backup/server/session';
import type { DatabaseAddress } from '../database/connection/address';
import { acknowledgedFindings } from '../services/finding-service';
import type { Acknowledgement } from '../values/finding';

/** The findings that somebody has acknowledged, as that database tells now. */
export async function acknowledgedAt(address: DatabaseAddress): Promise<Acknowledgement[]> {
  const session = await openSession(address);
  try {
    return await acknowledgedFindings(session.query);
  } finally {
    session.close();
  }
}
