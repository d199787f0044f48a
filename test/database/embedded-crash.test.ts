import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedDatabase } from '../../src/database/embedded/embedded';
import { cleanUp, Holder, installOnce, isRunning, newStorage, pidOf, query } from './holders';
import { serverPid, serversOf, storageWithData, until } from './holders';

beforeAll(installOnce);
afterAll(cleanUp);

describe('a crash', () => {
  test('of the server is healed by those that hold it, with the data intact', async () => {
    const storage = storageWithData();
    const events: string[] = [];
    const database = new EmbeddedDatabase(storage, { onEvent: (message) => events.push(message) });
    const address = await database.acquire();
    const other = new Holder(storage);
    await other.acquired();
    await query(address, 'CREATE TABLE kept (id INT PRIMARY KEY)');
    await query(address, 'INSERT INTO kept VALUES (42)');
    const pid = pidOf(storage);
    process.kill(pid, 'SIGKILL');
    await until(() => events.some((event) => event.endsWith('is back.')));

    expect(await query(address, 'SELECT id FROM kept')).toEqual([{ id: 42 }]);
    expect(pidOf(storage)).not.toBe(pid);
    // Both count again: whoever leaves first leaves the server running.
    await until(() => serverPid(storage) !== null);
    await other.release();
    expect(await query(address, 'SELECT id FROM kept')).toEqual([{ id: 42 }]);
    await database.release();
    expect(serversOf(storage)).toEqual([]);
  });

  test('of holder and server is healed by the successor', async () => {
    const storage = storageWithData();
    const holder = new Holder(storage);
    const address = await holder.acquired();
    await query(address, 'CREATE TABLE kept (id INT PRIMARY KEY)');
    await query(address, 'INSERT INTO kept VALUES (7)');
    await holder.kill();
    process.kill(pidOf(storage), 'SIGKILL');

    const database = new EmbeddedDatabase(storage);
    expect(await query(await database.acquire(), 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    await database.release();
  });

  test('in the middle of the installation leaves nothing behind', async () => {
    const storage = newStorage();
    const root = join(storage, 'database');
    const unfinished = (): string[] => readdirSync(root).filter((name) => name.startsWith('data.new-'));
    const killed = new Holder(storage);
    await until(() => existsSync(root) && unfinished().length > 0);
    await killed.kill();
    expect(existsSync(join(root, 'data'))).toBe(false);
    mkdirSync(join(root, 'data.new-half/mysql'), { recursive: true });

    const database = new EmbeddedDatabase(storage);
    expect(await query(await database.acquire(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await database.release();
    expect(unfinished()).not.toContain('data.new-half');
    // The orphaned installer may have outlived the first look.
    await database.acquire();
    await database.release();
    expect(unfinished()).toEqual([]);
  });

  test('in the middle of the start does not lead to a second server', async () => {
    const storage = storageWithData();
    const killed = new Holder(storage);
    await until(() => serversOf(storage).length > 0);
    await killed.kill();
    const database = new EmbeddedDatabase(storage);
    await database.acquire();
    expect(serversOf(storage)).toEqual([pidOf(storage)]);
    await database.release();
    expect(serversOf(storage)).toEqual([]);
  });

  test('of the folder itself is not answered with a new database', async () => {
    const storage = storageWithData();
    const events: string[] = [];
    const database = new EmbeddedDatabase(storage, { onEvent: (message) => events.push(message) });
    await database.acquire();
    const pid = pidOf(storage);
    rmSync(storage, { recursive: true });
    process.kill(pid, 'SIGKILL');
    await until(() => events.some((event) => event.endsWith('it is not started again.')));
    await database.release();
    expect(existsSync(storage)).toBe(false);
  });

  test('of nothing but the folder leaves no server behind', async () => {
    const storage = storageWithData();
    const database = new EmbeddedDatabase(storage);
    await database.acquire();
    const pid = pidOf(storage);
    rmSync(storage, { recursive: true });
    await database.release();
    await until(() => !isRunning(pid));
    expect(existsSync(storage)).toBe(false);
  });
});
