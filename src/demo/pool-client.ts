import { setTimeout as pause } from 'node:timers/promises';
import { GraphQLClient } from 'graphql-request';

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
export interface Holding {
  name: string;
  balance: string;
  percentage: string;
}

export interface Backup {
  filename: string;
  sizeBytes: number;
  /** Every operation up to this one is in it. */
  lastOperation: number;
  /** When it was restored into a scratch database and found sound. */
  verifiedAt: string | null;
}

/** What the demo asks of the API, signed in as the administrator. Each method is one request. */
export class PoolClient {
  private readonly public: GraphQLClient;
  private readonly admin: GraphQLClient;

  private constructor(
    url: string,
    token: string,
    private readonly signal: AbortSignal,
  ) {
    const options = {
      headers: { authorization: `Bearer ${token}` },
      requestMiddleware: <T>(request: T): T => {
        this.signal.throwIfAborted();
        return request;
      },
    };
    this.public = new GraphQLClient(`${url}/graphql`, options);
    this.admin = new GraphQLClient(`${url}/admin/graphql`, options);
  }

  /** @param signal sends no further request; the one under way is still answered */
  static async signIn(
    url: string,
    account: { email: string; password: string },
    signal: AbortSignal,
  ): Promise<PoolClient> {
    const { login } = await new GraphQLClient(`${url}/graphql`).request<{ login: { token: string } }>(
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
    await this.public.request('mutation ($id: ID!) { confirmPayment(id: $id) { status } }', { id });
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
    const { vehicle } = await this.public.request<{ vehicle: { sales: [Sale] } }>(
      `query ($id: ID!) {
        vehicle(id: $id) { sales { profit commission distributed payments { kind amount user { name } } } }
      }`,
      { id: vehicleId },
    );
    return vehicle.sales[0];
  }

  /** What the investors hold, oldest account first, and the company's revenue. */
  async accounts(): Promise<{ investors: Holding[]; companyRevenue: string }> {
    const { users, pool } = await this.public.request<{
      users: { nodes: Holding[] };
      pool: { companyRevenue: string };
    }>('{ users(role: INVESTOR) { nodes { name balance percentage } } pool { companyRevenue } }');
    return { investors: users.nodes, companyRevenue: pool.companyRevenue };
  }

  /** Waits until a backup holds the newest operation. @throws Error where none does after a minute */
  async backupOfLastOperation(): Promise<Backup> {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const { backupStatus, operations } = await this.admin.request<{
        backupStatus: { coveredThrough: number; problem: string | null };
        operations: [{ number: number; backup: Backup | null }];
      }>(`{
        backupStatus { coveredThrough problem }
        operations(first: 1) { number backup { filename sizeBytes lastOperation verifiedAt } }
      }`);
      const [{ number, backup }] = operations;
      if (backupStatus.coveredThrough >= number && backup !== null) return backup;
      if (performance.now() > deadline) {
        throw new Error(`No backup followed operation ${number}: ${backupStatus.problem ?? 'it still runs'}`);
      }
      await pause(POLL_MS);
    }
  }

  private async mutate(mutation: string, inputType: string, input: Record<string, string>): Promise<string> {
    const answer = await this.public.request<Record<string, { id: string }>>(
      `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { id } }`,
      { input },
    );
    return answer[mutation]?.id ?? '';
  }
}
