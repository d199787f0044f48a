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

/** How a field treats those who may not have it. */
type Rule =
  /** Open, also without a token. */
  | 'ANYONE'
  /** Any account; where it shows rows, the service shows an account what it may see. */
  | 'SIGNED_IN'
  /** OPERATOR and ADMIN; others get null. */
  | 'STAFF_OR_NULL'
  /** The account that the object belongs to, OPERATOR and ADMIN; others are refused. */
  | 'OWNER'
  /** The same; others get null. */
  | 'OWNER_OR_NULL'
  /** Whoever was shown the object may have the field. */
  | 'WITH_PARENT'
  /** Those roles; others are refused. */
  | readonly Role[];

const STAFF = [Role.OPERATOR, Role.ADMIN];
const MEMBERS_AND_STAFF = [Role.INVESTOR, ...STAFF];
const ADMIN = [Role.ADMIN];

/** Who may what: every root field, and every field that leads to an account or to what an account owns. */
const ACCESS: Readonly<Record<string, Rule>> = {
  'Query.me': 'SIGNED_IN',
  'Query.pool': 'SIGNED_IN',
  'Query.vehicles': 'SIGNED_IN',
  'Query.vehicle': 'SIGNED_IN',
  'Query.users': STAFF,
  'Query.user': 'SIGNED_IN',
  'Query.payments': 'SIGNED_IN',
  'Query.payment': 'SIGNED_IN',

  'Mutation.login': 'ANYONE',
  'Mutation.changePassword': 'SIGNED_IN',
  'Mutation.createUser': ADMIN,
  'Mutation.requestPayment': MEMBERS_AND_STAFF,
  'Mutation.rejectPayment': STAFF,
  'Mutation.buyVehicle': STAFF,
  'Mutation.sellVehicle': STAFF,
  'Mutation.unsellVehicle': STAFF,
  'Mutation.confirmPayment': STAFF,

  'Query.backups': ADMIN,
  'Query.latestBackup': ADMIN,
  'Query.backupLog': ADMIN,
  'Query.backupStatus': ADMIN,
  'Query.operations': ADMIN,
  'Query.poolHistory': ADMIN,
  'Mutation.createBackup': ADMIN,
  'Mutation.verifyBackup': ADMIN,
  'Mutation.disableUser': ADMIN,
  'Mutation.enableUser': ADMIN,
  'Mutation.resetPassword': ADMIN,
  'Mutation.revokeTokens': ADMIN,

  'Session.user': 'WITH_PARENT',
  'User.payments': 'WITH_PARENT',
  'User.contributions': 'WITH_PARENT',
  'UserConnection.nodes': 'WITH_PARENT',
  'PaymentConnection.nodes': 'WITH_PARENT',
  'ContributionConnection.nodes': 'WITH_PARENT',
  'Vehicle.boughtBy': 'STAFF_OR_NULL',
  'Sale.soldBy': 'STAFF_OR_NULL',
  'Sale.payments': 'SIGNED_IN',
  'Sale.reversedBy': 'STAFF_OR_NULL',
  // A member's history shows the confirmations of others, since they moved the own share: not whose they were.
  'Payment.user': 'OWNER',
  'Payment.note': 'OWNER_OR_NULL',
  'Payment.rejectionReason': 'OWNER_OR_NULL',
  'Payment.reverses': 'WITH_PARENT',
  'Payment.confirmedBy': 'STAFF_OR_NULL',
  'Payment.rejectedBy': 'STAFF_OR_NULL',
  'Contribution.user': 'WITH_PARENT',
  'Contribution.payment': 'WITH_PARENT',
  'Operation.actor': 'WITH_PARENT',
  'Operation.payment': 'WITH_PARENT',
};

/** Types whose every appearance needs a rule. */
const OWNED = new Set([
  'User',
  'Payment',
  'Contribution',
  'UserConnection',
  'PaymentConnection',
  'ContributionConnection',
  'Operation',
]);

/**
 * Puts the rules before the resolvers of that schema.
 * @throws Error for a root field, or a field of an owned type, without a rule: what is new is closed
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
    if (rule === 'OWNER' && !isOwners) {
      throw new Refusal('FORBIDDEN', `The ${path.replace('.', "'s ")} is for its owner, OPERATOR and ADMIN.`);
    }
    if (typeof rule !== 'string' && !rule.includes(viewer.role)) {
      throw new Refusal(
        'FORBIDDEN',
        `${path.split('.')[1] ?? path} is for ${rule.join(' and ')}, not for ${viewer.role}.`,
      );
    }
    return resolve(source, args, context, info);
  };
}
