import type { Readable } from 'node:stream';
import type * as ClientS3 from '@aws-sdk/client-s3';
import type { ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import type * as LibStorage from '@aws-sdk/lib-storage';
import { explainS3, isNotServed } from './s3-errors';
import type { S3Access, S3Place } from './settings';
import type { CopyStore, StoredFile } from './store';

const PART_BYTES = 8 * 2 ** 20;
/** The storage takes 10 000; a margin for the last. */
const MAX_PARTS = 9_990;
/** So many parts are held in memory at once. */
const PARTS_AT_ONCE = 2;
const CONNECT_MS = 10_000;
const SILENCE_MS = 60_000;

type Sdk = typeof ClientS3 & typeof LibStorage;

/** A bucket of Amazon S3 or of a compatible storage. */
export class S3Store implements CopyStore {
  private readonly client: ClientS3.S3Client;

  private constructor(
    private readonly sdk: Sdk,
    private readonly place: S3Place,
    private readonly access: S3Access,
    private readonly signal: AbortSignal,
  ) {
    const { endpoint, region, accessKeyId, secretAccessKey, sessionToken } = access;
    this.client = new sdk.S3Client({
      region,
      ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === null ? {} : { sessionToken }) },
      // Not every compatible server knows the newer checksums; what was stored is read back anyway.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    });
  }

  /** @param signal ends what is under way */
  static async open(place: S3Place, access: S3Access, signal: AbortSignal): Promise<S3Store> {
    // The SDK's warning about future Node.js versions would distract a person during a restore.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    // Loading the SDK takes a quarter of a second: only those who use S3 wait for it.
    const sdk = { ...(await import('@aws-sdk/client-s3')), ...(await import('@aws-sdk/lib-storage')) };
    return new S3Store(sdk, place, access, signal);
  }

  list(): Promise<StoredFile[]> {
    return this.explained(async () => {
      const { bucket: Bucket, prefix: Prefix } = this.place;
      const files: StoredFile[] = [];
      // Objects in deeper folders are not ours.
      const request = { Bucket, Prefix, Delimiter: '/' };
      for await (const page of this.sdk.paginateListObjectsV2({ client: this.client }, request)) {
        for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
          files.push({ name: Key.slice(Prefix.length), bytes: Size, changedAt: LastModified });
        }
        this.signal.throwIfAborted();
      }
      return files;
    });
  }

  /** The storage shows it once its last part is there. */
  put(name: string, content: Readable, mostBytes: number): Promise<void> {
    return this.explained(async () => {
      const upload = new this.sdk.Upload({
        client: this.client,
        params: { ...this.at(name), Body: content },
        partSize: Math.max(PART_BYTES, Math.ceil(mostBytes / MAX_PARTS)),
        queueSize: PARTS_AT_ONCE,
      });
      const stop = (): void => void upload.abort();
      this.signal.addEventListener('abort', stop);
      try {
        await upload.done();
      } finally {
        this.signal.removeEventListener('abort', stop);
        content.destroy();
      }
    });
  }

  open(name: string): Promise<Readable> {
    return this.explained(async () => {
      const { Body } = await this.client.send(new this.sdk.GetObjectCommand(this.at(name)), {
        abortSignal: this.signal,
      });
      if (Body === undefined) throw new Error('the storage answered without content');
      return Body as Readable;
    });
  }

  remove(name: string): Promise<void> {
    return this.explained(async () => {
      await this.client.send(new this.sdk.DeleteObjectCommand(this.at(name)), { abortSignal: this.signal });
    });
  }

  async clearUnfinished(isDead: (name: string, lastSign: Date) => boolean): Promise<void> {
    const { bucket: Bucket, prefix: Prefix } = this.place;
    await this.explained(async () => {
      let page: Pick<
        ListMultipartUploadsCommandOutput,
        'Uploads' | 'NextKeyMarker' | 'NextUploadIdMarker' | 'IsTruncated'
      >;
      let after: { KeyMarker?: string; UploadIdMarker?: string } = {};
      do {
        page = await this.client.send(new this.sdk.ListMultipartUploadsCommand({ Bucket, Prefix, ...after }));
        for (const { Key = '', UploadId, Initiated = new Date() } of page.Uploads ?? []) {
          if (!isDead(Key.slice(Prefix.length), Initiated)) continue;
          await this.client.send(new this.sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
        }
        after = { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' };
      } while (page.IsTruncated === true && after.KeyMarker !== '');
    }).catch((error: unknown) => {
      // A lifecycle rule of the bucket does it where the account or the server cannot.
      if (!isNotServed(error)) throw error;
    });
  }

  close(): void {
    this.client.destroy();
  }

  private at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: `${this.place.prefix}${name}` };
  }

  private async explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.signal.throwIfAborted();
      throw explainS3(error, this.place, this.access);
    }
  }
}
