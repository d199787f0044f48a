import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { Contribution } from '../../entities/contribution';
import { Payment } from '../../entities/payment';
import { User } from '../../entities/user';
import { Vehicle } from '../../entities/vehicle';
import type { Page } from '../../services/page';

@ObjectType({ simpleResolvers: true })
class PageInfo {
  @Field(() => String, { nullable: true })
  endCursor!: string | null;

  @Field(() => Boolean)
  hasNextPage!: boolean;
}

/** What clients page through; `first` is 1 to 1000 everywhere. */
export interface Connection<T> {
  nodes: T[];
  pageInfo: PageInfo;
  totalCount(): Promise<number>;
}

export function connection<T>({ nodes, endCursor, hasNextPage, totalCount }: Page<T>): Connection<T> {
  return { nodes, pageInfo: { endCursor, hasNextPage }, totalCount };
}

function connectionType<T extends object>(name: string, node: ClassType<T>): ClassType<Connection<T>> {
  @ObjectType(name, { simpleResolvers: true })
  class ConnectionType implements Connection<T> {
    @Field(() => [node])
    nodes!: T[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    // The page brings its own way to count, called only when the field is asked for.
    @Field(() => Int)
    totalCount(): Promise<number> {
      return Promise.resolve(this.nodes.length);
    }
  }
  return ConnectionType;
}

export const UserConnection = connectionType('UserConnection', User);
export const VehicleConnection = connectionType('VehicleConnection', Vehicle);
export const PaymentConnection = connectionType('PaymentConnection', Payment);
export const ContributionConnection = connectionType('ContributionConnection', Contribution);
