import { Client } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

/** A server whose pool has a bit of everything; all of it backed up. */
export interface PoolWorld {
  server: TestServer;
  admin: Client;
  operator: Client;
  /** Holds 150.00 of 200.00. */
  investor: Client;
  /** Holds 50.00 of 200.00. */
  other: Client;
  companyId: string;
  /** The VIN of `forSale`. */
  vin: string;
  /** Bought at BOUGHT_AT. */
  forSale: string;
  /** In its second sale; the first was reversed. */
  sold: string;
  /** For sale again after its sale was reversed. */
  unsold: string;
  /** Its purchase was undone. */
  cancelled: string;
  /** A deposit of `investor`. */
  pending: string;
  confirmed: string;
  rejected: string;
  /** A withdrawal of `investor` that was covered when it was asked for, and is not any more. */
  uncovered: string;
  /** An INCOME of `other`. */
  income: string;
}

export const BOUGHT_AT = '2024-01-01T00:00:00.000Z';

/** @param settings environment variables of the server */
export async function createPoolWorld(settings: Record<string, string> = {}): Promise<PoolWorld> {
  const server = await startTestServer({ BACKUP_VERIFY: 'checksum', BACKUP_KEEP: '100', ...settings });
  const { admin } = server;
  const operator = await admin.createUser('OPERATOR', 'The operator');
  const investor = await admin.createUser('INVESTOR', 'An investor');
  const other = await admin.createUser('INVESTOR', 'Another investor');
  const vin = 'WVWZZZ1JZXW000001';

  const confirmed = await admin.requestPayment('DEPOSIT', '300.00', investor.id, { note: 'from the bank' });
  await operator.confirmPayment(confirmed);
  await operator.deposit(other.id, '50.00');
  const uncovered = await investor.requestPayment('WITHDRAWAL', '200.00');
  await operator.confirmPayment(
    await operator.requestPayment('WITHDRAWAL', '150.00', investor.id, { note: 'for a new roof' }),
  );

  const forSale = await operator.buy('1000.00', { title: 'Golf', vin, boughtAt: BOUGHT_AT });
  const sold = await operator.buy('100.00', { title: 'Polo' });
  await operator.sell(sold, '110.00');
  await operator.unsell(sold, 'the buyer withdrew');
  await operator.sell(sold, '120.00');

  const unsold = await operator.buy('1.00', { title: 'Fox' });
  await operator.sell(unsold, '1.00');
  await operator.unsell(unsold);
  const cancelled = await operator.buy('9000.00', { title: 'Lupo' });
  await operator.unbuy(cancelled, 'too dear');

  const pending = await investor.requestPayment('DEPOSIT', '10.00');
  const rejected = await investor.requestPayment('DEPOSIT', '11.00');
  await operator.rejectPayment(rejected, 'not received');
  const { users } = await admin.request<{ users: { nodes: { id: string }[] } }>(
    '{ users(role: COMPANY) { nodes { id } } }',
  );
  const { payments } = await other.request<{ payments: { nodes: { id: string }[] } }>(
    '{ payments(kind: INCOME, status: CONFIRMED) { nodes { id } } }',
  );
  await allBackedUp(server);
  return {
    server,
    admin,
    operator,
    investor,
    other,
    companyId: users.nodes[0]?.id ?? '',
    vin,
    forSale,
    sold,
    unsold,
    cancelled,
    pending,
    confirmed,
    rejected,
    uncovered,
    income: payments.nodes[0]?.id ?? '',
  };
}
