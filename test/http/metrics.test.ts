import { http } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';
import { waitFor } from '../support/wait';

describe('/metrics', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.close());

  /** The value of one figure; undefined where it is left out. */
  const figure = async (name: string): Promise<number | undefined> => {
    const { text } = await http(`${server.url}/metrics`);
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };

  test('says all of the newest backup, which a new pool has from the start', async () => {
    expect(await figure('motorpool_backups')).toBe(1);
    expect(await figure('motorpool_operations_committed')).toBe(0);

    const investor = await server.admin.createUser('INVESTOR');
    await server.admin.deposit(investor.id, '10.00');
    await allBackedUp(server);
    const seconds = Date.now() / 1000;
    expect(await figure('motorpool_backup_last_success_timestamp_seconds')).toBeGreaterThan(seconds - 60);
    expect(await figure('motorpool_backup_age_seconds')).toBeLessThan(60);
    expect(await figure('motorpool_backup_last_size_bytes')).toBeGreaterThan(1000);
    expect(await figure('motorpool_backup_last_duration_seconds')).toBeGreaterThan(0);
    expect(await figure('motorpool_operations_committed')).toBe(1);
    expect(await figure('motorpool_operations_pending_backup')).toBe(0);
  });

  test('counts requests by what they asked and how they ended, and never by what a client made up', async () => {
    const count = (schema: string, field: string, outcome: string): Promise<number | undefined> =>
      figure(`motorpool_graphql_operations_total{schema="${schema}",field="${field}",outcome="${outcome}"}`);
    await server.admin.request('{ pool { capital } }');
    await server.admin.request('{ pool { capital } }');
    await server.admin.refused('mutation { sellVehicle(input: { vehicleId: 99, price: "1.00" }) { id } }');
    await server.admin.refused('{ madeUpByAClient }');
    await server.admin.administer('{ backupStatus { count } }');
    expect(await count('public', 'pool', 'done')).toBe(2);
    expect(await count('public', 'sellVehicle', 'refused')).toBe(1);
    expect(await count('public', 'invalid', 'refused')).toBe(1);
    expect(await count('admin', 'backupStatus', 'done')).toBe(1);
    expect(await figure('motorpool_graphql_duration_seconds_count{schema="public",field="pool"}')).toBe(2);
    expect(await figure('motorpool_graphql_errors_total{code="NOT_FOUND"}')).toBe(1);
    expect((await http(`${server.url}/metrics`)).text).not.toContain('madeUpByAClient');

    await server.database.query('RENAME TABLE vehicles TO gone');
    await server.admin.refused('{ vehicles { nodes { id } } }');
    expect(await count('public', 'vehicles', 'failed')).toBe(1);
  });

  test('tells how the connections to the database stand', async () => {
    const state = (name: string): Promise<number | undefined> =>
      figure(`motorpool_database_connections{state="${name}"}`);
    expect(await state('limit')).toBe(10);
    expect(await state('waiting')).toBe(0);
    await server.database.query('LOCK TABLES vehicles WRITE');
    const asked = Promise.allSettled(
      Array.from({ length: 14 }, () => server.admin.request('{ vehicles { nodes { id } } }')),
    );
    try {
      await waitFor('ten busy connections and those who wait', async () => {
        const { text } = await http(`${server.url}/metrics`);
        return /state="busy"\} 10\n/.test(text) && /state="waiting"\} [1-9]/.test(text);
      });
    } finally {
      await server.database.query('UNLOCK TABLES');
      await asked;
    }
    expect(await state('waiting')).toBe(0);
  });
});
