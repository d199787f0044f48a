import { ADMIN } from '../support/server';

/** Who comes to a door. */
export type Asker =
  | 'ADMIN'
  | 'OPERATOR'
  | 'INVESTOR'
  | 'COMPANY'
  | 'nobody'
  | 'an expired token'
  | 'a token of another key'
  | 'a token of another algorithm'
  | 'an unsigned token'
  | 'a token of another issuer'
  | 'a token of an unknown account'
  | 'a token of an account by its number'
  | 'a token without a version'
  | 'a token that never expires'
  | 'a token of another audience'
  | 'a token of before a restore'
  | 'a token from before a change of the password'
  | 'no bearer token'
  | 'garbage';

export const ROLES = ['ADMIN', 'OPERATOR', 'INVESTOR', 'COMPANY'] as const;
const STAFF: readonly Asker[] = ['ADMIN', 'OPERATOR'];
export const EVERYBODY = 'everybody';

/** Who may ask for a root field, and what becomes of a request of theirs that is meant to change nothing. */
export interface Door {
  document: string;
  for: readonly Asker[] | typeof EVERYBODY;
  /** The code of the refusal behind the door; null where the request is answered. */
  then?: string;
}

export const PUBLIC: Record<string, Door> = {
  'Query.me': { document: '{ me { id role } }', for: ROLES },
  'Query.pool': { document: '{ pool { capital } }', for: ROLES },
  'Query.vehicles': { document: '{ vehicles { nodes { id } totalCount } }', for: ROLES },
  'Query.vehicle': { document: '{ vehicle(id: "1") { id } }', for: ROLES },
  'Query.users': { document: '{ users { nodes { id } } }', for: STAFF },
  'Query.user': { document: '{ user(id: "999999") { id } }', for: STAFF },
  'Query.payments': { document: '{ payments { nodes { id } } }', for: ROLES },
  'Query.payment': { document: '{ payment(id: "1") { id } }', for: ROLES },
  'Query.sales': { document: '{ sales { nodes { id } totalCount } }', for: ROLES },
  'Query.sale': { document: '{ sale(id: "1") { id } }', for: ROLES },
  'Query.companyStatement': {
    document: '{ companyStatement(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z") { closing } }',
    for: STAFF,
  },
  'Query.previewSale': {
    document: '{ previewSale(vehicleId: "0", price: 1) { profit } }',
    for: STAFF,
    then: 'NOT_FOUND',
  },
  'Query.previewConfirmation': {
    document: '{ previewConfirmation(paymentId: "0") { payment { id } } }',
    for: STAFF,
    then: 'NOT_FOUND',
  },
  'Query.operation': { document: '{ operation(uid: "a uid that is unknown") { uid } }', for: STAFF },
  'Query.changes': { document: '{ changes { nodes { number } totalCount } }', for: ROLES },
  'Mutation.login': {
    document: `mutation { login(email: "${ADMIN.email}", password: "${ADMIN.password}") { token } }`,
    for: EVERYBODY,
  },
  'Mutation.changePassword': {
    document: 'mutation { changePassword(currentPassword: "x", newPassword: "short") { token } }',
    for: ROLES,
    then: 'BAD_USER_INPUT',
  },
  'Mutation.createUser': {
    document: 'mutation { createUser(input: { name: "", email: "a@b.c", password: "12345678", role: ADMIN }) { id } }',
    for: ['ADMIN'],
    then: 'BAD_USER_INPUT',
  },
  'Mutation.requestPayment': {
    document: 'mutation { requestPayment(input: { kind: DEPOSIT, amount: 0 }) { id } }',
    for: ['ADMIN', 'OPERATOR', 'INVESTOR'],
    then: 'BAD_USER_INPUT',
  },
  'Mutation.rejectPayment': {
    document: 'mutation { rejectPayment(id: "0") { id } }',
    for: STAFF,
    then: 'NOT_FOUND',
  },
  'Mutation.cancelPayment': {
    document: 'mutation { cancelPayment(id: "0") { id } }',
    for: ['ADMIN', 'OPERATOR', 'INVESTOR'],
    then: 'NOT_FOUND',
  },
  'Mutation.updateVehicle': {
    document: 'mutation { updateVehicle(input: { id: "0", title: "A car" }) { id } }',
    for: STAFF,
    then: 'NOT_FOUND',
  },
  'Mutation.updateUser': {
    document: 'mutation { updateUser(input: { id: "0", name: "A name" }) { id } }',
    for: ['ADMIN'],
    then: 'NOT_FOUND',
  },
  'Mutation.buyVehicle': {
    document: 'mutation { buyVehicle(input: { title: "", cost: 1 }) { id } }',
    for: STAFF,
    then: 'BAD_USER_INPUT',
  },
  'Mutation.sellVehicle': {
    document: 'mutation { sellVehicle(input: { vehicleId: "0", price: 1 }) { id } }',
    for: STAFF,
    then: 'NOT_FOUND',
  },
  'Mutation.unsellVehicle': {
    document: 'mutation { unsellVehicle(input: { vehicleId: "0" }) { id } }',
    for: STAFF,
    then: 'NOT_FOUND',
  },
  'Mutation.unbuyVehicle': {
    document: 'mutation { unbuyVehicle(input: { vehicleId: "0" }) { id } }',
    for: STAFF,
    then: 'NOT_FOUND',
  },
  'Mutation.confirmPayment': {
    document: 'mutation { confirmPayment(id: "0") { id } }',
    for: STAFF,
    then: 'NOT_FOUND',
  },
};

