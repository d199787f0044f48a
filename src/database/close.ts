import type { DataSource } from 'typeorm';

/** A database that hangs must not hold up the end of the process; what it was asked is rolled back by it. */
const CLOSE_LIMIT_MS = 5_000;

/** Closes all connections, or leaves them to the end of the process where the database does not let go of them. */
export async function closeDataSource(dataSource: DataSource, limitMs = CLOSE_LIMIT_MS): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([dataSource.destroy(), limit]).finally(() => {
    clearTimeout(timer);
  });
}
