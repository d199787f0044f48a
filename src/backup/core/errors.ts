/** For backups alone: what rotation would remove may be what a restore needs. */
export const OR_KEEP_FEWER = ', or set BACKUP_KEEP lower';

/** A backup could not be made or judged. The message is one sentence for people: what, why and, where known, the remedy. */
export class BackupError extends Error {
  override readonly name = 'BackupError';

  /** Any error as a `BackupError`; `doing` says what was being done when it struck: "The dump could not be written". */
  static from(error: unknown, doing: string): BackupError {
    if (error instanceof BackupError) return error;
    return new BackupError(`${doing}: ${reasonOf(error)}.`, { cause: error });
  }

  /** @param lock what it guards: "backups" */
  static lockLost(reason: string, lock: string): BackupError {
    return new BackupError(`The lock on ${lock} was lost (${reason}).`, { cause: reason });
  }

  static programMissing(names: readonly string[], purpose: string, debianPackage: string): BackupError {
    return new BackupError(
      `The program ${names.join(' or ')}, which ${purpose}, is not installed: install the package ${debianPackage}.`,
    );
  }

  static diskFull(directory: string): BackupError {
    return new BackupError(`The disk that holds ${directory} is full: free some space there${OR_KEEP_FEWER}.`);
  }

  static notEnoughRoom(directory: string, neededBytes: number, freeBytes: number): BackupError {
    return new BackupError(
      `The disk that holds ${directory} cannot take a backup: about ${humanSize(neededBytes)} are needed and ` +
        `${humanSize(freeBytes)} are free; free some space there${OR_KEEP_FEWER}.`,
    );
  }

  static differentFileSystems(directory: string, workDirectory: string): BackupError {
    return new BackupError(
      `${directory} and ${workDirectory} lie on different file systems, and a backup could not be published whole ` +
        `across them: mount the folder above both instead.`,
    );
  }
}

/** A judgement: the file was looked at, and is not what it must be. */
export class UnsoundBackup extends BackupError {}

/** Somebody asked the process to end. */
export class BackupStopped extends BackupError {
  constructor(what = 'The backup') {
    super(`${what} was stopped before it was done; the next one makes up for it.`);
  }
}

/** The shortest true account of an error: for system errors in words, else its message on one line. */
export function reasonOf(error: unknown): string {
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : SYSTEM_ERRORS[code];
  if (words !== undefined) return path === undefined ? words : `${words} (${path})`;
  const text = error instanceof Error ? error.message || (code ?? error.name) : String(error);
  return text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EIO: 'the disk reports an error',
  EMFILE: 'too many open files',
};

/** Whether a write failed because nothing more fits. */
export function isDiskFull(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** "4.1 KiB", "5.0 MiB". */
export function humanSize(bytes: number): string {
  const unit = SIZE_UNITS.find(({ size }) => bytes >= size) ?? SIZE_UNITS[2];
  return `${(bytes / unit.size).toFixed(1)} ${unit.name}`;
}

const SIZE_UNITS = [
  { size: 2 ** 30, name: 'GiB' },
  { size: 2 ** 20, name: 'MiB' },
  { size: 2 ** 10, name: 'KiB' },
] as const;
