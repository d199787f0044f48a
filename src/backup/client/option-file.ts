import { randomBytes } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseAddress } from '../../database/connection/address';
import { clientSettings, LARGEST_PACKET } from '../../database/connection/session-settings';

/** Which family of client programs will read the file; they differ in their options for TLS. */
export type ClientFamily = 'mariadb' | 'mysql';

/**
 * The client programs' options that must be in no argument list and no environment, as an open file without a name:
 * the secret is written only after the name is gone, so no crash leaves it on the disk. A child that inherits the
 * file reads it as /dev/fd/N.
 */
export async function openOptionFile(directory: string, name: string, content: string): Promise<FileHandle> {
  const file = path.join(directory, name);
  const handle = await open(file, 'wx+', 0o600);
  try {
    await unlink(file);
    // At a given position: where /dev/fd shares the file's offset with us, the reader still begins at 0.
    await handle.write(Buffer.from(content), 0, null, 0);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A file name that no other process takes; `tag` tells whose litter it is after a crash. */
export function optionFileName(tag: string): string {
  return `${tag}-${randomBytes(6).toString('hex')}.cnf`;
}

/**
 * The `[client]` section that signs in at `address`, which names one host at most.
 * @param initCommand a SET statement that this run needs
 */
export function clientOptions(
  address: DatabaseAddress,
  family: ClientFamily,
  { caFile, initCommand }: { caFile?: string; initCommand?: string } = {},
): string {
  const [host] = address.hosts;
  const options: [string, string | number | undefined][] = [
    ['user', address.user],
    ['password', address.password],
    ['socket', address.socketPath],
    ['host', address.socketPath === undefined ? host?.host : undefined],
    ['port', address.socketPath === undefined ? host?.port : undefined],
    ['protocol', address.socketPath === undefined ? 'tcp' : 'socket'],
    // The programs would guess it from the locale, and misread the names of databases. Not each of them knows it.
    ['loose-default-character-set', 'utf8mb4'],
    // MariaDB's dump program, MySQL's of 8.0 and those that read the binary log do not know it: dumps set most themselves.
    ['loose-init-command', clientSettings(initCommand)],
    ['loose-max-allowed-packet', LARGEST_PACKET],
    ...tlsOptions(address, family, caFile),
  ];
  const lines = options.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(String(value))}`]));
  return `[client]\n${lines.join('\n')}\n`;
}

function tlsOptions(
  { tls }: DatabaseAddress,
  family: ClientFamily,
  caFile: string | undefined,
): [string, string | undefined][] {
  if (family === 'mysql') {
    if (tls === undefined) return [['get-server-public-key', '1']];
    return [
      ['ssl-mode', tls.verify ? 'VERIFY_IDENTITY' : 'REQUIRED'],
      ['ssl-ca', caFile],
    ];
  }
  if (tls === undefined) return [['ssl', '0']];
  return [
    ['ssl', '1'],
    ['ssl-verify-server-cert', tls.verify ? '1' : '0'],
    ['ssl-ca', caFile],
  ];
}

/** In quotes, with the escapes of option files: a password may hold '#', quotes, backslashes and spaces. */
function quoted(value: string): string {
  const escaped = value
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    .replace(/\x08/g, '\\b'); // eslint-disable-line no-control-regex
  return `"${escaped}"`;
}
