// A confirmation as a service writes it that loads every member and saves them in a loop: TypeORM's `save` for each
// account and for its contribution. In one transaction, which spares it a commit a row.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const load = (name) => require(`../../dist/src/${name}.js`);
const PPM = 1_000_000n;

export class MemberByMember {
  static async connect({ socketPath, user, database }) {
    load('entities/user');
    const { createDataSource } = load('database/data-source');
    const { PATIENT } = load('database/connection/connection-pool');
    const source = createDataSource({ socketPath, user, database, hosts: [] }, undefined, PATIENT);
    await source.initialize();
    return new MemberByMember(source);
  }

  constructor(source) {
    this.source = source;
  }

  confirm(paymentId) {
    const { Contribution } = load('entities/contribution');
    const { Operation } = load('entities/operation');
    const { Payment } = load('entities/payment');
    const { PoolState } = load('entities/pool');
    const { User } = load('entities/user');
    return this.source.transaction(async (manager) => {
      const pool = await manager.findOneOrFail(PoolState, { where: { id: 1 }, lock: { mode: 'pessimistic_write' } });
      pool.lastOperation += 1;
      await manager.save(pool);
      const at = new Date();
      const actor = await manager.findOneByOrFail(User, { role: 'ADMIN' });
      const payment = await manager.findOneByOrFail(Payment, { id: paymentId });
      Object.assign(payment, { status: 'CONFIRMED', confirmedAt: at, confirmedById: actor.id });
      await manager.save(payment);
      const members = await manager.find(User, { where: { role: 'INVESTOR' }, order: { id: 'ASC' } });
      members.find(({ id }) => id === payment.userId).balance += payment.amount;
      const total = members.reduce((sum, { balance }) => sum + balance, 0n);
      for (const member of members) {
        member.percentage = Number((member.balance * PPM) / total);
        await manager.save(member);
        const { id, balance, percentage } = member;
        const amount = id === payment.userId ? payment.amount : 0n;
        await manager.save(
          manager.create(Contribution, { userId: id, paymentId, amount, balance, percentage, createdAt: at }),
        );
      }
      const { lastOperation: number } = pool;
      await manager.save(
        manager.create(Operation, {
          number,
          uid: randomUUID(),
          kind: 'CONFIRM_PAYMENT',
          actorId: actor.id,
          paymentId,
          at,
        }),
      );
    });
  }

  close() {
    return this.source.destroy();
  }
}
