import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Contribution } from '../entities/contribution';
import { OperationKind, PaymentKind, PaymentStatus } from '../entities/enums';
import { Payment } from '../entities/payment';
import { User } from '../entities/user';
import { type Cents, formatCents } from '../values/money';
import { badInput, notFound, Refusal } from './errors';
import { optionalKey, optionalNote, parseId, positiveAmount } from './input';
import { bookConfirmation } from './ledger';
import type { OperationRunner } from './operations';
import { checkFirst, type Page, type PageRequest } from './page';
import { pagesByUser } from './pages-by-user';
import { duplicateKey, outcomeUnknown, tryAgain } from './retry';
import { readRow, readRows, requireRow } from './rows';
import { isMember, isStaff } from './roles';
import { inTransaction } from './transaction';

export interface RequestPayment {
  kind: PaymentKind;
  amount: Cents;
  userId?: string | null;
  note?: string | null;
  idempotencyKey?: string | null;
}

export interface PaymentFilter {
  status?: PaymentStatus | null;
  kind?: PaymentKind | null;
}

/** Of a payment that was only asked for. */
const UNDECIDED = {
  saleId: null,
  reversesId: null,
  confirmedAt: null,
  confirmedById: null,
  rejectedAt: null,
  rejectedById: null,
  rejectionReason: null,
} satisfies Partial<Payment>;

