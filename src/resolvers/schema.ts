import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { applyAccessRules } from './access';
import { AccountResolver } from './account-resolver';
import { applyAuditTrail } from './audit-trail';
import { BackupResolver } from './backup-resolver';
import { ContributionResolver } from './contribution-resolver';
import { HistoryResolver } from './history-resolver';
import { OperationResolver } from './operation-resolver';
import { PaymentResolver } from './payment-resolver';
import { PoolResolver } from './pool-resolver';
import { SaleResolver } from './sale-resolver';
import { SessionResolver } from './session-resolver';
import { UserResolver } from './user-resolver';
import { VehicleResolver } from './vehicle-resolver';

type Resolvers = NonEmptyArray<new () => object>;

const PUBLIC: Resolvers = [
  SessionResolver,
  UserResolver,
  PoolResolver,
  VehicleResolver,
  SaleResolver,
  PaymentResolver,
  ContributionResolver,
];

// What they declare is on types of the admin schema alone: a field resolver on a shared type would show in both.
const ADMIN_ONLY: Resolvers = [BackupResolver, OperationResolver, HistoryResolver, AccountResolver];

export interface Schemas {
  public: GraphQLSchema;
  /** The public schema and what only an ADMIN may see. */
  admin: GraphQLSchema;
}

export function buildSchemas(): Schemas {
  return { public: build(PUBLIC), admin: build([...PUBLIC, ...ADMIN_ONLY]) };
}

/** The schema as it is committed under schema/: sorted, so that a difference is a change. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

function build(resolvers: Resolvers): GraphQLSchema {
  // Apollo checks a schema when it is given one: a second time would take a twentieth of a start.
  const schema = buildSchemaSync({ resolvers, orphanedTypes: [], validate: false, skipCheck: true });
  // The trail goes around the rules, so that it tells of those who were turned away too.
  return applyAuditTrail(applyAccessRules(schema));
}
