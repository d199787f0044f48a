import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { PoolDocument, RequestDepositDocument, SignInDocument } from './operations';

/** Signs in as an investor, asks for a deposit and tells how the pool stands. `url` is such as http://127.0.0.1:4000. */
export async function askForDeposit(url: string, email: string, password: string): Promise<string> {
  let token = '';
  const withToken = new SetContextLink(({ headers }) => ({
    headers: { ...(headers as object), ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
  }));
  const client = new ApolloClient({
    link: withToken.concat(new HttpLink({ uri: `${url}/graphql` })),
    cache: new InMemoryCache(),
  });
  const signIn = await client.mutate({ mutation: SignInDocument, variables: { email, password } });
  token = signIn.data?.login.token ?? '';

  const asked = await client.mutate({ mutation: RequestDepositDocument, variables: { amount: '250.00' } });
  const { data } = await client.query({ query: PoolDocument });
  const payment = asked.data?.requestPayment;
  if (payment === undefined || data === undefined) throw new Error('The server gave no answer.');
  return `${data.me.name} asks to deposit ${payment.amount} (${payment.status}); the pool holds ${data.pool.capital}.`;
}
