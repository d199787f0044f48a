import {
  type DocumentNode,
  getNamedType,
  getNullableType,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  type OperationDefinitionNode,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';
import type { Sizes } from '../../services/list-sizes';
import { MAX_FIRST } from '../../services/page';
import { MOST_LINES } from '../../services/statement-service';

/** What an object costs beside its fields: it is read from the database, and held until the answer is sent. */
const OBJECT = 10;
/** Fields that read many rows for a short answer. */
const DEAR: Readonly<Record<string, number>> = {
  'Query.pool': 2_000,
  'Query.poolHistory': 200_000,
  // It reads all operations of that time.
  'Query.recoveryReport': 200_000,
  // It takes a turn of the queue, as an operation does.
  'Query.operation': 100_000,
  // A transaction of its own for each stretch of time, which adds up all payments before its end. Lines have their own price.
  'User.statement': 5_000,
  'Query.companyStatement': 5_000,
};
/** To look into the texts of all rows: no index helps there. */
const SEARCH = 20_000;
/** To count all rows of a list; those of many owners are counted together. */
const COUNT = { ofRoot: 40_000, ofOwner: 50 };
/** A mark of `totalCount` on its way up to the list, which is not counted once for each of its rows. */
const COUNTED = 1e12;
/** No field costs more: so what a page holds, 10 000 fields at most, never adds up to a mark. */
const MOST = 1e6;
/** A list that says nothing of its length, and of which nothing is known here: what is new is dear. */
const UNKNOWN_LIST = 1_000;
/** Of the schema itself, where no database is asked. */
const LIST_OF_SCHEMA = 5;
/** To add up the rows of a list takes as long as to count so many lists: no index has the amounts. */
const COUNTS_OF_SUM = 3;
/** Arguments that say how many rows there may be; where there is `last`, the default of `first` counts for nothing. */
const LENGTHS = ['last', 'first', 'points', 'lines'];

type Field = Parameters<ComplexityEstimator>[0]['field'];

/** What is known of the one who asks and of the pool. */
interface Circumstances extends Sizes {
  /** Others see of a sale only what it paid to them. */
  isStaff: boolean;
}

const OWN_PAYMENTS_OF_SALE = 2;
/** They are in the row of the change: no further row is read for them. */
const VALUES_OF_CHANGE = 1;

function rowsOf(path: string, field: Field, args: Record<string, unknown>, known: Circumstances): number {
  for (const name of LENGTHS) {
    // An explicit null asks for the default.
    const length = args[name] ?? field.args.find((each) => each.name === name)?.defaultValue;
    // A longer page is refused, in better words than those about its cost.
    if (typeof length === 'number') return Math.min(MAX_FIRST, Math.max(1, length));
  }
  if (!isListType(getNullableType(field.type))) return 1;
  // Counted with the connection's own `first`.
  if (/Connection\.(nodes|edges)$/.test(path)) return 1;
  if (path.startsWith('__')) return LIST_OF_SCHEMA;
  if (path === 'Sale.payments') return known.isStaff ? known.paymentsOfSale : OWN_PAYMENTS_OF_SALE;
  // A line for each account at most; a sale and its reversal pay two.
  if (path.endsWith('Preview.members')) return known.paymentsOfSale / 2;
  if (path === 'Statement.lines') return MOST_LINES;
  if (path === 'Change.values') return VALUES_OF_CHANGE;
  if (path === 'Vehicle.sales') return known.salesOfVehicle;
  return UNKNOWN_LIST;
}

/** A field costs one, an object more, and what is below a list as often as it can hold rows. */
const estimate =
  (known: Circumstances): ComplexityEstimator =>
  ({ type, field, args, childComplexity }) => {
    const path = `${type.name}.${field.name}`;
    if (path.endsWith('Connection.totalCount')) return COUNTED;
    if (path.endsWith('Connection.totalAmount')) return COUNTS_OF_SUM * COUNTED;
    const named = getNamedType(field.type);
    if (!isCompositeType(named)) return 1;
    const rows = rowsOf(path, field, args, known);
    const counts = named.name.endsWith('Connection') ? Math.floor(childComplexity / COUNTED) : 0;
    const count = type.name === 'Query' ? COUNT.ofRoot : COUNT.ofOwner;
    const own = (DEAR[path] ?? 1) + (searches(args) ? SEARCH : 0);
    return Math.min(MOST, own + counts * count + rows * (OBJECT + childComplexity - counts * COUNTED));
  };

const searches = ({ search, filter }: Record<string, unknown>): boolean => search != null || hasText(filter);
const hasText = (filter: unknown): boolean => (filter as { text?: unknown } | null | undefined)?.text != null;

interface Costly {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | undefined;
}

/** Of operations by the `weight` of their variables: to compute it again each time is a tenth of what a list takes. */
const knownCosts = new WeakMap<OperationDefinitionNode, Map<string, number>>();
/** Of one operation; beyond them it is computed each time. */
const MAX_KNOWN_COSTS = 50;

/** @throws GraphQLError where there are so many fields, by fragments within fragments, that the cost is not computed */
export function costOfOperation(asked: Costly, circumstances: Circumstances): number {
  const { operation, variables } = asked;
  const { isStaff, paymentsOfSale, salesOfVehicle } = circumstances;
  const weights = (operation.variableDefinitions ?? []).map(({ variable }) => weight(variables?.[variable.name.value]));
  const key = [isStaff, paymentsOfSale, salesOfVehicle, ...weights].join();
  const known = knownCosts.get(operation) ?? new Map<string, number>();
  knownCosts.set(operation, known);
  const knownCost = known.get(key);
  if (knownCost !== undefined) return knownCost;
  const cost = compute(asked, circumstances);
  // A client that counts up has costs of its own for each request: keep none of them for long.
  if (known.size >= MAX_KNOWN_COSTS) known.clear();
  known.set(key, cost);
  return cost;
}

function compute({ schema, document, operation, variables }: Costly, circumstances: Circumstances): number {
  return getComplexity({
    schema,
    query: document,
    estimators: [estimate(circumstances)],
    ...(operation.name === undefined ? {} : { operationName: operation.name.value }),
    ...(variables == null ? {} : { variables }),
  });
}

/** Numbers count (`first`), booleans (for directives), a filter's text, and whether there is any; nothing else does. */
function weight(value: unknown): string {
  if (hasText(value)) return 'search';
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}
