import type { DataSource } from 'typeorm';

/** A database that hangs must not delay the end of the process. The server rolls back open transactions. */
const CLOSE_LIMIT_MS = 5_000;

/** Closes all connections, or leaves them to the end of the process if the database does not close them in time. */
export async function closeDataSource(dataSource: DataSource, limitMs = CLOSE_LIMIT_MS): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([dataSource.destroy(), limit]).finally(() => {
    clearTimeout(timer);
  });
}
