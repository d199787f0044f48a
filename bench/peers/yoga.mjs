// graphql-yoga on node:http with resolvers written by hand over mysql2 and dataloader. Its caches for parsed and
// validated documents are on, as they are by default.
import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { GraphQLScalarType } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import * as rows from './ledger-rows.mjs';

const scalar = (name, serialize) => new GraphQLScalarType({ name, serialize });

const yoga = createYoga({
  schema: createSchema({
    typeDefs: rows.typeDefs,
    resolvers: {
      Money: scalar('Money', rows.money),
      Percentage: scalar('Percentage', rows.percentage),
      DateTime: scalar('DateTime', rows.dateTime),
      Query: { vehicles: (_, { first }) => rows.newestVehicles(first) },
      Vehicle: { sale: ({ id }, _, { saleOfVehicle }) => saleOfVehicle.load(id) },
      Sale: { payments: ({ id }, _, { paymentsOfSale }) => paymentsOfSale.load(id) },
      Payment: { user: ({ userId }, _, { user }) => user.load(userId) },
    },
  }),
  context: async ({ req }) => ({
    viewer: await rows.viewerOf(req.headers.authorization),
    saleOfVehicle: new DataLoader(rows.salesInForce),
    paymentsOfSale: new DataLoader(rows.paymentsOfSales),
    user: new DataLoader(rows.usersByIds),
  }),
  graphiql: false,
  landingPage: false,
  logging: false,
});

const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready at http://127.0.0.1:${server.address().port}/graphql,\n`);
});
process.once('SIGTERM', () => process.exit());
