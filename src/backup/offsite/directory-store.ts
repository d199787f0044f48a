import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { syncDirectory } from '../files/fsync';
import type { CopyStore, StoredFile } from './store';

const UNFINISHED = /^\.(.+)\.[0-9a-f]{12}\.part$/;
const READ_BYTES = 2 ** 18;

/** A folder of this machine; it may be a network mount. */
export class DirectoryStore implements CopyStore {
  constructor(private readonly directory: string) {}

  async list(): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for (const name of await this.names()) {
      const found = await stat(path.join(this.directory, name)).catch(() => null);
      // Another server may have removed it meanwhile.
      if (found?.isFile() !== true || UNFINISHED.test(name)) continue;
      files.push({ name, bytes: found.size, changedAt: found.mtime });
    }
    return files;
  }

  async put(name: string, content: Readable): Promise<void> {
    const part = path.join(this.directory, `.${name}.${randomBytes(6).toString('hex')}.part`);
    try {
      const handle = await open(part, 'wx', 0o600);
      try {
        for await (const chunk of content) await writeWhole(handle, chunk as Buffer);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, path.join(this.directory, name));
      await syncDirectory(this.directory);
    } catch (error) {
      content.destroy();
      await rm(part, { force: true }).catch(() => undefined);
      throw await this.explain(error);
    }
  }

  open(name: string): Promise<Readable> {
    return Promise.resolve(createReadStream(path.join(this.directory, name), { highWaterMark: READ_BYTES }));
  }

  async remove(name: string): Promise<void> {
    await rm(path.join(this.directory, name), { force: true });
  }

  async clearUnfinished(isDead: (name: string, lastSign: Date) => boolean): Promise<void> {
    for (const part of await this.names()) {
      const [, name] = UNFINISHED.exec(part) ?? [];
      if (name === undefined) continue;
      const found = await stat(path.join(this.directory, part)).catch(() => null);
      if (found !== null && isDead(name, found.mtime)) await this.remove(part);
    }
  }

  close(): void {
    // It holds nothing.
  }

  private async names(): Promise<string[]> {
    try {
      return await readdir(this.directory);
    } catch (error) {
      throw await this.explain(error);
    }
  }

  /** A folder that is not there is never made: a disk that is not mounted must not be taken for an empty one. */
  private async explain(error: unknown): Promise<unknown> {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
    const isThere = await stat(this.directory).catch(() => null);
    return isThere === null ? new Error('the folder does not exist: make it, or mount the disk that holds it') : error;
  }
}

async function writeWhole(handle: FileHandle, data: Buffer): Promise<void> {
  for (let done = 0; done < data.length;) done += (await handle.write(data, done)).bytesWritten;
}
