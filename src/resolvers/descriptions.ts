import { type GraphQLSchema, isEnumType, isInputObjectType, isObjectType } from 'graphql';

/**
 * What types, fields, arguments and values mean where their name and type do not say it all, or where no line of their
 * declaration does: "Type", "Type.field", "Type.field(argument)" or "Enum.VALUE". A test holds that nothing is left out.
 */
export const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Query: 'What can be read. Reading changes nothing.',
  'Query.payment': 'OPERATOR, ADMIN: any payment. Others: only their own. Null where there is none.',
  'Query.payment(id)': 'The id of the payment.',
  'Query.sale(id)': 'The id of the sale.',
  'Query.user(id)': 'The id of the account.',
  'Query.vehicle': 'Any signed-in role. Null where there is none.',
  'Query.vehicle(id)': 'The id of the vehicle.',
  'Query.operation(uid)': 'The operationUid of an error with the code OUTCOME_UNKNOWN.',
  'Query.backupLog(lines)': '1 to 1000.',
  'Query.backupStatus': 'Whether every operation is stored and proven, and what is wrong if not.',

  Mutation: 'What changes something. The mutations of one request run one after the other.',
  'Mutation.acknowledgeFinding(id)': 'The id of the finding, from backupStatus.',
  'Mutation.acknowledgeFinding(reason)': 'Why the finding is meant: one line.',
  'Mutation.buyVehicle(input)': 'What is bought.',
  'Mutation.changePassword(currentPassword)': 'The password until now.',
  'Mutation.changePassword(newPassword)': 'The password from now on: 8 to 256 characters.',
  'Mutation.confirmPayment(id)': 'The id of a PENDING payment.',
  'Mutation.createUser(input)': 'The new account.',
  'Mutation.disableUser(id)': 'The id of the account.',
  'Mutation.enableUser(id)': 'The id of the account.',
  'Mutation.login(email)': 'The email of the account.',
  'Mutation.login(password)': 'The password of the account.',
  'Mutation.rejectPayment(id)': 'The id of a PENDING payment.',
  'Mutation.rejectPayment(reason)': 'Why, for the member who sees the payment: at most 500 characters.',
  'Mutation.requestPayment(input)': 'What is asked for.',
  'Mutation.resetPassword(id)': 'The id of the account.',
  'Mutation.resetPassword(newPassword)': 'The password from now on: 8 to 256 characters.',
  'Mutation.revokeTokens(id)': 'The id of the account.',
  'Mutation.sellVehicle(input)': 'What is sold, and for how much.',
  'Mutation.setCommissionRate(rate)': 'In percent: 0 to 100, with at most four decimals.',
  'Mutation.unsellVehicle(input)': 'Which sale is undone.',
  'Mutation.unbuyVehicle(input)': 'Which purchase is undone.',
  'Mutation.verifyBackup(filename)': 'The name of a backup of this server.',

  'User.id': 'Never changes, and is never given to another account.',
  'User.name': 'The name of the person.',
  'User.email': 'The address that the account signs in with.',
  'User.role': 'What the account may do.',
  'User.payments': 'The payments of this account. Newest first.',
  'User.createdAt': 'When the account was made.',

  Vehicle: 'A vehicle that the pool has bought.',
  'Vehicle.id': 'Never changes, and is never given to another vehicle.',
  'Vehicle.title': 'What people call it, such as make and model.',
  'Vehicle.year': 'The model year.',
  'Vehicle.cost': 'What the pool paid for it.',
  'Vehicle.plannedPrice': 'The price that it is meant to be sold for. Nothing is computed from it.',
  'Vehicle.status': 'Whether it is for sale.',
  'Vehicle.boughtAt': 'When it was bought.',

  Sale: 'The sale of a vehicle, in force or reversed.',
  'Sale.id': 'Never changes, and is never given to another sale.',
  'Sale.vehicle': 'What was sold.',
  'Sale.price': 'What the buyer paid.',
  'Sale.soldAt': 'When it was sold.',
  'Sale.reversedAt': 'When the sale was undone; null for a sale in force.',

  Payment: 'What changes, changed or would change the balance of an account.',
  'Payment.id': 'Never changes, and is never given to another payment.',
  'Payment.kind': 'What the payment is.',
  'Payment.status': 'Whether it counts.',
  'Payment.sale': 'For an INCOME, a COMMISSION and their REVERSAL: the sale.',
  'Payment.note': 'What was noted when it was asked for. Only its owner, OPERATOR and ADMIN see it.',
  'Payment.createdAt': 'When it was asked for, or booked.',
  'Payment.confirmedAt': 'When it was booked; null where it was not.',
  'Payment.rejectedAt': 'When it was rejected; null where it was not.',
  'Payment.rejectionReason': 'Why it was rejected. Only its owner, OPERATOR and ADMIN see it.',

  'Contribution.id': 'Never changes. Later lines have greater ids.',
  'Contribution.user': 'Whose history this is.',
  'Contribution.payment': 'The payment that was booked; of another member where only the share was recalculated.',
  'Contribution.balance': 'The balance of the account after this line.',
  'Contribution.percentage': 'The share of the account after this line.',
  'Contribution.createdAt': 'When it was booked.',

  Pool: 'The pool as a whole, at this moment.',
  'Pool.vehiclesForSale': 'How many vehicles are for sale.',
  'Pool.vehiclesSold': 'How many vehicles are sold.',
  'PoolPoint.at': 'The time of the last booking of the interval.',

  Session: 'A signed-in account.',
  'Session.expiresAt': 'From then on the token is refused.',
  'Session.user': 'The account that signed in.',
  'OperationReceipt.number': 'Its place in the order of the commits.',
  'OperationReceipt.at': 'When it was booked.',

  BuyVehicleInput: 'A purchase.',
  'BuyVehicleInput.title': 'What people call it, such as make and model: one line, at most 200 characters.',
  'BuyVehicleInput.year': 'The model year: 1885 to next year.',
  'BuyVehicleInput.mileage': 'Odometer reading in kilometres.',
  'BuyVehicleInput.cost': 'What the pool pays: more than 0.00.',
  'BuyVehicleInput.plannedPrice': 'The price that it is meant to be sold for: more than 0.00.',
  SellVehicleInput: 'A sale.',
  'SellVehicleInput.vehicleId': 'The id of a vehicle that is for sale.',
  'SellVehicleInput.price': 'What the buyer pays: more than 0.00.',
  UnsellVehicleInput: 'The reversal of a sale.',
  'UnsellVehicleInput.vehicleId': 'The id of a vehicle that is sold.',
  'UnsellVehicleInput.reason': 'Why, for OPERATOR and ADMIN: at most 500 characters.',
  UnbuyVehicleInput: 'The reversal of a purchase.',
  'UnbuyVehicleInput.vehicleId': 'The id of a vehicle that was never sold.',
  'UnbuyVehicleInput.reason': 'Why, for OPERATOR and ADMIN: at most 500 characters.',
  RequestPaymentInput: 'A deposit or a withdrawal that somebody has to confirm.',
  'RequestPaymentInput.note': 'For its owner, OPERATOR and ADMIN: at most 500 characters.',
  CreateUserInput: 'A new account.',
  'CreateUserInput.name': 'The name of the person: one line, at most 200 characters.',
  'CreateUserInput.email': 'The address to sign in with: no other account has it.',
  'CreateUserInput.password': '8 to 256 characters. The owner should change it.',
  'CreateUserInput.role': 'ADMIN, OPERATOR or INVESTOR.',

  'Role.ADMIN': 'Runs the system.',
  'Role.OPERATOR': 'Records purchases and sales and confirms payments.',
  'Role.INVESTOR': 'Holds capital.',
  'Role.COMPANY': 'Receives the commission; nobody signs in as it.',
  'VehicleStatus.FOR_SALE': 'Bought, and not sold.',
  'VehicleStatus.SOLD': 'There is a sale in force.',
  'VehicleStatus.CANCELLED': 'Its purchase was undone: it counts nowhere.',
  'PaymentKind.DEPOSIT': 'A member pays in.',
  'PaymentKind.WITHDRAWAL': 'A member takes out; the amount is negative.',
  'PaymentKind.INCOME': "A member's part of a profit.",
  'PaymentKind.COMMISSION': "The company's part of a profit.",
  'PaymentKind.REVERSAL': 'Takes an INCOME or a COMMISSION back, as its sale was undone.',
  PaymentStatus: 'Whether a payment counts.',
  'PaymentStatus.PENDING': 'Asked for, and not decided: no money has moved.',
  'PaymentStatus.CONFIRMED': 'Booked, and in force.',
  'PaymentStatus.REJECTED': 'Refused, or cancelled by the account that asked for it: no money has moved.',
  'PaymentStatus.REVERSED': 'Booked once, and taken back by a REVERSAL.',

  'CommissionRate.rate': "The company's part of a positive profit.",
  'CommissionRate.setAt': 'From when on it holds.',
  'Operation.number': 'Its place in the order of all operations: from 1 on, without gaps.',
  'Operation.kind': 'What was done.',
  'Operation.actor': 'Who did it.',
  'Operation.vehicle': 'What was bought or sold, or whose sale was undone; null for a payment.',
  'Operation.payment': 'What was confirmed; null for a vehicle.',
  'Operation.at': 'When it was booked.',
  OperationKind: 'The operations that move money.',
  'OperationKind.BUY_VEHICLE': 'A purchase.',
  'OperationKind.SELL_VEHICLE': 'A sale, with what it paid.',
  'OperationKind.UNSELL_VEHICLE': 'The reversal of a sale.',
  'OperationKind.CONFIRM_PAYMENT': 'A deposit or a withdrawal, with the new shares.',
  'OperationKind.UNBUY_VEHICLE': 'The reversal of a purchase.',
  Backup: 'A complete backup file.',
  'Backup.createdAt': 'When it was made.',
  'Backup.sizeBytes': 'The size of the file.',
  'Backup.sha256': 'The hash of the file, in hexadecimal.',
  'Backup.trigger': 'Why it was made.',
  'Backup.proof': 'What a proof found.',
  'Backup.durationMs': 'How long it took to make it.',
  'BackupTrigger.INITIAL': 'A new pool, before its first operation.',
  'BackupTrigger.CHANGE': 'What is no operation was changed, such as an account.',
  'BackupTrigger.OPERATION': 'A critical operation asked for it.',
  'BackupTrigger.MANUAL': 'A person asked for it.',
  'BackupTrigger.RECOVERY': 'A start found operations or changes without a backup.',
  'ProofState.UNPROVEN': 'Complete and on disk, not yet restored.',
  'ProofState.PROVEN': 'Restored with the stock client, and the books hold.',
  'ProofState.UNSOUND': 'Restores, but the ledger breaks a rule.',
  'ProofState.DAMAGED': 'Does not match its hash or does not restore; covers nothing.',
  'BackupCheck.startedAt': 'When it began.',
  BackupLogEntry: 'A line of the backup log.',
  'BackupLogEntry.at': 'When it was written.',
  'BackupLogEntry.level': 'How much it matters.',
  'BackupLogEntry.message': 'What happened, in one sentence.',
  LogLevel: 'How much a line of a log matters.',
  'LogLevel.DEBUG': 'For those who look for a fault.',
  'LogLevel.INFO': 'What was done.',
  'LogLevel.WARN': 'What needs attention.',
  'LogLevel.ERROR': 'What failed.',
  BackupStatus: 'Whether every operation is stored and proven.',
  'BackupStatus.count': 'How many backups this server has.',
  'BackupStatus.totalBytes': 'The size of all of them together.',
  'BackupStatus.latest': 'The newest one; null for none.',
  'AcknowledgedFinding.reason': 'Why it is meant.',
  'AcknowledgedFinding.at': 'When it was acknowledged.',
};

interface Described {
  name: string;
  description?: string | null | undefined;
}

/** Gives every part of a schema that has no description its own from the table. */
export function applyDescriptions(schema: GraphQLSchema): GraphQLSchema {
  const describe = (part: Described, path: string): void => {
    part.description ??= DESCRIPTIONS[path];
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    describe(type, type.name);
    if (isEnumType(type)) for (const value of type.getValues()) describe(value, `${type.name}.${value.name}`);
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    const fields: readonly (Described & { args?: readonly Described[] })[] = Object.values(type.getFields());
    for (const field of fields) {
      const path = `${type.name}.${field.name}`;
      describe(field, path);
      for (const arg of field.args ?? []) describe(arg, `${path}(${arg.name})`);
    }
  }
  return schema;
}
