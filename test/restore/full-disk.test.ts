import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listBackups } from '../../src/backup/files/catalogue';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import { ProofImpossible } from '../../src/backup/prove/prove-backup';
import type { RestoreDependencies } from '../../src/backup/restore/common/context';
import { restore } from '../../src/backup/restore/restore';
import { verifyFile } from '../../src/backup/prove/verify-file';
import { runBackup } from '../../src/backup/run/run-backup';
import { openSession, type Session } from '../../src/backup/server/session';
import { backupSettings } from '../../src/backup/core/settings';
import { knownSchemas, migrateDatabase } from '../../src/database/known-schemas';
import { EmbeddedDatabase } from '../../src/database/embedded/embedded';
import { checkLedger } from '../../src/services/ledger-check';
import { backupLedger } from '../../src/services/backup-ledger';
import { findOwnSchemas, OWN_SCHEMAS } from '../../src/backup/server/auxiliary-schema';
import { contentOf, rejection } from './support';

/** Room for a small database server, and for what dropped copies leave to it until it has tidied up. */
const DISK = '320m';
const MIB = 2 ** 20;

const folder = mkdtempSync(path.join(tmpdir(), 'restore-disk-'));
const disk = path.join(folder, 'disk');
/** Only root may mount the small disk that this fills. */
const isMounted = ((): boolean => {
  try {
    execFileSync('mkdir', [disk]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk], { stdio: 'pipe' });
    return true;
  } catch {
    console.warn('SKIPPED: the test of a full disk needs the right to mount file systems (root).');
    return false;
  }
})();

afterAll(() => {
  if (isMounted) execFileSync('umount', ['-l', disk]);
  rmSync(folder, { recursive: true });
});

(isMounted ? test : test.skip)('a disk that is full, or fills up, costs the try and nothing else', async () => {
  const embedded = new EmbeddedDatabase(path.join(disk, 'storage'));
  const address = await embedded.acquire();
  await migrateDatabase(address);
  const session: Session = await openSession(address);
  const { query } = session;
  const filler = path.join(disk, 'filler');
  const leaveFree = (bytes: number): void => {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - bytes));
  };
  const settings = backupSettings(path.join(folder, 'elsewhere'), { keep: 10, verify: 'checksum' });
  const dependencies: RestoreDependencies = {
    settings,
    address,
    ledger: backupLedger,
    knownSchemas,
    migrate: migrateDatabase,
    unlogged: true,
  };
  const restoreLatest = (change: Partial<RestoreDependencies> = {}): Promise<unknown> =>
    restore({ ...dependencies, ...change }, { source: { kind: 'latest' }, into: null, safetyBackup: true }, () =>
      Promise.resolve(true),
    );
  try {
    await query('CREATE TABLE bulk (id INT PRIMARY KEY, text VARCHAR(1000))');
    await query(`INSERT INTO bulk SELECT seq, REPEAT(MD5(seq), 25) FROM seq_1_to_15000`);
    await runBackup(
      { settings, address, ledger: backupLedger, settleInterrupted },
      { trigger: 'MANUAL', force: true, once: true },
    );
    await query('UPDATE bulk SET text = ? WHERE id = 1', ['changed']);
    const before = await contentOf(query, address.database);
    const isUntouched = async (): Promise<void> => {
      expect(await contentOf(query, address.database)).toEqual(before);
      expect(await findOwnSchemas(query, address.database, OWN_SCHEMAS)).toEqual([]);
      expect(await checkLedger(query)).toEqual([]);
    };

    // Room for the restored one, and then for no backup beside it.
    const [backup] = await listBackups(settings.directory);
    leaveFree(1.5 * (backup?.sqlBytes ?? 0));
    expect(await rejection(restoreLatest())).toMatch(
      /^The disk that holds the database \(.*\) has no room for the restored one .* are free; free some space there\.$/,
    );
    await isUntouched();

    rmSync(filler);
    const onStep = (step: string): void => {
      if (step === 'created') leaveFree(4 * MIB);
    };
    expect(await rejection(restoreLatest({ onStep }))).toMatch(
      /^The disk that holds the database .* is full: free some space there\.$/,
    );
    rmSync(filler);
    await isUntouched();

    // A file that does not fit is not a bad file, and one that fits elsewhere is proven there.
    leaveFree(18 * MIB);
    const here = { ...settings, proofServerDirectory: path.join(disk, 'prove') };
    const failure: unknown = await verifyFile({ ...dependencies, settings: here }, backup?.path ?? '').catch(
      (error: unknown) => error,
    );
    expect((failure as Error).message).toMatch(
      /^The disk that holds .*prove has no room for a proof: .*BACKUP_PROVE_URL\.$/,
    );
    expect(failure).toBeInstanceOf(ProofImpossible);
    expect(await verifyFile(dependencies, backup?.path ?? '')).toMatchObject({ proof: { state: 'PROVEN' } });
    rmSync(filler);
    await isUntouched();

    await restoreLatest();
    expect(await query('SELECT id FROM bulk WHERE text = ?', ['changed'])).toEqual([]);
  } finally {
    session.close();
    await embedded.release();
  }
});