/** Deposits and withdrawals, from the request to the confirmation, and the accounts' histories. */
export class PaymentService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly operations: OperationRunner,
  ) {}

  /**
   * Asks for a deposit or withdrawal; moves no money. The same idempotency key from the same account returns the
   * payment of the first time.
   * @throws Refusal BAD_USER_INPUT, FORBIDDEN, NOT_FOUND, INSUFFICIENT_BALANCE, OUTCOME_UNKNOWN
   */
  async request(actor: User, input: RequestPayment): Promise<Payment> {
    if (input.kind !== PaymentKind.DEPOSIT && input.kind !== PaymentKind.WITHDRAWAL) {
      throw badInput(`The kind must be DEPOSIT or WITHDRAWAL: ${input.kind} is booked by a sale or its reversal.`);
    }
    const amount = positiveAmount('amount', input.amount);
    const note = optionalNote('note', input.note);
    // Every request has a key, so that it may be tried again whatever became of the first try.
    const idempotencyKey = optionalKey(input.idempotencyKey) ?? randomUUID();
    return tryAgain(
      async () => {
        const earlier = await this.findByKey(actor, idempotencyKey);
        if (earlier !== null) return earlier;
        const user = await this.findPayer(actor, input.userId);
        if (input.kind === PaymentKind.WITHDRAWAL) checkBalance(user, amount);
        return this.insertOnce({
          userId: user.id,
          kind: input.kind,
          status: PaymentStatus.PENDING,
          amount: input.kind === PaymentKind.DEPOSIT ? amount : -amount,
          note,
          createdAt: new Date(),
          requestedById: actor.id,
          idempotencyKey,
        });
      },
      { giveUp: outcomeUnknown },
    );
  }

  /** @throws Refusal BAD_USER_INPUT, NOT_FOUND, PAYMENT_NOT_PENDING, OUTCOME_UNKNOWN */
  async reject(actor: User, id: string, reason: string | null | undefined): Promise<Payment> {
    const change = {
      status: PaymentStatus.REJECTED,
      rejectedAt: new Date(),
      rejectedById: actor.id,
      rejectionReason: optionalNote('reason', reason),
    };
    const isDone = (payment: Payment): boolean =>
      payment.rejectedById === actor.id && payment.rejectedAt?.getTime() === change.rejectedAt.getTime();
    const attempt = (): Promise<Payment> =>
      inTransaction(this.dataSource, async (manager) => {
        const payment = await lockPayment(manager, id);
        // A try whose answer was lost.
        if (isDone(payment)) return payment;
        checkPending(payment);
        await manager.update(Payment, payment.id, change);
        return Object.assign(payment, change);
      });
    return tryAgain(attempt, { giveUp: outcomeUnknown });
  }

  /**
   * Confirms a pending deposit or withdrawal: moves the money and recomputes every member's share.
   * @throws Refusal NOT_FOUND, PAYMENT_NOT_PENDING, INSUFFICIENT_BALANCE
   */
  async confirm(actor: User, id: string): Promise<Payment> {
    return this.operations.run(OperationKind.CONFIRM_PAYMENT, actor, {
      book: async (ledger, at) => {
        const payment = await lockPayment(ledger, id);
        checkPending(payment);
        if (payment.kind === PaymentKind.WITHDRAWAL) {
          checkBalance(await requireRow(ledger, User, payment.userId), -payment.amount);
        }
        await bookConfirmation(ledger, payment, { actorId: actor.id, at });
        return {
          result: Object.assign(payment, {
            status: PaymentStatus.CONFIRMED,
            confirmedAt: at,
            confirmedById: actor.id,
          }),
          subject: { paymentId: payment.id },
        };
      },
    });
  }

  /** One payment, or null where there is none that this viewer may see. */
  async find(viewer: User, id: string): Promise<Payment | null> {
    const key = parseId(id);
    if (key === null) return null;
    return this.dataSource.manager.findOneBy(Payment, { id: key, ...(isStaff(viewer) ? {} : { userId: viewer.id }) });
  }

  findByIds(ids: readonly number[]): Promise<Payment[]> {
    return readRows(this.dataSource.manager, Payment, { where: ['id IN (?)'], parameters: [ids] });
  }

  /** Newest first: all of them for OPERATOR and ADMIN, for others the own ones. @throws Refusal BAD_USER_INPUT */
  async list(viewer: User, filter: PaymentFilter, page: PageRequest): Promise<Page<Payment>> {
    checkFirst(page.first);
    const [result] = await pagesByUser(this.dataSource.manager, Payment, {
      userIds: isStaff(viewer) ? null : [viewer.id],
      where: given(filter),
      page,
    });
    return result as Page<Payment>;
  }

  /** A page of payments for each of those accounts, newest first, in one statement. */
  listByUser(userIds: readonly number[], filter: PaymentFilter, page: PageRequest): Promise<Page<Payment>[]> {
    return pagesByUser(this.dataSource.manager, Payment, { userIds, where: given(filter), page });
  }

  /** A page of history for each of those accounts, newest first, in one statement. */
  contributionsByUser(userIds: readonly number[], page: PageRequest): Promise<Page<Contribution>[]> {
    return pagesByUser(this.dataSource.manager, Contribution, { userIds, where: {}, page });
  }

  /** The same key may arrive twice at once: then the other request may have won. */
  private async insertOnce(
    values: Partial<Payment> & { idempotencyKey: string; requestedById: number },
  ): Promise<Payment> {
    const { manager } = this.dataSource;
    const payment = manager.create(Payment, { ...UNDECIDED, ...values });
    try {
      await manager.insert(Payment, payment);
      return payment;
    } catch (error) {
      if (duplicateKey(error) !== 'payments_idempotency') throw error;
      const { requestedById, idempotencyKey } = values;
      return manager.findOneByOrFail(Payment, { requestedById, idempotencyKey });
    }
  }

  private findByKey(actor: User, idempotencyKey: string): Promise<Payment | null> {
    return this.dataSource.manager.findOneBy(Payment, { requestedById: actor.id, idempotencyKey });
  }

  private async findPayer(actor: User, userId: string | null | undefined): Promise<User> {
    const id = userId ?? String(actor.id);
    if (!isStaff(actor) && id !== String(actor.id)) {
      throw new Refusal('FORBIDDEN', "Only OPERATOR and ADMIN may ask on another member's behalf.");
    }
    const key = parseId(id);
    const user = key === null ? null : await readRow(this.dataSource.manager, User, key);
    if (user === null) throw notFound('user', id);
    if (!isMember(user)) {
      throw badInput(`User ${user.id} is ${user.role}: only OPERATOR and INVESTOR accounts hold capital.`);
    }
    return user;
  }
}

function given(filter: PaymentFilter): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).filter((entry): entry is [string, PaymentStatus | PaymentKind] => Boolean(entry[1])),
  );
}

function checkBalance(user: User, withdrawal: Cents): void {
  if (withdrawal <= user.balance) return;
  throw new Refusal(
    'INSUFFICIENT_BALANCE',
    `A withdrawal of ${formatCents(withdrawal)} is more than the balance of ${formatCents(user.balance)} of user ${user.id}.`,
  );
}

/** The row stays as it is until this transaction ends. @throws Refusal NOT_FOUND */
async function lockPayment(manager: EntityManager, id: string): Promise<Payment> {
  const key = parseId(id);
  const payment = key === null ? null : await readRow(manager, Payment, key, { forUpdate: true });
  if (payment === null) throw notFound('payment', id);
  return payment;
}

function checkPending({ id, status }: Payment): void {
  if (status === PaymentStatus.PENDING) return;
  throw new Refusal('PAYMENT_NOT_PENDING', `Payment ${id} is ${status}, not PENDING.`);
}
