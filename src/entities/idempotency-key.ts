import { Column, Entity, PrimaryColumn } from 'typeorm';
import { EXACT, IdColumn, References, TimeColumn } from './columns';
import { User } from './user';

/** A key that a client sent with a mutation, what it asked for, and the row that came of it. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  @PrimaryColumn({ type: 'int', unsigned: true })
  accountId!: number;

  @References(() => User, 'accountId', 'idempotency_keys_account')
  account?: User;

  @PrimaryColumn({ type: 'varchar', length: 200, ...EXACT })
  idempotencyKey!: string;

  @Column({ type: 'varchar', length: 40, ...EXACT })
  mutation!: string;

  /** Equal for equal input: SHA-256, or argon2id of it where a password is in the input. */
  @Column({ type: 'varchar', length: 255, ...EXACT })
  fingerprint!: string;

  /** Null until the transaction that makes the row has made it: nobody else sees that. */
  @IdColumn({ nullable: true })
  resultId!: number | null;

  @TimeColumn()
  createdAt!: Date;
}
