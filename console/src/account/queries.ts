import { useQuery } from '@tanstack/react-query';
import { askPool } from '../api/client';
import { MeDocument, MyRequestsDocument } from '../api/pool-operations';
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
