import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { truncateSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { embeddedAddress, EmbeddedDatabase } from '../../src/database/embedded/embedded';
import { DatabaseUnavailableError } from '../../src/database/connection/errors';
import { requireMariaDbProgram } from '../../src/database/host/programs';
import { cleanUp, Holder, installOnce, isRunning, newStorage, pidOf, query } from './holders';
import { serverPid, serversOf, storageWithData } from './holders';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

beforeAll(installOnce);
afterAll(cleanUp);

describe('one process', () => {
  test('makes a private database from nothing, and nothing runs after it', async () => {
    const storage = newStorage();
    const database = new EmbeddedDatabase(storage);
    const address = await database.acquire();
    const pid = pidOf(storage);

    expect(address).toEqual({
      user: userInfo().username,
      database: 'motorpool',
      socketPath: join(storage, 'database/mariadbd.sock'),
      hosts: [],
    });
    expect(embeddedAddress(storage)).toEqual(address);
    const [settings] = await query(
      address,
      `SELECT @@log_bin AS logBin, @@sync_binlog AS syncBinlog, @@innodb_flush_log_at_trx_commit AS flush,
        @@binlog_format AS format, @@time_zone AS zone, @@collation_database AS collation`,
    );
    expect(settings).toEqual({
      logBin: 1,
      syncBinlog: 1,
      flush: 1,
      format: 'ROW',
      zone: '+00:00',
      collation: 'utf8mb4_unicode_ci',
    });
    expect([storage, join(storage, 'database'), join(storage, 'database/data')].map(modeOf)).toEqual([
      '700',
      '700',
      '700',
    ]);
    expect(modeOf(join(storage, 'database/data/ibdata1'))).toBe('600');
    expect(modeOf(join(storage, 'database/mariadbd.log'))).toBe('600');

    await database.release();
    expect(isRunning(pid)).toBe(false);
    expect(serversOf(storage)).toEqual([]);
  });

  test('listens on no TCP port', async () => {
    const storage = storageWithData();
    const database = new EmbeddedDatabase(storage);
    await database.acquire();
    const pid = pidOf(storage);
    const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
    });
    const tcp = ['tcp', 'tcp6']
      .flatMap((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/)[9]);

    expect(sockets.length).toBeGreaterThan(0);
    expect(sockets.filter((inode) => tcp.includes(inode))).toEqual([]);
    await database.release();
  });

  test('acquires and releases as often as it likes', async () => {
    const storage = storageWithData();
    const database = new EmbeddedDatabase(storage);
    await database.release();
    const [first, second] = await Promise.all([database.acquire(), database.acquire()]);
    expect(second).toBe(first);
    await Promise.all([database.release(), database.release()]);
    expect(serverPid(storage)).toBeNull();

    await database.acquire();
    void database.release();
    await query(await database.acquire(), 'SELECT 1');
    await database.release();
    await database.release();
    expect(serverPid(storage)).toBeNull();
  });

  test('is untouched by the environment of a system MariaDB', async () => {
    const storage = storageWithData();
    const home = newStorage('home');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'my.cnf'), '[mysqld]\nmax_connections=7\nport=33999\n');
    const holder = new Holder(storage, { MYSQL_HOME: home, MYSQL_UNIX_PORT: join(home, 'x.sock'), TMPDIR: home });
    const address = await holder.acquired();
    const [settings] = await query(address, 'SELECT @@max_connections AS connections, @@tmpdir AS tmpdir');
    expect(settings).toEqual({ connections: 151, tmpdir: join(storage, 'database/tmp') });
    await holder.release();
  });
});

