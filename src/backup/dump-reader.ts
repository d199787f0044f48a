import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';

/** mariadb-dump's first line; clients that are older than it take it for a mistake. */
const SANDBOX_LINE = /^\/\*M?!999999\\- enable the sandbox mode \*\/[ \t]*(?=\r?\n)/;
const FIRST_LINES_BYTES = 256;
const TAIL_BYTES = 1024;
/** The most that is read at once. */
export const CHUNK_BYTES = 2 ** 20;

/**
 * Reads a dump behind the program that writes it into the file, in bounded memory, and knows its length, hash and end.
 * So the bytes go from the program to the file without us, and the hash is reckoned on another processor meanwhile.
 */
export class DumpReader {
  /** Read so far. */
  bytes = 0;
  /** The first lines, without that of the sandbox. */
  beginning = '';
  /** The last bytes. */
  tail: Buffer = Buffer.alloc(0);
  private readonly hash = createHash('sha256');
  private readonly chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  private syncedBytes = 0;
  private syncing: Promise<void> | null = null;
  private syncFailure: unknown = null;

  /** @param unsyncedBytes what may wait to be synced: all of it at the end would take as long as half the dump */
  constructor(
    private readonly handle: FileHandle,
    private readonly unsyncedBytes: number,
  ) {}

  /**
   * Reads what was written since the last time, a chunk at most.
   * @param isWhole nothing more will be written
   * @returns how many bytes
   */
  async readOn(isWhole: boolean): Promise<number> {
    // Still in memory, as it was written just now: no other thread need wait for a disk.
    const bytesRead = readSync(this.handle.fd, this.chunk, 0, CHUNK_BYTES, this.bytes);
    const read = this.chunk.subarray(0, bytesRead);
    if (bytesRead === 0) return 0;
    // Where much is left to read, whatever else this process has to do must get its turn.
    if (bytesRead === CHUNK_BYTES) await turn();
    if (this.bytes === 0) {
      // The first lines are judged together.
      if (bytesRead < FIRST_LINES_BYTES && !isWhole) return 0;
      await this.takeBeginning(read);
    }
    this.hash.update(read);
    this.bytes += bytesRead;
    this.tail = Buffer.concat([this.tail, read.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    this.syncOn();
    return bytesRead;
  }

  /** Resolves to the SHA-256 in hexadecimal, once no sync is under way any more. @throws where one has failed */
  async finish(): Promise<string> {
    await this.settle();
    // The system tells of bytes that it could not write only once.
    if (this.syncFailure !== null) throw this.syncFailure as Error;
    return this.hash.digest('hex');
  }

  /** Waits until nothing uses the file any more. */
  async settle(): Promise<void> {
    await this.syncing;
  }

  /** Makes a comment of the sandbox line, as long as it was: the program's own place in the file must not change. */
  private async takeBeginning(read: Buffer): Promise<void> {
    const [line = ''] = SANDBOX_LINE.exec(read.subarray(0, FIRST_LINES_BYTES).toString('latin1')) ?? [];
    if (line !== '') {
      read.write(`-- ${'-'.repeat(line.length - 3)}`, 'latin1');
      for (let done = 0; done < line.length;) {
        done += (await this.handle.write(read, done, line.length - done, done)).bytesWritten;
      }
    }
    this.beginning = read
      .subarray(line.length, line.length + FIRST_LINES_BYTES)
      .toString('latin1')
      .trimStart();
  }

  private syncOn(): void {
    if (this.syncing !== null || this.bytes - this.syncedBytes < this.unsyncedBytes) return;
    this.syncedBytes = this.bytes;
    this.syncing = this.handle
      .datasync()
      .catch((error: unknown) => {
        this.syncFailure ??= error;
      })
      .finally(() => {
        this.syncing = null;
      });
  }
}
