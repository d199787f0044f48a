import { type QueryKey, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { LISTS } from '../api/pool-queries';
import { polledCalmly } from '../api/queries';

/** Rows that are fetched at once. */
const PAGE = 100;

/** Which part of a list is asked for. */
export interface Asked {
  first: number;
  after: string | null;
  /** To count all rows is dear: it is asked for once. */
  isFirst: boolean;
}

interface Page<Row> {
  nodes: Row[];
  totalCount?: number;
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

interface Loaded {
  state: { status: string; data?: { pages: readonly unknown[] } | undefined };
}

/** A list that was read far down is not read again as a whole: it says since when it stands, and can be begun again. */
const isShort = ({ state }: Loaded): boolean => (state.data?.pages.length ?? 0) <= 1;

/** A list of any length, page by page. While it is short, it follows what others do. */
export function useList<Row>(key: QueryKey, fetchPage: (asked: Asked) => Promise<Page<Row>>) {
  const client = useQueryClient();
  const queryKey = [LISTS, ...key];
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage({ first: PAGE, after: pageParam, isFirst: pageParam === null }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    refetchInterval: (loaded) => isShort(loaded) && polledCalmly(loaded),
    refetchOnMount: isShort,
    refetchOnWindowFocus: isShort,
    refetchOnReconnect: isShort,
    // To compare a hundred thousand rows with those of before takes longer than to draw the few that are seen.
    structuralSharing: false,
  });
  const rows = useMemo(() => query.data?.pages.flatMap(({ nodes }) => nodes) ?? [], [query.data]);
  return {
    query,
    rows,
    total: query.data?.pages[0]?.totalCount ?? null,
    isLong: (query.data?.pages.length ?? 0) > 1,
    more:
      query.hasNextPage && !query.isPlaceholderData && !query.isFetchingNextPage && !query.isFetchNextPageError
        ? () => void query.fetchNextPage()
        : undefined,
    again: () => void client.resetQueries({ queryKey }),
  };
}
