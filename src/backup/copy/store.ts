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
   * Stores that under a name, whole or not at all, in the place of what bore it; it outlasts a power cut.
   * @param mostBytes it is no longer than this
   */
  put(name: string, content: Readable, mostBytes: number): Promise<void>;
  /** @throws where there is no such file */
  open(name: string): Promise<Readable>;
  /** It may be gone already. */
  remove(name: string): Promise<void>;
  /** Frees what `put`s that were killed hold, wherever `isDead` says so of the name and the last sign of life. */
  clearUnfinished(isDead: (name: string, lastSign: Date) => boolean): Promise<void>;
  close(): void;
}
