import { useMutation, useQueryClient } from '@tanstack/react-query';
import { askPool } from './client';

/** The first part of the key of every query of the public schema. */
export const POOL = 'public';

/** The first part of the key of every list that may be too long to be asked for again as a whole. */
export const LISTS = 'lists';

interface Document<Result, Variables> {
  toString(): string;
  __apiType?: (variables: Variables) => Result;
}

/**
 * A mutation of the public schema. However it ends, all that is shown of the pool is asked for again: also a write of which
 * nothing is known may have been done.
 * @param onDone called once it is known to be done, also where the page that asked is gone
 */
export function useWrite<Result, Variables extends object>(
  document: Document<Result, Variables>,
  onDone: () => void = () => undefined,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (variables: Variables) => askPool(document, variables),
    onSuccess: onDone,
    onSettled: () => {
      // Not waited for: how it ended is told at once, also while nothing else is answered.
      void client.invalidateQueries({ queryKey: [POOL] });
      void client.resetQueries({ queryKey: [LISTS] });
    },
  });
}