export const ADMIN_ONLY: Record<string, Door> = {
  'Query.backups': { document: '{ backups { filename } }', for: ['ADMIN'] },
  'Query.latestBackup': { document: '{ latestBackup { filename } }', for: ['ADMIN'] },
  'Query.backupLog': { document: '{ backupLog { message } }', for: ['ADMIN'] },
  'Query.backupStatus': { document: '{ backupStatus { healthy } }', for: ['ADMIN'] },
  'Query.recoveryReport': {
    document: '{ recoveryReport(from: "2000-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z") { operations } }',
    for: ['ADMIN'],
  },
  'Query.operations': { document: '{ operations { number } }', for: ['ADMIN'] },
  'Query.backupsPage': { document: '{ backupsPage { totalCount } }', for: ['ADMIN'] },
  'Query.operationsPage': { document: '{ operationsPage { totalCount } }', for: ['ADMIN'] },
  'Query.poolHistory': { document: '{ poolHistory { at } }', for: ['ADMIN'] },
  'Query.commissionRates': { document: '{ commissionRates { rate } }', for: ['ADMIN'] },
  'Mutation.createBackup': { document: 'mutation { createBackup { running } }', for: ['ADMIN'] },
  'Mutation.verifyBackup': {
    document: 'mutation { verifyBackup(filename: "0") { filename } }',
    for: ['ADMIN'],
    then: 'NOT_FOUND',
  },
  'Mutation.acknowledgeFinding': {
    document: 'mutation { acknowledgeFinding(id: "00000000", reason: "It is meant.") { healthy } }',
    for: ['ADMIN'],
    then: 'NOT_FOUND',
  },
  'Mutation.setCommissionRate': {
    document: 'mutation { setCommissionRate(rate: "100.0001") { commissionRate } }',
    for: ['ADMIN'],
    then: 'BAD_USER_INPUT',
  },
  'Mutation.disableUser': { document: 'mutation { disableUser(id: "0") { id } }', for: ['ADMIN'], then: 'NOT_FOUND' },
  'Mutation.enableUser': { document: 'mutation { enableUser(id: "0") { id } }', for: ['ADMIN'], then: 'NOT_FOUND' },
  'Mutation.revokeTokens': { document: 'mutation { revokeTokens(id: "0") { id } }', for: ['ADMIN'], then: 'NOT_FOUND' },
  'Mutation.resetPassword': {
    document: 'mutation { resetPassword(id: "0", newPassword: "12345678") { id } }',
    for: ['ADMIN'],
    then: 'NOT_FOUND',
  },
};
