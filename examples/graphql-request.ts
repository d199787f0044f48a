import { GraphQLClient } from 'graphql-request';
import { PoolDocument, RequestDepositDocument, SignInDocument } from './operations';

/** Signs in as an investor, asks for a deposit and tells how the pool stands. `url` is such as http://127.0.0.1:4000. */
export async function askForDeposit(url: string, email: string, password: string): Promise<string> {
  const client = new GraphQLClient(`${url}/graphql`);
  const { login } = await client.request(SignInDocument, { email, password });
  client.setHeader('authorization', `Bearer ${login.token}`);

  const { requestPayment } = await client.request(RequestDepositDocument, { amount: '250.00' });
  const { me, pool } = await client.request(PoolDocument);
  return `${me.name} asks to deposit ${requestPayment.amount} (${requestPayment.status}); the pool holds ${pool.capital}.`;
}
