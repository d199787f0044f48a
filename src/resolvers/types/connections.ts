import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { Change } from '../../entities/change';
import { Contribution } from '../../entities/contribution';
import { Operation } from '../../entities/operation';
import { Payment } from '../../entities/payment';
import { Sale } from '../../entities/sale';
import { User } from '../../entities/user';
import { Vehicle } from '../../entities/vehicle';
import { Money } from '../../scalars/money';
import type { Page } from '../../services/page';
import type { Cents } from '../../values/money';
import { BackupType } from './backup';

@ObjectType({ simpleResolvers: true, description: 'Where a page begins and ends, and what lies beyond.' })
class PageInfo {
  @Field(() => String, { nullable: true, description: 'The cursor of the first row; null for an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last row; null for an empty page.' })
  endCursor!: string | null;

  @Field(() => Boolean, { description: 'There are rows after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'There are rows before this page.' })
  hasPreviousPage!: boolean;
}

interface Edge<T> {
  cursor: string;
  node: T;
}

/** A page of a list, as clients see it. */
export interface Connection<T> {
  edges(): Edge<T>[];
  nodes: T[];
  pageInfo: PageInfo;
  totalCount(): Promise<number>;
  /** Of lists of payments. */
  totalAmount(): Promise<Cents>;
}

export function connection<T>(page: Page<T>): Connection<T> {
  const { nodes, cursorOf, hasNextPage, hasPreviousPage, totalCount, total } = page;
  const cursorAt = (place: number): string | null => {
    const node = nodes.at(place);
    return node === undefined ? null : cursorOf(node);
  };
  return {
    edges: () => nodes.map((node) => ({ cursor: cursorOf(node), node })),
    nodes,
    pageInfo: { startCursor: cursorAt(0), endCursor: cursorAt(-1), hasNextPage, hasPreviousPage },
    totalCount,
    totalAmount: () => total('amount'),
  };
}

function connectionType<T extends object>(
  name: string,
  node: ClassType<T>,
  { hasAmounts = false } = {},
): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: 'A row and its place in the list.' })
  class EdgeType implements Edge<T> {
    @Field(() => String, { description: 'For after or before.' })
    cursor!: string;

    @Field(() => node, { description: 'The row.' })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: 'A page of a list.' })
  class ConnectionType implements Connection<T> {
    @Field(() => [EdgeType], { description: 'The rows of the page with their cursors.' })
    edges(): EdgeType[] {
      return [];
    }

    @Field(() => [node], { description: 'The rows of the page.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'Where the page begins and ends.' })
    pageInfo!: PageInfo;

    // Counting takes a statement, which runs only if the query asks for this field.
    @Field(() => Int, { description: 'How many rows the whole list has.' })
    totalCount(): Promise<number> {
      return Promise.resolve(this.nodes.length);
    }

    totalAmount(): Promise<Cents> {
      return Promise.resolve(0n);
    }
  }
  if (hasAmounts) {
    const { prototype } = ConnectionType;
    const method = Object.getOwnPropertyDescriptor(prototype, 'totalAmount') ?? {};
    Field(() => Money, { description: 'The sum of the amounts of all rows of the list.' })(
      prototype,
      'totalAmount',
      method,
    );
  }
  return ConnectionType;
}

export const UserConnection = connectionType('User', User);
export const VehicleConnection = connectionType('Vehicle', Vehicle);
export const SaleConnection = connectionType('Sale', Sale);
export const ContributionConnection = connectionType('Contribution', Contribution);
export const OperationConnection = connectionType('Operation', Operation);
export const ChangeConnection = connectionType('Change', Change);
export const BackupConnection = connectionType('Backup', BackupType);
export const PaymentConnection = connectionType('Payment', Payment, { hasAmounts: true });
