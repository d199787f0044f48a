import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { ask, askPool } from './client';
import {
  BackupsDocument,
  BackUpNowDocument,
  type BackupRowFragment,
  type ChangeFilter,
  ChangesDocument,
  LogDocument,
  OperationsDocument,
  PoolDocument,
  PoolHistoryDocument,
  type StatusQuery,
  StatusDocument,
  VerifyDocument,
} from './operations';
import { POOL } from './pool-queries';
import { PoolNowDocument, type Role } from './pool-operations';
import { Problem } from './problem';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: Problem;
  }
}

export type Status = StatusQuery['backupStatus'];
export type Backup = BackupRowFragment;

const POLL_MS = 2_000;
const POLL_CALMLY_MS = 10_000;
const POLL_RARELY_MS = 60_000;
/** Between two looks at a backup that somebody waits for. */
const LOOK_AGAIN_MS = 400;
/** While the server does not answer well. */
const POLL_SLOWLY_MS = 5_000;
/** More than anybody reads, few enough to show at once. */
const MAX_BACKUPS = 200;
const LOG_LINES = 500;
const HISTORY_POINTS = 200;

const polled = (query: { state: { status: string } }): number =>
  query.state.status === 'error' ? POLL_SLOWLY_MS : POLL_MS;
/** For what changes when people act. */
export const polledCalmly = (query: { state: { status: string } }): number =>
  query.state.status === 'error' ? POLL_SLOWLY_MS : POLL_CALMLY_MS;
/** For what is dear, where something small tells when it changed. */
export const polledRarely = (query: { state: { status: string } }): number =>
  query.state.status === 'error' ? POLL_SLOWLY_MS : POLL_RARELY_MS;
const untilAnswered = (query: { state: { status: string } }): number | false =>
  query.state.status === 'error' && POLL_SLOWLY_MS;

/** What is shown stays until there is something newer; hidden pages ask nothing. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: 'always', placeholderData: keepPreviousData, refetchInterval: untilAnswered },
    mutations: { retry: false, networkMode: 'always' },
  },
});

async function fetchStatus(): Promise<Status> {
  return (await ask(StatusDocument, {})).backupStatus;
}

/** The status, asked for all the time; everything else is fetched again when it tells of something new. */
export function useStatus(enabled = true) {
  return useQuery({
    queryKey: ['status'],
    queryFn: fetchStatus,
    refetchInterval: polled,
    enabled,
  });
}

/** The pool's figures for every role, asked for again and again. */
export function usePoolNow(enabled = true) {
  return useQuery({
    queryKey: [POOL, 'pool'],
    queryFn: async () => (await askPool(PoolNowDocument, {})).pool,
    refetchInterval: polledCalmly,
    enabled,
  });
}

/** Whether the server answers, by what the pages of that role ask all the time. */
export function useConnection(role: Role): { error: Problem | null; dataUpdatedAt: number } {
  const isAdmin = role === 'ADMIN';
  const status = useStatus(isAdmin);
  const pool = usePoolNow(!isAdmin);
  return isAdmin ? status : pool;
}

export function useOperations(status: Status | undefined, first: number) {
  return useQuery({
    queryKey: ['operations', first, status?.lastOperation, status?.coveredThrough, status?.latest?.filename],
    queryFn: async () => (await ask(OperationsDocument, { first })).operations,
    enabled: status !== undefined,
  });
}

export function usePool(status: Status | undefined) {
  return useQuery({
    queryKey: ['pool', status?.lastOperation],
    queryFn: async () => (await ask(PoolDocument, {})).pool,
    enabled: status !== undefined,
  });
}

export function usePoolHistory(status: Status | undefined) {
  return useQuery({
    queryKey: ['poolHistory', status?.lastOperation],
    queryFn: async () => (await ask(PoolHistoryDocument, { points: HISTORY_POINTS })).poolHistory,
    enabled: status !== undefined,
  });
}

export function useBackups(status: Status | undefined) {
  return useQuery({
    queryKey: ['backups', status?.latest?.filename, status?.count, status?.coveredThrough],
    queryFn: async () => (await ask(BackupsDocument, { first: MAX_BACKUPS })).backups,
    enabled: status !== undefined,
    refetchInterval: (query) => (query.state.data?.some(isBeingChecked) === true ? POLL_MS / 2 : untilAnswered(query)),
  });
}

/** The journal of changes, page by page; from its first page again once there is a newer change. */
export function useChanges(status: Status | undefined, filter: ChangeFilter) {
  return useInfiniteQuery({
    queryKey: ['changes', filter, status?.lastChange],
    queryFn: async ({ pageParam }) => (await ask(ChangesDocument, { filter, after: pageParam })).changes,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    enabled: status !== undefined,
  });
}

export function useLog(lines = LOG_LINES, enabled = true) {
  return useQuery({
    queryKey: ['log', lines],
    queryFn: async () => (await ask(LogDocument, { lines })).backupLog,
    refetchInterval: polled,
    enabled,
  });
}

/** Makes a backup: pending until its file is there, whose name it then gives. */
export function useBackUpNow() {
  const client = useQueryClient();
  const status = (): Promise<Status> => client.query({ queryKey: ['status'], queryFn: fetchStatus });
  return useMutation({
    mutationFn: async () => {
      const before = (await status()).latest?.filename;
      await ask(BackUpNowDocument, {});
      // What was asked before that may tell nothing of it.
      await client.cancelQueries({ queryKey: ['status'] });
      for (;;) {
        const { latest, running, problem } = await status();
        if (latest !== null && latest.filename !== before) return latest.filename;
        if (!running) throw new Problem('failed', problem ?? 'It ended without a new file: the log tells more.');
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    },
  });
}

/** Asks for a test restore of one backup; its row tells how that goes. */
export function useVerify() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (filename: string) => ask(VerifyDocument, { filename }),
    onSettled: () => client.invalidateQueries({ queryKey: ['backups'] }),
  });
}

export function isBeingChecked({ check }: Backup): boolean {
  return check !== null && check.finishedAt === null;
}
