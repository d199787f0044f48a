// mercurius with its loaders and its compiled mode. The loaders' cache is off: its keys are whole rows as JSON, and
// the statements below ask for no row twice.
import fastify from 'fastify';
import { GraphQLScalarType } from 'graphql';
import mercurius from 'mercurius';
import * as rows from './ledger-rows.mjs';

const scalar = (name, serialize) => new GraphQLScalarType({ name, serialize });
const loader = (load) => ({ loader: (queries) => load(queries.map(({ obj }) => obj)), opts: { cache: false } });

const app = fastify();
await app.register(mercurius, {
  schema: rows.typeDefs,
  resolvers: {
    Money: scalar('Money', rows.money),
    Percentage: scalar('Percentage', rows.percentage),
    DateTime: scalar('DateTime', rows.dateTime),
    Query: { vehicles: (_, { first }) => rows.newestVehicles(first) },
  },
  loaders: {
    Vehicle: { sale: loader((vehicles) => rows.salesInForce(vehicles.map(({ id }) => id))) },
    Sale: { payments: loader((sales) => rows.paymentsOfSales(sales.map(({ id }) => id))) },
    Payment: { user: loader((payments) => rows.usersByIds(payments.map(({ userId }) => userId))) },
  },
  context: async ({ headers }) => ({ viewer: await rows.viewerOf(headers.authorization) }),
  jit: 1,
});
process.stdout.write(`ready at ${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql,\n`);
process.once('SIGTERM', () => process.exit());
