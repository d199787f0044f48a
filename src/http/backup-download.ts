import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { Logger } from 'pino';
import type { Backup } from '../backup/files/catalogue';
import type { BackupService } from '../backup/status/backup-service';
import type { DownloadCode, ErrorCode } from '../services/error-codes';
import { trailLine } from '../resolvers/audit-entry';
import { Refusal } from '../services/errors';
import { errorBody } from './authentication';

const CHUNK_BYTES = 256 * 1024;
/** Digests in memory: a second download of a large file begins without reading it twice. */
const MAX_REMEMBERED = 100;

interface Options {
  backups: BackupService;
  /** Refuses every account but an ADMIN. */
  onRequest: onRequestHookHandler[];
  log: Logger;
}

/**
 * GET /admin/backups/NAME: one backup as a file, with the SHA-256 of its bytes in the headers. The server reads the whole
 * file before it sends the first byte: a damaged file is refused, never sent as if it were good.
 */
export function addBackupDownload(app: FastifyInstance, { backups, onRequest, log }: Options): void {
  const digests = new Digests();
  app.get<{ Params: { filename: string } }>(
    '/admin/backups/:filename',
    { onRequest, exposeHeadRoute: false },
    async (request, reply) => {
      const { viewer, ip, id, params } = request;
      const trail = (outcome: string): void => {
        const actor = viewer instanceof Refusal ? { actor: null, role: null } : { actor: viewer.id, role: viewer.role };
        const input = { filename: params.filename.slice(0, 254) };
        const entry = { action: 'downloadBackup', ...actor, input, outcome };
        const [line, message] = trailLine(entry, { address: ip, requestId: id });
        log[outcome === 'done' ? 'info' : 'warn'](line, message);
      };
      const refuse = (status: number, code: ErrorCode | DownloadCode, message: string): object => {
        trail(code);
        void reply.code(status);
        return errorBody({ code, message });
      };
      // The client's text is compared with the names of the backups, and never used as a path.
      const backup = await backups.find(params.filename);
      if (backup === null) return refuse(404, 'NOT_FOUND', 'There is no backup of that name.');
      const handle = await open(backup.path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => null);
      if (handle === null) return refuse(404, 'NOT_FOUND', 'The backup was removed just now.');
      let digest: Digest;
      try {
        digest = await digests.of(handle, backup);
      } catch (error) {
        await handle.close();
        throw error;
      }
      if (!digest.sound) {
        await handle.close();
        return refuse(500, 'BACKUP_DAMAGED', `${backup.filename} is damaged: it is not what was written.`);
      }
      trail('done');
      return reply
        .header('content-type', 'application/sql')
        .header('content-length', backup.sizeBytes)
        .header('content-disposition', `attachment; filename="${backup.filename}"`)
        .header('cache-control', 'no-store')
        .header('repr-digest', `sha-256=:${Buffer.from(digest.sha256, 'hex').toString('base64')}:`)
        .header('x-checksum-sha256', digest.sha256)
        .send(handle.createReadStream({ start: 0, end: backup.sizeBytes - 1, highWaterMark: CHUNK_BYTES }));
    },
  );
}

interface Digest {
  /** Of the whole file, in hexadecimal. */
  sha256: string;
  /** Whether the SQL in it has the hash that the file was published with. */
  sound: boolean;
}

/** The hashes of files, computed once for each inode, size and time of change. */
class Digests {
  private readonly remembered = new Map<string, Digest>();

  async of(handle: FileHandle, backup: Backup): Promise<Digest> {
    const { ino, size, mtimeMs } = await handle.stat();
    const key = `${ino}:${size}:${mtimeMs}`;
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const digest = await read(handle, backup);
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(key, digest);
    return digest;
  }
}

/** One pass for both: the hash of the whole file continues where the hash of the SQL ends. */
async function read(handle: FileHandle, { sqlBytes, sizeBytes, sha256 }: Backup): Promise<Digest> {
  const whole = createHash('sha256');
  await feed(handle, whole.update.bind(whole), 0, sqlBytes);
  const sql = whole.copy().digest('hex');
  await feed(handle, whole.update.bind(whole), sqlBytes, sizeBytes);
  return { sha256: whole.digest('hex'), sound: sql === sha256 };
}

async function feed(handle: FileHandle, update: (chunk: Buffer) => unknown, start: number, end: number): Promise<void> {
  const options = { start, end: end - 1, highWaterMark: CHUNK_BYTES, autoClose: false };
  for await (const chunk of handle.createReadStream(options)) update(chunk as Buffer);
}
