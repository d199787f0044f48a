import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';
import type { Backup } from '../files/catalogue';
import { BackupError, reasonOf } from '../core/errors';
import type { StallTimer } from './stall-timeout';

const READ_BYTES = 2 ** 18;

/** Size and hash of a copy; known once its content has been read to the end. */
export interface Written {
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

/** A local backup does not match its SHA-256, so it is not copied. */
export class DamagedBackup extends BackupError {}

/** Retention removed the backup before it could be read. */
export class BackupGone extends BackupError {}

/**
 * The content of a backup's copy: gzip, and age around it if there are recipients. It is made while it is read, so a
 * backup of any size fits into memory. The stream fails at its end if the backup does not match its SHA-256.
 */
export class EncodedBackup {
  private readonly hash = createHash('sha256');
  private bytes = 0;

  constructor(
    private readonly backup: Backup,
    private readonly recipients: readonly string[],
    private readonly timer: StallTimer,
  ) {}

  stream(): Readable {
    return Readable.from(this.chunks(), { objectMode: false });
  }

  /** Call it after the stream has ended. */
  written(): Written {
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }

  private async *chunks(): AsyncGenerator<Buffer> {
    const gzip = createGzip();
    const compressed = pipeline(this.read(), gzip);
    // The gzip stream fails with it.
    compressed.catch(() => undefined);
    const { recipients } = this;
    for await (const chunk of recipients.length === 0 ? gzip : await encrypted(gzip, recipients)) {
      const data = chunk as Buffer;
      this.hash.update(data);
      this.bytes += data.length;
      this.timer.moved();
      this.timer.signal.throwIfAborted();
      yield data;
    }
    await compressed;
  }

  /** The file, which must be what its manifest says. */
  private async *read(): AsyncGenerator<Buffer> {
    const { path, filename, sqlBytes, sha256 } = this.backup;
    const sql: Hash = createHash('sha256');
    let position = 0;
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
        const data = chunk as Buffer;
        if (position < sqlBytes) sql.update(data.subarray(0, sqlBytes - position));
        position += data.length;
        yield data;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new BackupGone(`${filename} is gone.`);
      throw new DamagedBackup(`${filename} cannot be read: ${reasonOf(error)}.`, { cause: error });
    }
    if (sql.digest('hex') !== sha256) {
      throw new DamagedBackup(
        `${filename} is damaged: its content does not match the SHA-256 that it was written with.`,
      );
    }
  }
}

/** @throws Error where one is no age recipient */
async function encrypted(content: Readable, recipients: readonly string[]): Promise<AsyncIterable<Uint8Array>> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return (await encrypter.encrypt(ReadableStream.from(content))) as AsyncIterable<Uint8Array>;
}
