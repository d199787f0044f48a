import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { askPool } from '../api/client';
import {
  MeDocument,
  type MeQuery,
  MyBookingsDocument,
  MyHistoryDocument,
  MyRequestsDocument,
  MyStatementDocument,
} from '../api/pool-operations';
import { POOL } from '../api/pool-queries';
import { polledCalmly } from '../api/queries';

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
    queryFn: async () => {
      const to = new Date().toISOString();
      const { statement } = (await askPool(MyHistoryDocument, { from, to: to < from ? from : to })).me;
      return { from, to, ...statement };
    },
  });
}

/** @param from included, ISO @param to not included, ISO */
export function useStatement(me: Me, { from, to }: { from: string; to: string }) {
  return useQuery({
    queryKey: [POOL, 'statement', me.balance, me.percentage, from, to],
    queryFn: async () => (await askPool(MyStatementDocument, { from, to })).me.statement,
    enabled: from < to,
  });
}
