import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseUnavailableError, reasonOf } from '../connection/errors';

/** The longest path that a unix socket can have, in bytes; the kernel's structure ends with a zero byte. */
const SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;
const SOCKET_NAME = 'mariadbd.sock';
/** MariaDB cuts paths at 512 bytes; the rest is for the names of files. */
const ROOT_PATH_BYTES = 400;

/** Where the files of an embedded database lie, as real paths: two names for one folder give one layout. */
export interface EmbeddedLayout {
  /** `STORAGE_DIR/database`, mode 0700. */
  root: string;
  data: string;
  log: string;
  /** Temporary tables of the server; nothing in it outlives a start. */
  scratch: string;
  /** Held while a process comes or goes. */
  comingAndGoing: string;
  /** Held by the server itself for as long as it lives. */
  alive: string;
  /** Link to the folder of the socket where the socket's path would be too long here. */
  shortcut: string;
}

/** The folder that the socket lies in where its path is short enough, and the link to where it lies otherwise. */
type SocketPlace = Pick<EmbeddedLayout, 'root' | 'shortcut'>;

/** Makes the private folders under `storageDir`; throws `DatabaseUnavailableError` when they cannot be ours. */
export function prepareLayout(storageDir: string): EmbeddedLayout {
  try {
    mkdirSync(storageDir, { recursive: true, mode: 0o700 });
    const root = join(realpathSync(storageDir), 'database');
    if (Buffer.byteLength(root) > ROOT_PATH_BYTES) {
      throw new DatabaseUnavailableError(
        `${root} is too long a path for MariaDB, which takes ${ROOT_PATH_BYTES} bytes: choose a shorter STORAGE_DIR.`,
      );
    }
    mkdirSync(root, { recursive: true, mode: 0o700 });
    refuseForeignOwner(root);
    chmodSync(root, 0o700);
    return {
      root,
      data: join(root, 'data'),
      log: join(root, 'mariadbd.log'),
      scratch: join(root, 'tmp'),
      comingAndGoing: join(root, 'embedded.lock'),
      alive: join(root, 'server.lock'),
      shortcut: join(root, 'socket'),
    };
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) throw error;
    throw new DatabaseUnavailableError(
      `STORAGE_DIR ${storageDir} cannot hold the embedded database: ${reasonOf(error)}.`,
    );
  }
}

/**
 * The path of the server's socket, short enough for the kernel. Where the database's own folder lies too deep, the
 * socket gets a private folder among the temporary files, and a link beside the data remembers which: TMPDIR may
 * differ between two processes that must find the same server. Call it under the lock only.
 */
export function placeSocket(layout: SocketPlace): string {
  const found = findSocket(layout);
  if (found !== null) return found;
  rmSync(layout.shortcut, { force: true });
  const folder = [tmpdir(), '/tmp'].find((candidate) => fits(join(candidate, 'motorpool-XXXXXX', SOCKET_NAME)));
  if (folder === undefined) throw new DatabaseUnavailableError(`No folder is short enough for a socket: set TMPDIR.`);
  const made = mkdtempSync(join(folder, 'motorpool-'));
  symlinkSync(made, layout.shortcut);
  return join(made, SOCKET_NAME);
}

/** The path of the server's socket where its place is known: always for a folder that is not too deep. */
export function findSocket(layout: SocketPlace): string | null {
  const beside = join(layout.root, SOCKET_NAME);
  if (fits(beside)) return beside;
  const remembered = readShortcut(layout);
  return remembered === null ? null : join(remembered, SOCKET_NAME);
}

/** Removes what `placeSocket` made outside the database's folder, once the server has gone. */
export function forgetSocket(layout: SocketPlace): void {
  const remembered = readShortcut(layout);
  if (remembered !== null) rmSync(remembered, { recursive: true, force: true });
  rmSync(layout.shortcut, { force: true });
}

/** The name of the operating system's user, which is also the account that the kernel signs in to the database. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    throw new DatabaseUnavailableError(
      `The user id ${process.getuid?.() ?? 0} has no name on this machine, which the embedded database needs: ` +
        `add the user to /etc/passwd or set DATABASE_URL.`,
    );
  }
}

function readShortcut({ shortcut }: SocketPlace): string | null {
  try {
    const folder = readlinkSync(shortcut);
    const stat = lstatSync(folder);
    const isPrivate = stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
    return isPrivate && fits(join(folder, SOCKET_NAME)) ? folder : null;
  } catch {
    return null;
  }
}

function refuseForeignOwner(root: string): void {
  const owner = statSync(root).uid;
  const self = process.getuid?.() ?? owner;
  if (owner === self) return;
  throw new DatabaseUnavailableError(
    `${root} belongs to user id ${owner}, and only that user may run the database in it; this is user id ${self}.`,
  );
}

function fits(socketPath: string): boolean {
  return Buffer.byteLength(socketPath) <= SOCKET_PATH_BYTES;
}
