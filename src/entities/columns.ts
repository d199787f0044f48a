import { Column, type ColumnOptions, JoinColumn, ManyToOne, type ValueTransformer } from 'typeorm';
import type { Cents } from '../values/money';

const centsTransformer: ValueTransformer = {
  to: (cents: Cents | null | undefined) => cents?.toString(),
  from: (column: string | null) => (column === null ? null : BigInt(column)),
};

/** An amount of money: BIGINT, whole cents. */
export const CentsColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'bigint', comment: 'cents', transformer: centsTransformer, ...options });

/** A share: INT UNSIGNED, whole millionths (ppm). */
export const PpmColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'int', unsigned: true, comment: 'ppm', ...options });

/** A point in time: DATETIME(3), UTC. */
export const TimeColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'datetime', precision: 3, ...options });

/** The id of a row of another table. */
export const IdColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'int', unsigned: true, ...options });

/** The foreign key that an IdColumn holds; `name` is the constraint's. */
export const References =
  (entity: () => new () => object, column: string, name: string, nullable = false): PropertyDecorator =>
  (target, property) => {
    ManyToOne(entity, { nullable, onDelete: 'RESTRICT', onUpdate: 'RESTRICT' })(target, property);
    JoinColumn({ name: column, foreignKeyConstraintName: name })(target, property);
  };

/** Text that only equals itself to the byte, such as a key that a client made up. */
export const EXACT = { charset: 'utf8mb4', collation: 'utf8mb4_bin' } as const;
