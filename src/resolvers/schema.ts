import { GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { applyAccessRules } from './access';
import { AccountResolver } from './account-resolver';
import { applyAuditTrail } from './audit-trail';
import { BackupResolver } from './backup-resolver';
import { ChangeResolver } from './change-resolver';
import { CommissionRateResolver } from './commission-rate-resolver';
import { applyDescriptions } from './descriptions';
import { ContributionResolver } from './contribution-resolver';
import { HistoryResolver } from './history-resolver';
import { applyInputFields } from './input-fields';
import { OperationReceiptResolver } from './operation-receipt-resolver';
import { OperationResolver } from './operation-resolver';
import { PaymentResolver } from './payment-resolver';
import { PoolResolver } from './pool-resolver';
import { refuseWithoutSpace } from './refuse-without-space';
import { PreviewResolver } from './preview-resolver';
import { SaleResolver } from './sale-resolver';
import { SessionResolver } from './session-resolver';
import { StatementLineResolver, StatementResolver, UserStatementResolver } from './statement-resolver';
import { ErrorCodeEnum } from './types/error-code';
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
  OperationReceiptResolver,
  ChangeResolver,
  UserStatementResolver,
  StatementResolver,
  StatementLineResolver,
  PreviewResolver,
];

// They extend only types of the admin schema: a field resolver on a shared type would show in the public schema too.
const ADMIN_ONLY: Resolvers = [
  BackupResolver,
  OperationResolver,
  HistoryResolver,
  AccountResolver,
  CommissionRateResolver,
];

interface Schemas {
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
  // Without a check: Apollo checks the schema anyway, and twice would take a twentieth of a start.
  const built = buildSchemaSync({ resolvers, orphanedTypes: [], validate: false, skipCheck: true }).toConfig();
  const schema = new GraphQLSchema({ ...built, types: [...built.types, ErrorCodeEnum] });
  // The trail is outside the access rules, so that it has the refused requests too.
  const complete = applyInputFields(applyDescriptions(schema));
  return applyAuditTrail(applyAccessRules(refuseWithoutSpace(complete)));
}
