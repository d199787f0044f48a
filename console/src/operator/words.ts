import type { PaymentKind, PaymentStatus, Role, VehicleStatus } from '../api/pool-operations';

/** What people call the kinds of payments. */
export const KINDS: Readonly<Record<PaymentKind, string>> = {
  DEPOSIT: 'Deposit',
  WITHDRAWAL: 'Withdrawal',
  INCOME: 'Income',
  COMMISSION: 'Commission',
  REVERSAL: 'Reversal',
};

/** A state in a word, and how it is coloured. */
interface Word {
  word: string;
  look: 'good' | 'info' | 'warn' | 'danger';
}

export const PAYMENT_STATES: Readonly<Record<PaymentStatus, Word>> = {
  PENDING: { word: 'pending', look: 'warn' },
  CONFIRMED: { word: 'confirmed', look: 'good' },
  REJECTED: { word: 'rejected', look: 'danger' },
  REVERSED: { word: 'reversed', look: 'info' },
};

export const VEHICLE_STATES: Readonly<Record<VehicleStatus, Word>> = {
  FOR_SALE: { word: 'for sale', look: 'info' },
  SOLD: { word: 'sold', look: 'good' },
  CANCELLED: { word: 'purchase undone', look: 'danger' },
};

export const ROLES: Readonly<Record<Role, string>> = {
  INVESTOR: 'Investor',
  OPERATOR: 'Operator',
  ADMIN: 'Administrator',
  COMPANY: 'Company',
};
