import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { migrations } from '../../src/database/migrations';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { program } from '../support/programs';

const run = promisify(execFile);
const NAMES = migrations.map(({ name }) => name);

describe('migrations', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  const migrated = async (): Promise<string[]> => {
    const dataSource = await createDataSource(database.address).initialize();
    try {
      return await migrate(dataSource);
    } finally {
      await dataSource.destroy();
    }
  };
  const recorded = async (): Promise<unknown[]> =>
    (await database.query('SELECT name FROM migrations ORDER BY id')).map(({ name }) => name);

  test('run once, in their order', async () => {
    expect(await migrated()).toEqual(NAMES);
    expect(await migrated()).toEqual([]);
    expect(await recorded()).toEqual(NAMES);
  });

  test('begin with the COMPANY account, which nobody signs in as, and an empty pool', async () => {
    await migrated();
    expect(await database.query('SELECT role, balance, percentage, passwordHash FROM users')).toEqual([
      { role: 'COMPANY', balance: '0', percentage: 0, passwordHash: null },
    ]);
    expect(await database.query('SELECT * FROM pool')).toEqual([
      {
        id: 1,
        lastOperation: 0,
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        epoch: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        currency: null,
        commissionRate: null,
      },
    ]);
  });

  test('and the entities agree: there is nothing that TypeORM would change', async () => {
    await migrated();
    const { options } = createDataSource(database.address);
    const [server] = await database.query('SELECT VERSION() AS version');
    // Only so does TypeORM know how MariaDB tells of columns without a default.
    const type = String(server?.version).includes('MariaDB') ? 'mariadb' : 'mysql';
    const dataSource = await new DataSource({ ...options, type } as DataSourceOptions).initialize();
    try {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  });

  test('give every table an engine with transactions and a collation that MariaDB and MySQL both know', async () => {
    await migrated();
    const tables = await database.query(
      `SELECT table_name AS name, engine AS storage, table_collation AS collation FROM information_schema.tables
       WHERE table_schema = DATABASE() AND table_name NOT IN ('migrations', 'motorpool_leases')`,
    );
    expect(tables).toHaveLength(12);
    for (const table of tables) expect(table).toMatchObject({ storage: 'InnoDB', collation: 'utf8mb4_unicode_ci' });
  });

  test('asked for by four connections at once, run once', async () => {
    const ran = await Promise.all([migrated(), migrated(), migrated(), migrated()]);
    expect(ran.filter((names) => names.length > 0)).toEqual([NAMES]);
    expect(await recorded()).toEqual(NAMES);
  });

  test('asked for by two processes at once, run once, and both are content', async () => {
    const env = { ...process.env, DATABASE_URL: database.url };
    const outputs = await Promise.all(
      [1, 2].map(async () => (await run(process.execPath, [program('cli/db-migrate')], { env })).stdout),
    );
    expect(outputs.toSorted()).toEqual([`${NAMES.join('\n')}\n`, 'No migration is pending.\n'].toSorted());
    expect(await recorded()).toEqual(NAMES);
  });

  test('go forward only', async () => {
    const dataSource = await createDataSource(database.address).initialize();
    try {
      await migrate(dataSource);
      await expect(dataSource.undoLastMigration()).rejects.toThrow('restore a backup to go back');
    } finally {
      await dataSource.destroy();
    }
    expect(await recorded()).toEqual(NAMES);
  });
});
