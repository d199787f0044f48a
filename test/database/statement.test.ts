import 'reflect-metadata';
import { type DataSource, QueryFailedError } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { connectionFigures } from '../../src/database/data-source';
import { runStatement } from '../../src/database/connection/statement';
import { createTestDatabase, type TestDatabase } from '../support/database';

describe('a statement outside of transactions', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.address).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  test('gives what TypeORM gives', async () => {
    const ask = [
      `SELECT ? AS text, 9007199254740993 AS large, TIMESTAMP '2026-01-02 03:04:05.678' AS time`,
      ['a'],
    ] as const;
    const rows = await runStatement(dataSource, ...ask);
    expect(rows).toEqual([{ text: 'a', large: '9007199254740993', time: new Date('2026-01-02T03:04:05.678Z') }]);
    expect(rows).toEqual(await dataSource.query(ask[0], [...ask[1]]));
  });

  test('fails as it does with TypeORM, and never keeps its connection', async () => {
    const wrong = 'SELECT nothing FROM nowhere WHERE id = ?';
    const failure: unknown = await dataSource.query(wrong, [1]).catch((error: unknown) => error);
    for (let i = 0; i < 15; i++) {
      const own = await runStatement(dataSource, wrong, [1]).catch((error: unknown) => error);
      expect(own).toBeInstanceOf(QueryFailedError);
      expect(own).toEqual(failure);
    }
    expect(connectionFigures(dataSource).busy).toBe(0);
  });

  test('that loses its connection says so, and the next one gets another', async () => {
    const [row] = await runStatement(dataSource, 'SELECT CONNECTION_ID() AS id', []);
    // Asked one at a time, there is no other.
    expect(connectionFigures(dataSource).idle).toBe(1);
    const killed = runStatement(dataSource, 'SELECT SLEEP(20)', []).catch((error: unknown) => error);
    await database.query(`KILL ${String(row?.id)}`);
    const error = (await killed) as QueryFailedError<Error & { fatal?: boolean }>;
    expect(error.driverError.fatal).toBe(true);
    expect(await runStatement(dataSource, 'SELECT 1 AS one', [])).toHaveLength(1);
    expect(connectionFigures(dataSource).busy).toBe(0);
  });
});
