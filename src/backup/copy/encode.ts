import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';
import type { Backup } from '../catalogue';
import { BackupError, reasonOf } from '../errors';
import type { Pulse } from './pulse';

const READ_BYTES = 2 ** 18;

/** What a copy turned out to be; known once its content has been read to the end. */
export interface Written {
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

/** A local backup is not what it was written as, so that no copy of it is worth making. */
export class DamagedBackup extends BackupError {}

/** Rotation removed it before it could be read. */
export class BackupGone extends BackupError {}

/**
 * The content of a backup's copy: gzip, which every system can read, and around it age where there are recipients. It is
 * made while it is read, so that its size does not matter; read to its end, it fails where the backup is damaged.
 */
export class EncodedBackup {
  private readonly hash = createHash('sha256');
  private bytes = 0;

  constructor(
    private readonly backup: Backup,
    private readonly recipients: readonly string[],
    private readonly pulse: Pulse,
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
      this.pulse.beat();
      this.pulse.signal.throwIfAborted();
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
