import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { openSession } from '../../src/backup/server/session';
import { loadConfig } from '../../src/config/config';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { openDatabase } from '../../src/database/open';
import { Role } from '../../src/entities/enums';
import { User } from '../../src/entities/user';
import { FAMILY } from '../support/engine';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { DatabaseProxy } from '../support/database-proxy';
import { waitFor } from '../support/wait';

const KERNEL_SOCKETS = '/proc/net/tcp';
const ESTABLISHED = '01';
const KEEP_ALIVE = '02';

describe('the data source', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    // Whatever the server's own settings say.
    dataSource = await createDataSource(database.address).initialize();
    await migrate(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const user = (fields: Partial<User>): User =>
    dataSource.manager.create(User, { name: 'N', role: Role.INVESTOR, balance: 0n, createdAt: new Date(), ...fields });

  test('prepares every connection alike: UTC, strict, and reads of what is committed', async () => {
    const level = FAMILY === 'mariadb' ? 'tx_isolation' : 'transaction_isolation';
    const ask = `SELECT CONNECTION_ID() AS id, @@time_zone AS zone, @@sql_mode AS mode, @@${level} AS level, SLEEP(0.05)`;
    const sessions = await Promise.all(
      Array.from({ length: 8 }, () => dataSource.query<Record<string, unknown>[]>(ask)),
    );
    expect(new Set(sessions.map(([session]) => session?.id)).size).toBeGreaterThan(1);
    for (const [session] of sessions) {
      expect(session).toMatchObject({ zone: '+00:00', level: 'READ-COMMITTED' });
      expect(session?.mode).toMatch(/STRICT_ALL_TABLES/);
      expect(session?.mode).toMatch(/NO_ENGINE_SUBSTITUTION/);
    }
  });

  test('holds at most ten connections', async () => {
    const ids = await Promise.all(
      Array.from({ length: 30 }, () => dataSource.query<{ id: string }[]>('SELECT CONNECTION_ID() AS id, SLEEP(0.01)')),
    );
    expect(new Set(ids.map(([row]) => row?.id)).size).toBeLessThanOrEqual(10);
  });

  test('refuses what does not fit, and cuts nothing', async () => {
    await expect(dataSource.manager.insert(User, user({ email: 'a'.repeat(255) }))).rejects.toThrow(/too long/);
    await expect(dataSource.query(`UPDATE users SET role = 'KING'`)).rejects.toThrow(/truncated|incorrect/i);
    await expect(dataSource.query(`UPDATE users SET createdAt = '2026-02-30'`)).rejects.toThrow(/incorrect/i);
    await expect(dataSource.query('UPDATE users SET percentage = -1')).rejects.toThrow(/out of range/i);
  });

  test('keeps amounts to the cent, times to the millisecond, and any character', async () => {
    const createdAt = new Date('2026-03-29T01:02:03.456Z');
    for (const balance of [9_007_199_254_740_993n, -9_223_372_036_854_775_807n, 0n]) {
      const email = `keeps.${balance}@example.com`;
      await dataSource.manager.insert(User, user({ email, name: 'Zoë 🚗 \\ \' "', balance, createdAt }));
      const kept = await dataSource.manager.findOneByOrFail(User, { email });
      expect(kept).toMatchObject({ name: 'Zoë 🚗 \\ \' "', balance, createdAt });
    }
  });

  (existsSync(KERNEL_SOCKETS) ? test : test.skip)(
    'says something on every silent connection of the network within half a minute',
    async () => {
      const proxy = await DatabaseProxy.start(database.address);
      try {
        const address = proxy.through(database.address);
        const session = await openSession(address);
        const pool = await createDataSource(address).initialize();
        try {
          const port = address.hosts[0]?.port ?? 0;
          const timers = await waitFor('connections of which all was acknowledged', () => {
            const found = keepAliveTimers(port);
            return found.length === proxy.openSessions && !found.includes(null) && found;
          });
          expect(timers.length).toBeGreaterThan(1);
          expect(Math.max(...timers.map(Number))).toBeLessThanOrEqual(30);
        } finally {
          await pool.destroy();
          session.close();
        }
      } finally {
        await proxy.close();
      }
    },
  );

  test('takes a dot for a part of the name of the database', async () => {
    const name = `test.${randomBytes(6).toString('hex')}`;
    const opened = await openDatabase(
      loadConfig({ DATABASE_URL: database.url.replace(database.address.database, name) }),
    );
    const dotted = await createDataSource({ ...database.address, database: name }).initialize();
    try {
      expect((await migrate(dotted)).length).toBeGreaterThan(0);
      expect(await migrate(dotted)).toEqual([]);
      await dotted.manager.insert(User, user({ email: 'dot@example.com' }));
      const tables = 'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY name';
      expect(await dotted.query(tables, [name])).toEqual(await dataSource.query(tables, [database.address.database]));
    } finally {
      await dotted.query(`DROP DATABASE \`${name}\``);
      await dotted.destroy();
      await opened.close();
    }
  });
});

/** In how many seconds each connection to that port of this machine is kept alive; null while another timer runs. */
function keepAliveTimers(port: number): (number | null)[] {
  const there = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync(KERNEL_SOCKETS, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return rows
    .filter(([, , remote, state]) => remote === there && state === ESTABLISHED)
    .map(([, , , , , timer = '']) => {
      const [kind, hundredths = ''] = timer.split(':');
      return kind === KEEP_ALIVE ? parseInt(hundredths, 16) / 100 : null;
    });
}
