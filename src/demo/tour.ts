import type { PoolClient } from './pool-client';
import type { Report } from './report';

/**
 * Worked example 1 of the money rules: two deposits, a sale with profit, a further deposit, and the sale undone. Each
 * step names what it must lead to.
 */
export async function tour(pool: PoolClient, report: Report): Promise<void> {
  const guide = new Guide(pool, report);
  const ann = await pool.createInvestor('Ann');
  const bob = await pool.createInvestor('Bob');

  const annsDeposit = await pool.requestDeposit(ann, '600.00');
  await guide.operation('confirmPayment', 'Ann deposits 600.00', () => pool.confirmPayment(annsDeposit));
  await guide.accounts({ Ann: ['600.00', '100.0000'], Bob: ['0.00', '0.0000'], Company: '0.00' });
  await guide.backup({ upTo: 1 });

  const bobsDeposit = await pool.requestDeposit(bob, '400.00');
  await guide.operation('confirmPayment', 'Bob deposits 400.00', () => pool.confirmPayment(bobsDeposit));
  await guide.accounts({ Ann: ['600.00', '60.0000'], Bob: ['400.00', '40.0000'], Company: '0.00' });
  await guide.backup({ upTo: 2 });

  const buy = (): Promise<string> => pool.buyVehicle('Citroen 2CV', '1000.00');
  const car = await guide.operation('buyVehicle', 'the pool buys a car for 1000.00', buy);
  await guide.accounts({ Ann: ['600.00', '60.0000'], Bob: ['400.00', '40.0000'], Company: '0.00' });
  await guide.backup({ upTo: 3 });

  await guide.operation('sellVehicle', 'it sells the car for 1500.00', () => pool.sellVehicle(car, '1500.00'));
  await guide.sale(car, { profit: '500.00', commission: '250.00', distributed: '250.00' });
  await guide.payments(car, 'INCOME', { Ann: '150.00', Bob: '100.00' });
  await guide.accounts({ Ann: ['750.00', '60.0000'], Bob: ['500.00', '40.0000'], Company: '250.00' });
  await guide.backup({ upTo: 4 });

  const secondDeposit = await pool.requestDeposit(bob, '250.00');
  await guide.operation('confirmPayment', 'Bob deposits 250.00 more', () => pool.confirmPayment(secondDeposit));
  await guide.accounts({ Ann: ['750.00', '50.0000'], Bob: ['750.00', '50.0000'], Company: '250.00' });
  await guide.backup({ upTo: 5 });

  // What was paid is taken back, not what today's shares would give.
  await guide.operation('unsellVehicle', 'the buyer steps back', () => pool.unsellVehicle(car, 'the buyer steps back'));
  await guide.payments(car, 'REVERSAL', { Company: '-250.00', Ann: '-150.00', Bob: '-100.00' });
  await guide.accounts({ Ann: ['600.00', '50.0000'], Bob: ['650.00', '50.0000'], Company: '0.00' });
  const file = await guide.backup({ upTo: 6 });

  report.text(
    '',
    'Each backup is one SQL file in STORAGE_DIR/app/backups that needs nothing but',
    "itself. The database's stock client restores it, into a database of any server:",
    '',
    `  mysql -u USER -p DATABASE < ${file}`,
  );
}

/** Runs the steps and prints what each led to. */
class Guide {
  private steps = 0;
  private committedAt = 0;

  constructor(
    private readonly pool: PoolClient,
    private readonly report: Report,
  ) {}

  /** A critical operation. */
  async operation<T>(mutation: string, story: string, send: () => Promise<T>): Promise<T> {
    this.steps += 1;
    this.report.text('', `${this.steps}. ${mutation}: ${story}`);
    const answer = await send();
    this.committedAt = performance.now();
    return answer;
  }

  async sale(vehicleId: string, expected: { profit: string; commission: string; distributed: string }): Promise<void> {
    const sale = await this.pool.lastSale(vehicleId);
    this.report.figure('Profit', sale.profit, expected.profit);
    this.report.figure('Commission', sale.commission, expected.commission);
    this.report.figure('Distributed', sale.distributed, expected.distributed);
  }

  /** What the last sale paid to each account, or took back. */
  async payments(vehicleId: string, kind: 'INCOME' | 'REVERSAL', expected: Record<string, string>): Promise<void> {
    const { payments } = await this.pool.lastSale(vehicleId);
    const booked = payments.filter((payment) => payment.kind === kind);
    for (const name of new Set([...booked.map(({ user }) => user.name), ...Object.keys(expected)])) {
      const amounts = booked.filter(({ user }) => user.name === name).map(({ amount }) => amount);
      const label = kind === 'INCOME' ? 'Income' : 'Reversal';
      this.report.figure(`${label}, ${name}`, amounts.join(' and '), expected[name] ?? 'none');
    }
  }

  /** Balances, and the members' shares. */
  async accounts(expected: { Ann: Held; Bob: Held; Company: string }): Promise<void> {
    const { investors, companyRevenue } = await this.pool.accounts();
    for (const name of ['Ann', 'Bob'] as const) {
      const found = investors.find((investor) => investor.name === name);
      this.report.figure(name, held(found?.balance, found?.percentage), held(...expected[name]));
    }
    this.report.figure('Company', companyRevenue, expected.Company);
  }

  /** Waits for the backup that follows the last operation. @returns the name of its file */
  async backup({ upTo }: { upTo: number }): Promise<string> {
    const { filename, sizeBytes, lastOperation } = await this.pool.backupOfLastOperation();
    const after = ((performance.now() - this.committedAt) / 1000).toFixed(2);
    this.report.text(`   Backup  ${filename}  ${(sizeBytes / 1024).toFixed(1)} KiB  ${after} s after the commit`);
    this.report.claim(`operations 1 to ${lastOperation}`, lastOperation === upTo, `1 to ${upTo}`);
    const { proof } = await this.pool.judgedBackupOfLastOperation();
    this.report.claim(
      proof === 'PROVEN' ? 'restored, and its ledger is sound' : `found ${proof}`,
      proof === 'PROVEN',
      'restored and found sound',
    );
    return filename;
  }
}

/** Balance, and share in percent. */
type Held = [balance: string, percentage: string];

function held(balance = 'none', percentage = 'none'): string {
  return `${balance}   ${percentage.padStart(8)} %`;
}
