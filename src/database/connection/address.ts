/** Where a database is and how to sign in to it: either over a unix socket or at one of several TCP hosts. */
export interface DatabaseAddress {
  user: string;
  password?: string;
  database: string;
  socketPath?: string;
  /** In order of preference; empty where `socketPath` is set. */
  hosts: readonly DatabaseHost[];
  tls?: { verify: boolean; ca?: string };
}

export interface DatabaseHost {
  host: string;
  port: number;
}

/** For messages and logs: names the place and the database, never the password. */
export function describeAddress(address: DatabaseAddress): string {
  const place =
    address.socketPath === undefined
      ? address.hosts.map(({ host, port }) => `${host}:${port}`).join(',')
      : `socket ${address.socketPath}`;
  return `${place}, database ${address.database}`;
}
