import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { codeOf } from '../../database/connection/errors';
import { BackupError, reasonOf, UnsoundBackup } from '../core/errors';

const GZIP = Buffer.from([0x1f, 0x8b]);
const AGE = Buffer.from('age-encryption.org/');
/** The longest of both. */
export const MAGIC_BYTES = AGE.length;

/** True if a file with this beginning is a copy, which must be decoded, and not plain SQL. */
export function isEncoded(beginning: Buffer): boolean {
  return isAge(beginning) || isGzip(beginning);
}

/**
 * The plain SQL of a copy, decoded while it is read. The first bytes tell the format.
 * @param identities age identities ("AGE-SECRET-KEY-1..."), for a copy that is encrypted
 * @param name for messages
 */
export async function* decoded(
  content: AsyncIterable<Buffer>,
  name: string,
  identities: () => Promise<readonly string[]>,
): AsyncGenerator<Buffer> {
  const stored = await withBeginning(content);
  const opened = isAge(stored.beginning)
    ? await withBeginning(await decrypted(stored.chunks, name, await identities()))
    : stored;
  if (!isGzip(opened.beginning)) {
    yield* opened.chunks;
    return;
  }
  const gunzip = createGunzip();
  // The gunzip stream fails with it.
  pipeline(opened.chunks, gunzip).catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    // Other errors come from reading or decrypting.
    if (!codeOf(error).startsWith('Z_')) throw error;
    throw damaged(name, error);
  }
}

async function decrypted(
  content: AsyncIterable<Buffer>,
  name: string,
  identities: readonly string[],
): Promise<AsyncIterable<Buffer>> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  const reading = { failed: false };
  async function* stored(): AsyncGenerator<Buffer> {
    try {
      yield* content;
    } catch (error) {
      reading.failed = true;
      throw error;
    }
  }
  async function* opened(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    } catch (error) {
      throw reading.failed ? error : damaged(name, error);
    }
  }
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    const plain = await decrypter.decrypt(ReadableStream.from(stored()));
    return opened(plain as AsyncIterable<Uint8Array>);
  } catch (error) {
    if (reading.failed) throw error;
    throw new BackupError(
      `${name} cannot be decrypted (${reasonOf(error)}): the identity is not one that it was encrypted to, or the file ` +
        `is cut or damaged.`,
      { cause: error },
    );
  }
}

function damaged(name: string, error: unknown): UnsoundBackup {
  return new UnsoundBackup(`${name} is damaged or cut: ${reasonOf(error)}.`, { cause: error });
}

/** The first bytes of it, and all of it again. */
async function withBeginning(
  content: AsyncIterable<Buffer>,
): Promise<{ beginning: Buffer; chunks: AsyncIterable<Buffer> }> {
  const chunks = content[Symbol.asyncIterator]();
  let beginning = Buffer.alloc(0);
  while (beginning.length < MAGIC_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    beginning = Buffer.concat([beginning, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield beginning;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { beginning, chunks: all() };
}

function isAge(beginning: Buffer): boolean {
  return beginning.subarray(0, AGE.length).equals(AGE);
}

function isGzip(beginning: Buffer): boolean {
  return beginning.subarray(0, GZIP.length).equals(GZIP);
}
