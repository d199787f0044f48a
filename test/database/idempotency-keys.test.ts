import 'reflect-metadata';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { migrations } from '../../src/database/migrations';
import { PaymentKind } from '../../src/entities/enums';
import { User } from '../../src/entities/user';
import { OperationQueue } from '../../src/services/operation-queue';
import { OperationRunner } from '../../src/services/operations';
import { PaymentService } from '../../src/services/payment-service';
import { VehicleService } from '../../src/services/vehicle-service';
import { createTestDatabase } from '../support/database';

/** The last version that kept the keys in the rows themselves. */
const BEFORE = 3;

test('the keys of an older version stay: the same request gets its answer, another one is refused', async () => {
  const database = await createTestDatabase();
  try {
    const { options } = createDataSource(database.address);
    const old = { ...options, migrations: migrations.slice(0, BEFORE) } as DataSourceOptions;
    const before = await new DataSource(old).initialize();
    await before.runMigrations();
    await before.destroy();
    const { query } = database;
    await query(
      `INSERT INTO users (id, name, email, role, createdAt) VALUES (2, 'An operator', 'o@example.com', 'OPERATOR', NOW(3))`,
    );
    await query(
      `INSERT INTO vehicles (id, title, vin, cost, status, boughtAt, boughtById, idempotencyKey)
       VALUES (5, 'Golf', 'WVWZZZ1JZXW000001', 12345, 'FOR_SALE', NOW(3), 2, 'old-purchase')`,
    );
    await query(
      `INSERT INTO payments (id, userId, kind, status, amount, note, createdAt, requestedById, idempotencyKey)
       VALUES (7, 2, 'WITHDRAWAL', 'PENDING', -500, 'Zoë "1"', NOW(3), 2, 'old-payment')`,
    );
    const dataSource = await createDataSource(database.address).initialize();
    try {
      await migrate(dataSource);
      const runner = new OperationRunner(dataSource, () => undefined, new OperationQueue());
      const payments = new PaymentService(dataSource, runner);
      const vehicles = new VehicleService(dataSource, runner);
      const actor = await dataSource.manager.findOneByOrFail(User, { id: 2 });

      const payment = { kind: PaymentKind.WITHDRAWAL, amount: 500n, note: 'Zoë "1"', idempotencyKey: 'old-payment' };
      expect((await payments.request(actor, payment)).id).toBe(7);
      const vehicle = { title: 'Golf', vin: 'WVWZZZ1JZXW000001', cost: 12_345n, idempotencyKey: 'old-purchase' };
      expect((await vehicles.buy(actor, vehicle)).id).toBe(5);
      const reused = { code: 'IDEMPOTENCY_KEY_REUSED' };
      await expect(payments.request(actor, { ...payment, amount: 501n })).rejects.toMatchObject(reused);
      await expect(vehicles.buy(actor, { ...vehicle, cost: 1n })).rejects.toMatchObject(reused);
      await expect(vehicles.buy(actor, { ...vehicle, boughtAt: new Date(0) })).rejects.toMatchObject(reused);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await database.drop();
  }
});
