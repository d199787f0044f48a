import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { askPool } from '../api/client';
import {
  MeDocument,
  type MeQuery,
  MyBookingsDocument,
  MyRequestsDocument,
  MyStatementDocument,
  MyStatementLinesDocument,
} from '../api/pool-operations';
import { POOL } from '../api/pool-queries';
import { polledCalmly } from '../api/queries';
import { historyBetween } from './history';

/** Balance and share now, asked for again and again. */
export function useMe() {
  return useQuery({
    queryKey: [POOL, 'me'],
    queryFn: async () => (await askPool(MeDocument, {})).me,
    refetchInterval: polledCalmly,
  });
}

/** What this account asked for: all that waits, and the newest of the rest. */
export function useRequests() {
  return useQuery({
    queryKey: [POOL, 'requests'],
    queryFn: async () => (await askPool(MyRequestsDocument, {})).me,
    refetchInterval: polledCalmly,
  });
}

export type Me = MeQuery['me'];

/** Every line of the history, page by page; from its first page again once something was booked. */
export function useBookings(me: Me) {
  return useInfiniteQuery({
    queryKey: [POOL, 'bookings', me.balance, me.percentage],
    queryFn: async ({ pageParam }) => (await askPool(MyBookingsDocument, { after: pageParam })).me.contributions,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });
}

/** Balance and share from that time on; from the first day where it is null. */
export function useHistory(me: Me, since: Date | null) {
  const from = since === null || since.toISOString() < me.createdAt ? me.createdAt : since.toISOString();
  return useQuery({
    // Not the minute: the same days are the same question.
    queryKey: [POOL, 'history', me.balance, me.percentage, from.slice(0, 10)],
    queryFn: () => {
      const now = new Date().toISOString();
      return historyBetween({ from, to: now < from ? from : now });
    },
  });
}

/** A stretch of time, ISO: `from` is included, `to` is not. */
export interface Times {
  from: string;
  to: string;
}

/** What was deposited, taken out and earned in that time. */
export function useStatement(me: Me, times: Times) {
  return useQuery({
    queryKey: [POOL, 'statement', me.balance, me.percentage, times],
    queryFn: async () => (await askPool(MyStatementDocument, times)).me.statement,
  });
}

/** Its lines, once they are wanted: a large pool has thousands in a year. */
export function useStatementLines(me: Me, times: Times, enabled: boolean) {
  return useQuery({
    queryKey: [POOL, 'statementLines', me.balance, me.percentage, times],
    queryFn: async () => (await askPool(MyStatementLinesDocument, times)).me.statement.lines,
    enabled,
    placeholderData: undefined,
  });
}
