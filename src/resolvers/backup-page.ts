import type { BackupView } from '../backup/status/backup-view';
import { checkTimes, type TimeFilter } from '../services/filters';
import { pageInMemory } from '../services/memory-list';
import type { Order } from '../services/order';
import { TimeOrder } from '../services/orders';
import { type Page, pageRequest } from '../services/page';
import type { BackupArguments } from './types/arguments';

/** Two servers may make files of one name. */
const COLUMNS: Order['columns'] = [
  { name: 'createdAt', holds: 'time' },
  { name: 'filename', holds: 'text' },
  { name: 'host', holds: 'text' },
];

const isWithin = (time: Date, { from, to }: TimeFilter): boolean =>
  (from == null || time >= from) && (to == null || time < to);

/** The backups lie in folders, not in a table. @throws Refusal BAD_USER_INPUT */
export function backupPage(
  backups: readonly BackupView[],
  { filter, orderBy, ...page }: BackupArguments,
): Page<BackupView> {
  const { kind, proof, ...times } = filter ?? {};
  checkTimes(times, ['from', 'to']);
  const rows = backups.filter(
    (backup) =>
      (kind ?? backup.trigger) === backup.trigger &&
      (proof ?? backup.proof) === backup.proof &&
      isWithin(backup.createdAt, times),
  );
  const order = { columns: COLUMNS, descending: orderBy !== TimeOrder.OLDEST_FIRST };
  return pageInMemory({ name: 'backups', order, rows }, pageRequest(page));
}
