import { useMutation, useQueryClient } from '@tanstack/react-query';
import { UNANSWERED, writePool } from './client';
import { forget, useOpenWrite } from './open-writes';

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
 * What may have been done stays open, also beyond a reload, until it is sent again and answered, or left.
 * @param form what sends it, such as "sellVehicle 12": it has one open write at a time
 * @param onDone called once it is known to be done, also where the page that asked is gone
 */
export function useWrite<Result, Variables extends object>(
  document: Document<Result, Variables>,
  form: string,
  onDone: () => void = () => undefined,
) {
  const client = useQueryClient();
  const open = useOpenWrite(form);
  const mutation = useMutation({
    mutationFn: (variables: Variables) => writePool(document, variables, form),
    onSuccess: onDone,
    onSettled: () => {
      // Not waited for: how it ended is told at once, also while nothing else is answered.
      void client.invalidateQueries({ queryKey: [POOL] });
      void client.resetQueries({ queryKey: [LISTS] });
    },
  });
  const { data, isSuccess, submittedAt, mutate, reset } = mutation;
  // Another part of the page, which is gone by now, may have sent it.
  const isPending = mutation.isPending || open?.isSending === true;
  // What is kept alone tells that an outcome is unknown: it may be settled by another write, and outlives this page.
  const known = mutation.error?.kind === 'unknown' ? null : mutation.error;
  const leave = (): void => {
    forget(form);
  };
  return {
    data,
    isSuccess,
    submittedAt,
    mutate,
    reset,
    isPending,
    error: open?.isDoubtful === true ? UNANSWERED : known,
    /** What was sent and is not answered so far; null where nothing is. */
    sent: (open?.variables ?? null) as Variables | null,
    /** Gives up to know how it ended; undefined where there is nothing to give up. */
    leave: open?.isDoubtful === true && !isPending ? leave : undefined,
  };
}
