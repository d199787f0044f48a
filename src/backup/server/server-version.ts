import type { ClientFamily } from '../client/option-file';
import type { Query } from '../../database/connection/query';

export interface DatabaseServer {
  family: ClientFamily;
  /** As the server tells it: "10.11.19-MariaDB-0+deb12u1". */
  version: string;
}

export async function readServer(query: Query): Promise<DatabaseServer> {
  const [row] = await query('SELECT VERSION() AS version');
  const version = typeof row?.version === 'string' ? row.version : 'unknown';
  return { version, family: version.includes('MariaDB') ? 'mariadb' : 'mysql' };
}
