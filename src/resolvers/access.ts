import {
  defaultFieldResolver,
  getNamedType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { Role } from '../entities/enums';
import { Refusal } from '../services/errors';
import { isStaff } from '../services/roles';
import type { Context } from './context';

/** Which accounts may have a field, and what the others get. */
type Rule =
  /** Open, also without a token. */
  | 'ANYONE'
  /** Any account; the service selects the rows that it may see. */
  | 'SIGNED_IN'
  /** OPERATOR and ADMIN; others get null. */
  | 'STAFF_OR_NULL'
  /** The account that the object belongs to, OPERATOR and ADMIN; others get null. */
  | 'OWNER_OR_NULL'
  /** Any account that got the object. */
  | 'WITH_PARENT'
  /** Those roles; others are refused. */
  | readonly Role[];

const STAFF = [Role.OPERATOR, Role.ADMIN];
const MEMBERS_AND_STAFF = [Role.INVESTOR, ...STAFF];
const ADMIN = [Role.ADMIN];

/** The rule of each root field, and of each field that leads to an account or to its payments and contributions. */
const ACCESS: Readonly<Record<string, Rule>> = {
  'Query.me': 'SIGNED_IN',
  'Query.pool': 'SIGNED_IN',
  'Query.vehicles': 'SIGNED_IN',
  'Query.vehicle': 'SIGNED_IN',
  'Query.users': STAFF,
  'Query.user': 'SIGNED_IN',
  'Query.payments': 'SIGNED_IN',
  'Query.payment': 'SIGNED_IN',
  'Query.sales': 'SIGNED_IN',
  'Query.sale': 'SIGNED_IN',
  'Query.companyStatement': STAFF,
  'Query.previewSale': STAFF,
  'Query.previewConfirmation': STAFF,
  'Query.operation': STAFF,
  // To all but ADMIN their own ones.
  'Query.changes': 'SIGNED_IN',

  'Mutation.login': 'ANYONE',
  'Mutation.changePassword': 'SIGNED_IN',
  'Mutation.createUser': ADMIN,
  'Mutation.requestPayment': MEMBERS_AND_STAFF,
  'Mutation.rejectPayment': STAFF,
  'Mutation.cancelPayment': MEMBERS_AND_STAFF,
  'Mutation.updateUser': ADMIN,
  'Mutation.updateVehicle': STAFF,
  'Mutation.buyVehicle': STAFF,
  'Mutation.sellVehicle': STAFF,
  'Mutation.unsellVehicle': STAFF,
  'Mutation.unbuyVehicle': STAFF,
  'Mutation.confirmPayment': STAFF,

  'Query.backups': ADMIN,
  'Query.latestBackup': ADMIN,
  'Query.backupLog': ADMIN,
  'Query.backupStatus': ADMIN,
  'Query.backupsPage': ADMIN,
  'Query.recoveryReport': ADMIN,
  'Query.operations': ADMIN,
  'Query.operationsPage': ADMIN,
  'Query.poolHistory': ADMIN,
  'Query.commissionRates': ADMIN,
  'Mutation.createBackup': ADMIN,
  'Mutation.verifyBackup': ADMIN,
  'Mutation.acknowledgeFinding': ADMIN,
  'Mutation.disableUser': ADMIN,
  'Mutation.enableUser': ADMIN,
  'Mutation.resetPassword': ADMIN,
  'Mutation.revokeTokens': ADMIN,
  'Mutation.setCommissionRate': ADMIN,

  'Session.user': 'WITH_PARENT',
  'MemberPreview.user': 'WITH_PARENT',
  'ConfirmationPreview.payment': 'WITH_PARENT',
  'User.payments': 'WITH_PARENT',
  'User.contributions': 'WITH_PARENT',
  'User.statement': 'WITH_PARENT',
  'StatementLine.payment': 'WITH_PARENT',
  ...pagesOf('User', 'Payment', 'Contribution', 'Operation', 'Change'),
  'Vehicle.boughtBy': 'STAFF_OR_NULL',
  'Vehicle.cancelledBy': 'STAFF_OR_NULL',
  'Vehicle.cancellationReason': 'STAFF_OR_NULL',
  'Sale.soldBy': 'STAFF_OR_NULL',
  'Sale.payments': 'SIGNED_IN',
  'Sale.paymentsPage': 'SIGNED_IN',
  'Sale.reversedBy': 'STAFF_OR_NULL',
  'Sale.reversalReason': 'STAFF_OR_NULL',
  // A member's history shows confirmations of other members, because they changed the member's share, but not their names.
  'Payment.user': 'OWNER_OR_NULL',
  'Payment.note': 'OWNER_OR_NULL',
  'Payment.rejectionReason': 'OWNER_OR_NULL',
  'Payment.reverses': 'WITH_PARENT',
  'Payment.confirmedBy': 'STAFF_OR_NULL',
  'Payment.rejectedBy': 'STAFF_OR_NULL',
  'Contribution.user': 'WITH_PARENT',
  'Contribution.payment': 'WITH_PARENT',
  'CommissionRate.setBy': 'WITH_PARENT',
  'Change.actor': 'WITH_PARENT',
  'Operation.actor': 'WITH_PARENT',
  'Operation.payment': 'WITH_PARENT',
};

/** Each field of one of these types, or of a page of them, needs a rule. */
const OWNED = new Set(
  ['User', 'Payment', 'Contribution', 'Operation', 'Change', 'Statement'].flatMap((name) => [
    name,
    `${name}Connection`,
    `${name}Edge`,
  ]),
);

/** Those who got a page may see its rows. */
function pagesOf(...names: readonly string[]): Record<string, Rule> {
  const paths = names.flatMap((name) => [`${name}Connection.nodes`, `${name}Connection.edges`, `${name}Edge.node`]);
  return Object.fromEntries(paths.map((path) => [path, 'WITH_PARENT']));
}

/**
 * Puts the rules before the resolvers of that schema.
 * @throws Error for a root field, or a field of an owned type, without a rule: a new field is closed until it has one
 */
export function applyAccessRules(schema: GraphQLSchema): GraphQLSchema {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const path = `${type.name}.${field.name}`;
      const rule = ACCESS[path];
      if (rule === undefined) {
        if (!roots.has(type) && !OWNED.has(getNamedType(field.type).name)) continue;
        throw new Error(`${path} has no rule in src/resolvers/access.ts: say who may have it.`);
      }
      if (rule !== 'ANYONE' && rule !== 'WITH_PARENT') {
        field.resolve = guarded(rule, path, (field.resolve ?? defaultFieldResolver) as Resolver);
      }
    }
  }
  return schema;
}

type Resolver = GraphQLFieldResolver<unknown, Context>;

function guarded(rule: Exclude<Rule, 'ANYONE' | 'WITH_PARENT'>, path: string, resolve: Resolver): Resolver {
  return (source, args, context, info): unknown => {
    const { viewer } = context;
    if (viewer instanceof Error) throw viewer;
    if (rule === 'STAFF_OR_NULL' && !isStaff(viewer)) return null;
    const isOwners = isStaff(viewer) || (source as { userId?: unknown } | undefined)?.userId === viewer.id;
    if (rule === 'OWNER_OR_NULL' && !isOwners) return null;
    if (typeof rule !== 'string' && !rule.includes(viewer.role)) {
      throw new Refusal(
        'FORBIDDEN',
        `${path.split('.')[1] ?? path} is for ${rule.join(' and ')}, not for ${viewer.role}.`,
      );
    }
    return resolve(source, args, context, info);
  };
}
