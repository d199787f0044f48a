import type { Readable } from 'node:stream';

export interface StoredFile {
  name: string;
  bytes: number;
  /** By the store's own clock. */
  changedAt: Date;
}

/** A place that keeps files under names. */
export interface CopyStore {
  /** Every file of whatever name; unfinished ones are not among them. */
  list(): Promise<StoredFile[]>;
  /**
   * Stores the content under a name, whole or not at all, replaces a file of that name, and is durable when it resolves.
   * @param mostBytes it is no longer than this
   */
  put(name: string, content: Readable, mostBytes: number): Promise<void>;
  /** @throws where there is no such file */
  open(name: string): Promise<Readable>;
  /** It may be gone already. */
  remove(name: string): Promise<void>;
  /** Removes the unfinished files of killed `put`s for which `isDead` returns true. */
  clearUnfinished(isDead: (name: string, lastSign: Date) => boolean): Promise<void>;
  close(): void;
}
