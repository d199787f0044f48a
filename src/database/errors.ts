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
