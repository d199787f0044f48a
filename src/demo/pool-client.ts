import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 25;
const LONGEST_WAIT_MS = 60_000;

export interface Payment {
  kind: string;
  /** Signed, such as "-150.00". */
  amount: string;
  user: { name: string };
}

export interface Sale {
  profit: string;
  commission: string;
  distributed: string;
  payments: Payment[];
}

/** What an account holds: its balance in the pool's currency, and its share in percent. */
interface Holding {
  name: string;
  balance: string;
  percentage: string;
}

export interface Backup {
  filename: string;
  sizeBytes: number;
  /** Every operation up to this one is in it. */
  lastOperation: number;
  /** PROVEN after a test restore that found it valid. */
  proof: 'UNPROVEN' | 'PROVEN' | 'UNSOUND' | 'DAMAGED';
}

/** What the demo asks of the API, signed in as the administrator. Each method is one request. */
export class PoolClient {
  private constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly signal: AbortSignal,
  ) {}

  /** @param signal sends no further request; the one under way is still answered */
  static async signIn(
    url: string,
    account: { email: string; password: string },
    signal: AbortSignal,
  ): Promise<PoolClient> {
    const { login } = await ask<{ login: { token: string } }>(
      `${url}/graphql`,
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token } }',
      account,
    );
    return new PoolClient(url, login.token, signal);
  }

  /** @returns the id of the new account */
  createInvestor(name: string): Promise<string> {
    const input = {
      name,
      email: `${name.toLowerCase()}@example.com`,
      password: 'a password of some length',
      role: 'INVESTOR',
    };
    return this.mutate('createUser', 'CreateUserInput', input);
  }

  /** @returns the id of the payment, which moves no money until it is confirmed */
  requestDeposit(userId: string, amount: string): Promise<string> {
    return this.mutate('requestPayment', 'RequestPaymentInput', { kind: 'DEPOSIT', amount, userId });
  }

  async confirmPayment(id: string): Promise<void> {
    await this.public('mutation ($id: ID!) { confirmPayment(id: $id) { status } }', { id });
  }

  /** @returns the id of the vehicle */
  buyVehicle(title: string, cost: string): Promise<string> {
    return this.mutate('buyVehicle', 'BuyVehicleInput', { title, cost });
  }

  async sellVehicle(vehicleId: string, price: string): Promise<void> {
    await this.mutate('sellVehicle', 'SellVehicleInput', { vehicleId, price });
  }

  async unsellVehicle(vehicleId: string, reason: string): Promise<void> {
    await this.mutate('unsellVehicle', 'UnsellVehicleInput', { vehicleId, reason });
  }

  /** The vehicle's last sale with all payments that were booked for it, be it in force or not. */
  async lastSale(vehicleId: string): Promise<Sale> {
    const { vehicle } = await this.public<{ vehicle: { sales: [Sale] } }>(
      `query ($id: ID!) {
        vehicle(id: $id) { sales { profit commission distributed payments { kind amount user { name } } } }
      }`,
      { id: vehicleId },
    );
    return vehicle.sales[0];
  }

  /** What the investors hold, oldest account first, and the company's revenue. */
  async accounts(): Promise<{ investors: Holding[]; companyRevenue: string }> {
    const { users, pool } = await this.public<{
      users: { nodes: Holding[] };
      pool: { companyRevenue: string };
    }>('{ users(role: INVESTOR) { nodes { name balance percentage } } pool { companyRevenue } }');
    return { investors: users.nodes, companyRevenue: pool.companyRevenue };
  }

  /** Waits until a backup holds the newest operation. @throws Error where none does after a minute */
  async backupOfLastOperation(): Promise<Backup> {
    return this.backupThat(() => true);
  }

  /** The same, and until it was judged. */
  async judgedBackupOfLastOperation(): Promise<Backup> {
    return this.backupThat(({ proof }) => proof !== 'UNPROVEN');
  }

  private async backupThat(isIt: (backup: Backup) => boolean): Promise<Backup> {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const { backupStatus, operations } = await this.admin<{
        backupStatus: { coveredThrough: number; problem: string | null };
        operations: [{ number: number; backup: Backup | null }];
      }>(`{
        backupStatus { coveredThrough problem }
        operations(first: 1) { number backup { filename sizeBytes lastOperation proof } }
      }`);
      const [{ number, backup }] = operations;
      if (backupStatus.coveredThrough >= number && backup !== null && isIt(backup)) return backup;
      if (performance.now() > deadline) {
        throw new Error(`No backup followed operation ${number}: ${backupStatus.problem ?? 'it still runs'}`);
      }
      await pause(POLL_MS);
    }
  }

  private public<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    this.signal.throwIfAborted();
    return ask<T>(`${this.url}/graphql`, query, variables, this.token);
  }

  private admin<T>(query: string): Promise<T> {
    this.signal.throwIfAborted();
    return ask<T>(`${this.url}/admin/graphql`, query, {}, this.token);
  }

  private async mutate(mutation: string, inputType: string, input: Record<string, string>): Promise<string> {
    const answer = await this.public<Record<string, { id: string }>>(
      `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { id } }`,
      { input },
    );
    return answer[mutation]?.id ?? '';
  }
}

/**
 * Sends one GraphQL request over HTTP.
 * @returns the data of the answer
 * @throws Error with the first message of an answer that has errors
 */
async function ask<T>(url: string, query: string, variables: Record<string, unknown>, token?: string): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: T; errors?: { message: string }[] };
  const [failure] = errors ?? [];
  if (failure !== undefined || data === undefined) throw new Error(failure?.message ?? `${url} answered without data.`);
  return data;
}
