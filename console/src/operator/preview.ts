import { useQuery } from '@tanstack/react-query';
import { POOL } from '../api/pool-queries';
import { polledRarely, usePoolNow } from '../api/queries';

/**
 * What would be booked, for every member. It may be half a megabyte: it is asked for again once the pool's figures tell
 * that money moved, and once a minute, since two payments can leave every figure as it was.
 * @param isWanted false where nobody looks at it
 */
export function usePreview<T>(
  key: readonly (string | null)[],
  fetchPreview: (signal: AbortSignal) => Promise<T>,
  isWanted = true,
) {
  const pool = usePoolNow();
  return useQuery({
    queryKey: [POOL, 'preview', ...key, JSON.stringify(pool.data)],
    queryFn: ({ signal }) => fetchPreview(signal),
    enabled: isWanted && (pool.data !== undefined || pool.error !== null),
    refetchInterval: polledRarely,
  });
}
