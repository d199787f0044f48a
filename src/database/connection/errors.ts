/** The database cannot be had. The message is one sentence for people: what is wrong and what to do. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
}

/** What a caught error says, for a sentence that goes on after it. */
export function reasonOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return (typeof message === 'string' ? message : String(error)).replace(/\.$/, '');
}

/** The code of a caught error of the operating system or of the database driver, such as `ENOENT`; or ''. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** The account may not use that database, or not do that to it. */
export const ER_DB_ACCESS_DENIED = 1044;
/** There is no such table. */
export const ER_NO_SUCH_TABLE = 1146;
/** There is no such database. */
export const ER_BAD_DB = 1049;

/** From here on, numbers are the server's own; below, the operating system's. */
const FIRST_SERVER_ERROR = 1000;

/** The number of a database server's error, also where TypeORM wrapped it; undefined for any other error. */
export function sqlErrno(error: unknown): number | undefined {
  const { driverError, errno } = (error ?? {}) as { driverError?: { errno?: unknown }; errno?: unknown };
  const number = driverError?.errno ?? errno;
  return typeof number === 'number' && number >= FIRST_SERVER_ERROR ? number : undefined;
}

/** For `catch`: what stands in the place of rows of a table that is not there, as in an older schema. */
export function withoutTable<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (sqlErrno(error) !== ER_NO_SUCH_TABLE) throw error;
    return instead;
  };
}
