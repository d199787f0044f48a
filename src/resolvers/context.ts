import type { BackupDesk } from '../backup/desk';
import type { User } from '../entities/user';
import type { Services } from '../services';
import type { Refusal } from '../services/errors';
import type { AuditEntry } from './audit-trail';
import type { Loaders } from './loaders';

/** What every resolver is handed for one request. */
export interface Context {
  /** The account that asks, or why there is none. */
  viewer: User | Refusal;
  /** The client's network address. */
  address: string;
  services: Services;
  backups: BackupDesk;
  loaders: Loaders;
  /** Writes to the audit trail, with this request's id and address. */
  audit: (entry: AuditEntry) => void;
}

/** For fields whose rule in access.ts lets only signed-in accounts through. */
export function viewerOf({ viewer }: Context): User {
  if (viewer instanceof Error) throw viewer;
  return viewer;
}
