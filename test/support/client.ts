import { ClientError, GraphQLClient } from 'graphql-request';
import { PASSWORD } from './constants';

export { PASSWORD };

/** What a client's program sees of a refusal. */
export interface RefusedRequest {
  code: string;
  message: string;
}

let accounts = 0;

/** The first error of a request that must be refused. @throws where it is answered */
export async function refusalOf(request: Promise<unknown>): Promise<RefusedRequest> {
  const answer = await request.catch((error: unknown) => error);
  if (!(answer instanceof ClientError)) throw new Error(`expected a refusal, got ${JSON.stringify(answer)}`);
  const [first] = answer.response.errors ?? [];
  if (first === undefined) throw answer;
  return { code: String(first.extensions.code), message: first.message };
}

/** A GraphQL client as a front end would use it, signed in as one account or as nobody. */
export class Client {
  private readonly public: GraphQLClient;
  private readonly adminSide: GraphQLClient;

  constructor(
    readonly url: string,
    readonly token: string | null,
    readonly id = '',
  ) {
    const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
    this.public = new GraphQLClient(`${url}/graphql`, { headers });
    this.adminSide = new GraphQLClient(`${url}/admin/graphql`, { headers });
  }

  static async signIn(url: string, email: string, password: string): Promise<Client> {
    const { login } = await new Client(url, null).request<{ login: { token: string; user: { id: string } } }>(
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token user { id } } }',
      { email, password },
    );
    return new Client(url, login.token, login.user.id);
  }

  request<T>(document: string, variables: Record<string, unknown> = {}): Promise<T> {
    return this.public.request<T>(document, variables);
  }

  /** Asks the admin schema. */
  administer<T>(document: string, variables: Record<string, unknown> = {}): Promise<T> {
    return this.adminSide.request<T>(document, variables);
  }

  /** The first error of a request that must be refused. @throws where it is answered */
  refused(document: string, variables: Record<string, unknown> = {}): Promise<RefusedRequest> {
    return refusalOf(this.request<unknown>(document, variables));
  }

  /** Creates an account (for an ADMIN's client) and signs in as it. */
  async createUser(role: string, name = `Member ${++accounts}`): Promise<Client> {
    const email = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}.${++accounts}@example.com`;
    await this.request('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      input: { name, email, password: PASSWORD, role },
    });
    return Client.signIn(this.url, email, PASSWORD);
  }

  async requestPayment(
    kind: string,
    amount: string,
    userId?: string,
    input: Record<string, unknown> = {},
  ): Promise<string> {
    const { requestPayment } = await this.request<{ requestPayment: { id: string } }>(
      'mutation ($input: RequestPaymentInput!) { requestPayment(input: $input) { id } }',
      { input: { kind, amount, ...(userId === undefined ? {} : { userId }), ...input } },
    );
    return requestPayment.id;
  }

  async confirmPayment(id: string): Promise<void> {
    await this.request('mutation ($id: ID!) { confirmPayment(id: $id) { id } }', { id });
  }

  async rejectPayment(id: string, reason?: string): Promise<void> {
    await this.request('mutation ($id: ID!, $reason: String) { rejectPayment(id: $id, reason: $reason) { id } }', {
      id,
      reason,
    });
  }

  /** Asks and confirms on behalf of a member. */
  async deposit(userId: string, amount: string): Promise<void> {
    await this.confirmPayment(await this.requestPayment('DEPOSIT', amount, userId));
  }

  async withdraw(userId: string, amount: string): Promise<void> {
    await this.confirmPayment(await this.requestPayment('WITHDRAWAL', amount, userId));
  }

  async buy(cost: string, input: Record<string, unknown> = {}): Promise<string> {
    const { buyVehicle } = await this.request<{ buyVehicle: { id: string } }>(
      'mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id } }',
      { input: { title: 'A car', cost, ...input } },
    );
    return buyVehicle.id;
  }

  async sell(vehicleId: string, price: string, input: Record<string, unknown> = {}): Promise<void> {
    await this.request('mutation ($input: SellVehicleInput!) { sellVehicle(input: $input) { id } }', {
      input: { vehicleId, price, ...input },
    });
  }

  async unsell(vehicleId: string, reason?: string): Promise<void> {
    await this.request('mutation ($input: UnsellVehicleInput!) { unsellVehicle(input: $input) { id } }', {
      input: { vehicleId, reason },
    });
  }

  async unbuy(vehicleId: string, reason?: string): Promise<void> {
    await this.request('mutation ($input: UnbuyVehicleInput!) { unbuyVehicle(input: $input) { id } }', {
      input: { vehicleId, reason },
    });
  }

  /** What an account holds now, such as "750.00 at 60.0000". */
  async holding(userId: string): Promise<string> {
    const { user } = await this.request<{ user: { balance: string; percentage: string } }>(
      'query ($id: ID!) { user(id: $id) { balance percentage } }',
      { id: userId },
    );
    return `${user.balance} at ${user.percentage}`;
  }
}
