import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** mariadb-dump's first line; clients that are older than it take it for a mistake. */
const SANDBOX_LINE = /^\/\*M?!999999\\- enable the sandbox mode \*\/[ \t]*\r?\n/;
const FIRST_LINE_BYTES = 256;
const BATCH_BYTES = 2 ** 20;
const TAIL_BYTES = 1024;

/** Takes a dump piece by piece into a file, in bounded memory, and knows its length, hash and end. */
export class DumpWriter {
  /** Of what is written to the file. */
  bytes = 0;
  /** The first bytes that are written. */
  beginning = '';
  /** The last bytes. */
  tail: Buffer = Buffer.alloc(0);
  private readonly hash = createHash('sha256');
  private head: Buffer | null = Buffer.alloc(0);
  private batch: Buffer[] = [];
  private batchBytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private failure: unknown = null;

  constructor(private readonly handle: FileHandle) {}

  /** Resolves when more may come. */
  async write(chunk: Buffer): Promise<void> {
    if (this.head === null) {
      await this.take(chunk);
      return;
    }
    this.head = Buffer.concat([this.head, chunk]);
    if (this.head.length >= 2 * FIRST_LINE_BYTES) await this.takeHead();
  }

  /** Resolves to the SHA-256 in hexadecimal once everything is handed to the operating system. */
  async finish(): Promise<string> {
    await this.takeHead();
    await this.flush();
    await this.settle();
    return this.hash.digest('hex');
  }

  private async takeHead(): Promise<void> {
    const head = this.head;
    if (head === null) return;
    this.head = null;
    const sandbox = SANDBOX_LINE.exec(head.subarray(0, FIRST_LINE_BYTES).toString('latin1'));
    const sql = head.subarray(sandbox?.[0].length ?? 0);
    this.beginning = sql.subarray(0, FIRST_LINE_BYTES).toString('latin1');
    await this.take(sql);
  }

  private async take(chunk: Buffer): Promise<void> {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    this.tail =
      chunk.length >= TAIL_BYTES
        ? chunk.subarray(-TAIL_BYTES)
        : Buffer.concat([this.tail, chunk]).subarray(-TAIL_BYTES);
    this.batch.push(chunk);
    this.batchBytes += chunk.length;
    if (this.batchBytes >= BATCH_BYTES) await this.flush();
  }

  /** Starts the next write when the one before it is done: the program's output is read on meanwhile. */
  private async flush(): Promise<void> {
    await this.settle();
    const batch = this.batch;
    this.batch = [];
    this.batchBytes = 0;
    this.writing = writeAll(this.handle, batch).catch((error: unknown) => {
      this.failure = error;
    });
  }

  private async settle(): Promise<void> {
    await this.writing;
    if (this.failure !== null) throw this.failure as Error;
  }
}

async function writeAll(handle: FileHandle, batch: Buffer[]): Promise<void> {
  const total = batch.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) return;
  const { bytesWritten } = await handle.writev(batch);
  if (bytesWritten === total) return;
  // A disk that fills up takes a part first, and says so only at the next write.
  let rest = Buffer.concat(batch).subarray(bytesWritten);
  while (rest.length > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
}
