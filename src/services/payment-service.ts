import type { DataSource, EntityManager } from 'typeorm';
import { OperationKind, PaymentKind, PaymentStatus } from '../entities/enums';
import { Payment } from '../entities/payment';
import { User } from '../entities/user';
import { type Cents, formatCents } from '../values/money';
import { badInput, notFound, Refusal } from './errors';
import { type Asked, changeOnce } from './idempotency';
import { optionalKey, optionalNote, parseId, positiveAmount } from './input';
import { bookConfirmation, type MemberPreview, previewShares } from './ledger';
import type { OperationRunner } from './operations';
import { readRow, readRows, requireRow } from './rows';
import { isMember, isStaff } from './roles';
import { inSnapshot } from './transaction';

export interface RequestPayment {
  kind: PaymentKind;
  amount: Cents;
  userId?: string | null;
  note?: string | null;
  idempotencyKey?: string | null;
}

export interface ConfirmationPreview {
  payment: Payment;
  members: MemberPreview[];
}

interface RejectPayment {
  id: string;
  reason?: string | null;
  idempotencyKey?: string | null;
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

/** Deposits and withdrawals, from the request to the confirmation. */
export class PaymentService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly operations: OperationRunner,
    private readonly rules: { fourEyes: boolean } = { fourEyes: false },
  ) {}

  /**
   * Asks for a deposit or withdrawal; moves no money.
   * @throws Refusal BAD_USER_INPUT, FORBIDDEN, NOT_FOUND, INSUFFICIENT_BALANCE, IDEMPOTENCY_KEY_REUSED, OUTCOME_UNKNOWN
   */
  async request(actor: User, input: RequestPayment): Promise<Payment> {
    if (input.kind !== PaymentKind.DEPOSIT && input.kind !== PaymentKind.WITHDRAWAL) {
      throw badInput(
        `The kind must be DEPOSIT or WITHDRAWAL: ${input.kind} is booked by a sale or its reversal.`,
        'kind',
      );
    }
    const amount = positiveAmount('amount', input.amount);
    const note = optionalNote('note', input.note);
    const { kind } = input;
    const userId = input.userId ?? String(actor.id);
    const asked = {
      mutation: 'requestPayment',
      key: optionalKey(input.idempotencyKey),
      input: { kind, amount, userId: parseId(userId), note },
    };
    return changeOnce(this.dataSource, actor, asked, {
      find: existingPayment,
      make: async (ledger) => {
        const user = await findPayer(ledger, actor, userId);
        if (kind === PaymentKind.WITHDRAWAL) checkBalance(user, amount);
        const payment = ledger.create(Payment, {
          ...UNDECIDED,
          userId: user.id,
          kind,
          status: PaymentStatus.PENDING,
          amount: kind === PaymentKind.DEPOSIT ? amount : -amount,
          note,
          createdAt: new Date(),
          requestedById: actor.id,
        });
        await ledger.insert(Payment, payment);
        return { result: payment, changed: { subject: 'payment', id: payment.id } };
      },
    });
  }

  /** @throws Refusal BAD_USER_INPUT, NOT_FOUND, PAYMENT_NOT_PENDING, IDEMPOTENCY_KEY_REUSED, OUTCOME_UNKNOWN */
  async reject(actor: User, { id, reason, idempotencyKey }: RejectPayment): Promise<Payment> {
    const rejectionReason = optionalNote('reason', reason);
    const asked = { mutation: 'rejectPayment', key: optionalKey(idempotencyKey), input: { id, rejectionReason } };
    return this.close(actor, asked, id, rejectionReason);
  }

  /**
   * Takes back what the same account asked for: the payment is rejected by the one who wanted it.
   * @throws Refusal NOT_FOUND, FORBIDDEN, PAYMENT_NOT_PENDING, BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED, OUTCOME_UNKNOWN
   */
  async cancel(actor: User, id: string, idempotencyKey?: string | null): Promise<Payment> {
    const asked = { mutation: 'cancelPayment', key: optionalKey(idempotencyKey), input: { id } };
    return this.close(actor, asked, id, null, (payment) => {
      checkAskedFor(actor, payment);
    });
  }

  private close(
    actor: User,
    asked: Asked,
    id: string,
    rejectionReason: string | null,
    check: (payment: Payment) => void = () => undefined,
  ): Promise<Payment> {
    return changeOnce(this.dataSource, actor, asked, {
      find: existingPayment,
      make: async (ledger) => {
        const payment = await lockPayment(ledger, id);
        check(payment);
        checkPending(payment);
        const change = {
          status: PaymentStatus.REJECTED,
          rejectedAt: new Date(),
          rejectedById: actor.id,
          rejectionReason,
        };
        await ledger.update(Payment, payment.id, change);
        const { REJECTED, PENDING } = PaymentStatus;
        const [before, after] = [{ status: PENDING }, { status: REJECTED, rejectionReason }];
        return {
          result: Object.assign(payment, change),
          changed: { subject: 'payment', id: payment.id, before, after },
        };
      },
    });
  }

  /**
   * Confirms a pending deposit or withdrawal: moves the money and recomputes every member's share.
   * @throws Refusal NOT_FOUND, PAYMENT_NOT_PENDING, INSUFFICIENT_BALANCE, IDEMPOTENCY_KEY_REUSED; FORBIDDEN where
   * four eyes are asked for
   */
  async confirm(actor: User, id: string, idempotencyKey?: string | null): Promise<Payment> {
    return this.operations.run(OperationKind.CONFIRM_PAYMENT, actor, {
      asked: { mutation: 'confirmPayment', key: optionalKey(idempotencyKey), input: { id } },
      find: existingPayment,
      book: async (ledger, at) => {
        const payment = await lockPayment(ledger, id);
        await this.checkConfirmation(ledger, actor, payment);
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

  /**
   * What `confirm` would book now, from one moment's rows; nothing is changed and no row is locked.
   * @throws Refusal as `confirm` does
   */
  previewConfirmation(actor: User, id: string): Promise<ConfirmationPreview> {
    return inSnapshot(this.dataSource, async (ledger) => {
      const payment = await findPayment(ledger, id);
      await this.checkConfirmation(ledger, actor, payment);
      return { payment, members: await previewShares(ledger, payment) };
    });
  }

  private async checkConfirmation(ledger: EntityManager, actor: User, payment: Payment): Promise<void> {
    checkPending(payment);
    if (this.rules.fourEyes) checkOtherEyes(actor, payment);
    if (payment.kind !== PaymentKind.WITHDRAWAL) return;
    checkBalance(await requireRow(ledger, User, payment.userId), -payment.amount);
  }

  /** One payment, or null where there is none that this viewer may see. */
  async find(viewer: User, id: string): Promise<Payment | null> {
    const key = parseId(id);
    if (key === null) return null;
    return this.dataSource.manager.findOneBy(Payment, { id: key, ...(isStaff(viewer) ? {} : { userId: viewer.id }) });
  }

  findByIds(ids: readonly number[]): Promise<Payment[]> {
    return readRows(this.dataSource.manager, Payment, { where: [['id IN (?)', ids]] });
  }
}

const existingPayment = (ledger: EntityManager, id: number): Promise<Payment> => requireRow(ledger, Payment, id);

/** @throws Refusal FORBIDDEN, NOT_FOUND, BAD_USER_INPUT */
async function findPayer(ledger: EntityManager, actor: User, userId: string): Promise<User> {
  if (!isStaff(actor) && userId !== String(actor.id)) {
    throw new Refusal('FORBIDDEN', "Only OPERATOR and ADMIN may ask on another member's behalf.");
  }
  const key = parseId(userId);
  // It stays a member until the payment stands: an account with a PENDING one becomes no ADMIN.
  const user = key === null ? null : await readRow(ledger, User, key, { lock: 'LOCK IN SHARE MODE' });
  if (user === null) throw notFound('user', userId);
  if (!isMember(user)) {
    throw badInput(`User ${user.id} is ${user.role}: only OPERATOR and INVESTOR accounts hold capital.`, 'userId');
  }
  return user;
}

function checkBalance(user: User, withdrawal: Cents): void {
  if (withdrawal <= user.balance) return;
  throw new Refusal(
    'INSUFFICIENT_BALANCE',
    `A withdrawal of ${formatCents(withdrawal)} is more than the balance of ${formatCents(user.balance)} of user ${user.id}.`,
  );
}

/** @throws Refusal NOT_FOUND */
async function findPayment(
  manager: EntityManager,
  id: string,
  options: Parameters<typeof readRow>[3] = {},
): Promise<Payment> {
  const key = parseId(id);
  const payment = key === null ? null : await readRow(manager, Payment, key, options);
  if (payment === null) throw notFound('payment', id);
  return payment;
}

/** The row stays as it is until this transaction ends. @throws Refusal NOT_FOUND */
const lockPayment = (manager: EntityManager, id: string): Promise<Payment> =>
  findPayment(manager, id, { lock: 'FOR UPDATE' });

/** @throws Refusal FORBIDDEN for the one who asked for the payment, and for its owner */
function checkOtherEyes(actor: User, { id, requestedById, userId }: Payment): void {
  if (actor.id !== requestedById && actor.id !== userId) return;
  const why = actor.id === requestedById ? 'you asked for it' : 'it is your own';
  throw new Refusal(
    'FORBIDDEN',
    `You cannot confirm payment ${id}, since ${why}: FOUR_EYES is on, so another OPERATOR or ADMIN must.`,
  );
}

/** @throws Refusal FORBIDDEN for an account that did not ask for it; NOT_FOUND for one that may not even see it */
function checkAskedFor(actor: User, { id, requestedById, userId }: Payment): void {
  if (requestedById === actor.id) return;
  if (!isStaff(actor) && userId !== actor.id) throw notFound('payment', String(id));
  throw new Refusal(
    'FORBIDDEN',
    `Only the account that asked for payment ${id} may cancel it: an OPERATOR or ADMIN may reject it.`,
  );
}

function checkPending({ id, status }: Payment): void {
  if (status === PaymentStatus.PENDING) return;
  throw new Refusal('PAYMENT_NOT_PENDING', `Payment ${id} is ${status}, not PENDING.`);
}
