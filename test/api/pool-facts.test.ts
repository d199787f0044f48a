import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { startApplication } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { checkLedger } from '../../src/services/ledger-check';
import { type Client, refusalOf } from '../support/client';
import {
  BACKUP_PROGRAM,
  COPY_PROGRAM,
  DRILL_PROGRAM,
  LOG_PROGRAM,
  PROOF_PROGRAM,
  SCRUB_PROGRAM,
} from '../support/programs';
import { ADMIN, startTestServer, type TestServer } from '../support/server';
import { changesNothing } from '../support/traces';

describe('currency and commission rate', () => {
  let server: TestServer;
  let admin: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum', CURRENCY: 'EUR', COMMISSION_RATE: '40' });
    ({ admin } = server);
  });
  afterAll(() => server.close());

  const pool = (): Promise<unknown> => admin.request('{ pool { currency commissionRate } }');
  const setRate = (rate: unknown): Promise<unknown> =>
    admin.administer('mutation ($rate: Percentage!) { setCommissionRate(rate: $rate) { commissionRate } }', { rate });
  const sales = async (): Promise<unknown> => {
    const { vehicles } = await admin.request<{ vehicles: { nodes: { sale: unknown }[] } }>(
      '{ vehicles { nodes { sale { profit commission commissionRate } } } }',
    );
    return vehicles.nodes.map(({ sale }) => sale);
  };
  const sell = async (): Promise<void> => admin.sell(await admin.buy('100.00'), '200.05');

  /** Another start on the same database. */
  async function startAgain(settings: Record<string, string>): Promise<void> {
    const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
    try {
      const config = loadConfig({
        DATABASE_URL: server.database.url,
        STORAGE_DIR: storageDir,
        PORT: '0',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        ...settings,
      });
      const programs = {
        backupProgram: BACKUP_PROGRAM,
        copyProgram: COPY_PROGRAM,
        drillProgram: DRILL_PROGRAM,
        proofProgram: PROOF_PROGRAM,
        scrubProgram: SCRUB_PROGRAM,
        logProgram: LOG_PROGRAM,
      };
      await (await startApplication({ config, log: pino({ level: 'silent' }), ...programs })).close('wait');
    } finally {
      await rm(storageDir, { recursive: true, force: true });
    }
  }

  test('are those of the first start', async () => {
    expect(await pool()).toEqual({ pool: { currency: 'EUR', commissionRate: '40.0000' } });
    await sell();
    expect(await sales()).toEqual([{ profit: '100.05', commission: '40.02', commissionRate: '40.0000' }]);
  });

  test('stop a later start that is told something else, in one line', async () => {
    await expect(startAgain({ CURRENCY: 'USD' })).rejects.toThrow(
      /^CURRENCY is USD, but this pool keeps its books in EUR since its first start: unset CURRENCY, or set it to EUR\.$/,
    );
    await expect(startAgain({ COMMISSION_RATE: '50' })).rejects.toThrow(
      /^COMMISSION_RATE is 50\.0000, but the rate of this pool is 40\.0000: .*setCommissionRate\.$/,
    );
    await startAgain({});
    await startAgain({ CURRENCY: 'EUR', COMMISSION_RATE: '40.0' });
    expect(await pool()).toEqual({ pool: { currency: 'EUR', commissionRate: '40.0000' } });
  });

  test('change for future sales by an ADMIN, who leaves a trace; the books hold', async () => {
    expect(await setRate('12.3456')).toEqual({ setCommissionRate: { commissionRate: '12.3456' } });
    await sell();
    expect(await sales()).toEqual([
      { profit: '100.05', commission: '12.35', commissionRate: '12.3456' },
      { profit: '100.05', commission: '40.02', commissionRate: '40.0000' },
    ]);
    await changesNothing(server, () => setRate('12.3456'));
    expect(await admin.administer('{ commissionRates { rate setBy { email } } }')).toEqual({
      commissionRates: [
        { rate: '12.3456', setBy: { email: ADMIN.email } },
        { rate: '40.0000', setBy: null },
      ],
    });
    expect(await checkLedger(server.database.query)).toEqual([]);
    await expect(startAgain({ COMMISSION_RATE: '40' })).rejects.toThrow(/the rate of this pool is 12\.3456/);
  });

  test.each(['101', '-1', '0.00001', '', 'half', 100.5, null])('refuse a rate of %j', async (rate) => {
    await changesNothing(server, async () => {
      expect((await refusalOf(setRate(rate))).code).toBe('BAD_USER_INPUT');
    });
  });

  test('are no matter of others', async () => {
    const operator = await admin.createUser('OPERATOR');
    await changesNothing(server, async () => {
      const refused = operator.administer('mutation { setCommissionRate(rate: "1") { commissionRate } }');
      expect((await refusalOf(refused)).code).toBe('FORBIDDEN');
    });
  });

  test('that older sales do not tell are found at the first start: each gets one that gives its commission', async () => {
    await server.database.query('UPDATE sales SET commissionRate = NULL');
    await server.database.query('UPDATE pool SET currency = NULL, commissionRate = NULL');
    await startAgain({ COMMISSION_RATE: '40' });
    const rows = await server.database.query('SELECT commissionRate FROM sales ORDER BY id');
    expect(rows).toEqual([{ commissionRate: 400_000 }, { commissionRate: 123_439 }]);
    // Of a pool that is older than the journal the chain knows nothing; this one's rows were altered by hand.
    const found = await checkLedger(server.database.query);
    expect(found.filter((finding) => !finding.endsWith('is not as it was written.'))).toEqual([]);
  });
});
