import { statfs } from 'node:fs/promises';

const MIB = 2 ** 20;
/** A database server extends its files by several megabytes at once; where they are missing it waits, and answers nobody. */
const LEAST_BYTES = 16 * MIB;

/** How many bytes are free on the disk of that folder for this user. @throws where it cannot be looked at */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Whether a database server has hardly any room left there; false where that cannot be told. */
export async function isFull(folder: string): Promise<boolean> {
  return (await freeBytes(folder).catch(() => Infinity)) < LEAST_BYTES;
}

/**
 * Why nothing more fits on the disk of that folder, in one sentence without its path; null where enough is free.
 * @param name what people know the folder by
 * @param leastBytes so much must be free
 */
export async function fullDisk(folder: string, name: string, leastBytes = LEAST_BYTES): Promise<string | null> {
  const free = await freeBytes(folder);
  if (free >= leastBytes) return null;
  return (
    `The disk that holds ${name} is full: ${(free / MIB).toFixed(1)} MiB are free, and ` +
    `${Math.ceil(leastBytes / MIB)} MiB must be; free some space there.`
  );
}
