import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { Role } from '../../src/entities/enums';
import { User } from '../../src/entities/user';
import { FAMILY } from '../support/engine';
import { createTestDatabase, type TestDatabase } from '../support/database';

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
});
