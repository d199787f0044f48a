import { isInBinaryLog } from '../binlog/binlog-position';
import { poolMark, type Ledger } from '../core/ledger';
import type { BackupSettings } from '../core/settings';
import { isOfPool, type Backup } from '../files/catalogue';
import { coverage, isGood } from '../files/coverage';
import { listLabelled } from '../files/proofs';
import type { Session } from '../server/session';
import { endOf, readChain, type Chain } from './chain';
import { comparePlaces } from './segment-name';

interface ChooseRequest {
  settings: BackupSettings;
  ledger: Ledger;
  session: Session;
  /** From this base, and from older ones, the log does not lead on: its file name. */
  blocked: string | null;
  onGone: (base: Chain['base']) => Promise<void>;
}

/**
 * The base to follow the log from, with what is stored of it already: the newest of today's history that the server's log
 * leads on from, unless the segments of an older one go beyond it; null where there is none.
 * @param onGone told of a base that the server's log does not reach back to, and which nothing leads on from
 * @throws BackupError where the backups cannot be listed, or the database does not answer
 */
export async function chooseChain(request: ChooseRequest): Promise<Chain | null> {
  const { settings, session, onGone } = request;
  const { query } = session;
  const bases = await basesOf(request);
  let newest: Chain | null = null;
  for (const base of bases) {
    const chain = await readChain(settings, base);
    if (chain === null) continue;
    // What has segments was followed last, unless a newer base took over. Whether the log goes on there, its bytes tell.
    if (chain.segments.length > 0) {
      return newest === null || comparePlaces(endOf(chain), newest.start) > 0 ? chain : newest;
    }
    if (newest !== null) continue;
    if (await isInLog(query, chain)) newest = chain;
    else await onGone(base);
  }
  return newest;
}

/** Whether the newest base does not say where in the binary log it lies: then nothing can lead on from it. */
export async function isPlaceless(request: Omit<ChooseRequest, 'onGone'>): Promise<boolean> {
  const [newest] = await basesOf(request);
  return newest !== undefined && (await readChain(request.settings, newest)) === null;
}

/** Newest first. */
async function basesOf({
  settings,
  ledger,
  session: { query, address },
  blocked,
}: Omit<ChooseRequest, 'onGone'>): Promise<Backup[]> {
  const ours = { database: address.database, ...(await poolMark(ledger, query)) };
  const backups = (await listLabelled(settings)).filter((backup) => isOfPool(backup, ours));
  const { current } = await coverage(backups, ledger, query);
  return backups.filter(
    (backup) =>
      current.has(backup.filename) &&
      isGood(backup) &&
      backup.safety !== true &&
      (blocked === null || backup.filename > blocked),
  );
}

function isInLog(query: Session['query'], { start }: Chain): Promise<boolean> {
  return isInBinaryLog(query, { log: start.file, position: start.offset, gtid: start.gtid });
}