describe('several processes', () => {
  test('share one server, and the last to leave stops it', async () => {
    const storage = storageWithData();
    const database = new EmbeddedDatabase(storage);
    await database.acquire();
    const pid = pidOf(storage);
    const other = new Holder(storage);
    await other.acquired();
    expect(serverPid(storage)).toBe(pid);

    await database.release();
    expect(isRunning(pid)).toBe(true);
    await other.release();
    expect(isRunning(pid)).toBe(false);
  });

  test('five that come and go at once have one server, and leave none', async () => {
    const storage = newStorage();
    const holders = Array.from({ length: 5 }, () => new Holder(storage));
    await Promise.all(holders.map((holder) => holder.acquired()));
    expect(serversOf(storage)).toEqual([pidOf(storage)]);

    await Promise.all(holders.map((holder) => holder.release()));
    expect(serversOf(storage)).toEqual([]);
  });

  test('one that was killed does not count, and its successor finds the server', async () => {
    const storage = storageWithData();
    const killed = new Holder(storage);
    await killed.acquired();
    const pid = pidOf(storage);
    await killed.kill();
    expect(isRunning(pid)).toBe(true);

    const database = new EmbeddedDatabase(storage);
    await database.acquire();
    expect(serverPid(storage)).toBe(pid);
    await database.release();
    expect(isRunning(pid)).toBe(false);
  });

  test('one that ends with its whole process group does not take the server along', async () => {
    const storage = storageWithData();
    const ended = new Holder(storage);
    await ended.acquired();
    const pid = pidOf(storage);
    const database = new EmbeddedDatabase(storage);
    const address = await database.acquire();
    await ended.endGroup();
    await query(address, 'SELECT 1');
    expect(serverPid(storage)).toBe(pid);
    await database.release();
  });

  test('one that forgets to release ends all the same', async () => {
    const storage = storageWithData();
    const forgetful = new Holder(storage);
    await forgetful.acquired();
    await forgetful.forget();

    const database = new EmbeddedDatabase(storage);
    await database.acquire();
    await database.release();
    expect(serverPid(storage)).toBeNull();
  });
});

describe('a storage folder', () => {
  test.each(['with spaces, "quotes" and it\'s $HOME', 'with:colon', 'ünïcödé 車'])('named %p', async (name) => {
    const storage = newStorage(name);
    const database = new EmbeddedDatabase(storage);
    expect(await query(await database.acquire(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const [settings] = await query(embeddedAddress(storage), 'SELECT @@tmpdir AS tmpdir');
    expect(resolve(storage, 'database/data', String(settings?.tmpdir))).toBe(join(storage, 'database/tmp'));
    await database.release();
    expect(serversOf(storage)).toEqual([]);
  });

  test('too deep for a socket gets one elsewhere, found whatever TMPDIR says', async () => {
    const storage = newStorage(join('d'.repeat(100), 'e'.repeat(100), 'f'.repeat(60)));
    const database = new EmbeddedDatabase(storage);
    const { socketPath = '' } = await database.acquire();
    expect(Buffer.byteLength(socketPath)).toBeLessThan(108);
    expect(modeOf(dirname(socketPath))).toBe('700');

    const elsewhere = newStorage('tmp');
    mkdirSync(elsewhere, { recursive: true });
    const other = new Holder(storage, { TMPDIR: elsewhere });
    expect((await other.acquired()).socketPath).toBe(socketPath);
    await database.release();
    await other.release();
    expect(existsSync(dirname(socketPath))).toBe(false);
  });

  test('reached through a symbolic link has the same server', async () => {
    const storage = storageWithData();
    const link = join(storage, '../link');
    symlinkSync(storage, link);
    const database = new EmbeddedDatabase(storage);
    const throughLink = new EmbeddedDatabase(link);
    expect(await throughLink.acquire()).toEqual(await database.acquire());
    await throughLink.release();
    await database.release();
    expect(serverPid(storage)).toBeNull();
  });
});

describe('in one sentence', () => {
  test('a server that refuses its data tells why', async () => {
    const storage = storageWithData();
    truncateSync(join(storage, 'database/data/ibdata1'), 0);
    const refusal = new EmbeddedDatabase(storage).acquire();
    await expect(refusal).rejects.toThrow(DatabaseUnavailableError);
    await expect(refusal).rejects.toThrow(
      /^The embedded database does not start: .*ibdata1.* \(see .*mariadbd\.log\)\.$/,
    );
  });

  test('a folder that cannot be made is named', async () => {
    const file = join(newStorage('a'), '../file');
    writeFileSync(file, '');
    const refusal = new EmbeddedDatabase(join(file, 'storage')).acquire();
    await expect(refusal).rejects.toThrow(/^STORAGE_DIR .*file\/storage cannot hold the embedded database: /);
  });

  test('a missing program comes with what to install', () => {
    expect(() => requireMariaDbProgram('mariadbd-nowhere')).toThrow(
      /mariadbd-nowhere is missing: install MariaDB .*mariadb-server-core mariadb-client.*brew install mariadb.*DATABASE_URL/,
    );
  });
});
