import { registerEnumType } from 'type-graphql';

export enum Role {
  ADMIN = 'ADMIN',
  OPERATOR = 'OPERATOR',
  INVESTOR = 'INVESTOR',
  COMPANY = 'COMPANY',
}

export enum VehicleStatus {
  FOR_SALE = 'FOR_SALE',
  SOLD = 'SOLD',
  CANCELLED = 'CANCELLED',
}

export enum PaymentKind {
  DEPOSIT = 'DEPOSIT',
  WITHDRAWAL = 'WITHDRAWAL',
  INCOME = 'INCOME',
  COMMISSION = 'COMMISSION',
  REVERSAL = 'REVERSAL',
}

export enum PaymentStatus {
  PENDING = 'PENDING',
  CONFIRMED = 'CONFIRMED',
  REJECTED = 'REJECTED',
  REVERSED = 'REVERSED',
}

export enum OperationKind {
  BUY_VEHICLE = 'BUY_VEHICLE',
  SELL_VEHICLE = 'SELL_VEHICLE',
  UNSELL_VEHICLE = 'UNSELL_VEHICLE',
  CONFIRM_PAYMENT = 'CONFIRM_PAYMENT',
  UNBUY_VEHICLE = 'UNBUY_VEHICLE',
}

registerEnumType(Role, {
  name: 'Role',
  description: `ADMIN runs the system and is the only one who sees the admin schema.
OPERATOR records purchases and sales and confirms payments; may hold capital like an investor.
INVESTOR holds capital and sees their own account, the vehicles and the pool's totals.
COMPANY is the one account that receives the commission; it holds no share.`,
});
registerEnumType(VehicleStatus, {
  name: 'VehicleStatus',
  description: 'CANCELLED: its purchase was undone; it counts nowhere.',
});
registerEnumType(PaymentKind, {
  name: 'PaymentKind',
  description:
    'DEPOSIT and WITHDRAWAL are asked for and then confirmed; the rest are booked by a sale or its reversal.',
});
registerEnumType(PaymentStatus, { name: 'PaymentStatus' });
registerEnumType(OperationKind, { name: 'OperationKind' });
