import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listBackups } from '../../src/backup/catalogue';
import { UnsoundBackup } from '../../src/backup/errors';
import type { RestoreDependencies } from '../../src/backup/restore/context';
import { restore } from '../../src/backup/restore/restore';
import { verifyFile } from '../../src/backup/restore/verify-file';
import { runBackup } from '../../src/backup/run-backup';
import { openSession, type Session } from '../../src/backup/session';
import { backupSettings } from '../../src/backup/settings';
import { knownSchemas, migrateRestored } from '../../src/cli/restored-schema';
import { EmbeddedDatabase } from '../../src/database/embedded';
import { audit } from '../../src/services/audit';
import { backupLedger } from '../../src/services/backup-ledger';
import { findOwnSchemas, OWN_SCHEMAS } from '../../src/backup/own-schema';
import { contentOf, rejection } from './support';

/** Room for a small database server, and for not much more. */
const DISK = '160m';
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
  await migrateRestored(address);
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
    migrate: migrateRestored,
    unlogged: true,
  };
  const restoreLatest = (change: Partial<RestoreDependencies> = {}): Promise<unknown> =>
    restore({ ...dependencies, ...change }, { source: { kind: 'latest' }, into: null, safetyBackup: true }, () =>
      Promise.resolve(true),
    );
  try {
    await query('CREATE TABLE bulk (id INT PRIMARY KEY, text VARCHAR(1000))');
    await query(`INSERT INTO bulk SELECT seq, REPEAT(MD5(seq), 25) FROM seq_1_to_15000`);
    await runBackup({ settings, address, ledger: backupLedger }, { trigger: 'MANUAL', force: true, once: true });
    await query('UPDATE bulk SET text = ? WHERE id = 1', ['changed']);
    const before = await contentOf(query, address.database);
    const isUntouched = async (): Promise<void> => {
      expect(await contentOf(query, address.database)).toEqual(before);
      expect(await findOwnSchemas(query, address.database, OWN_SCHEMAS)).toEqual([]);
      expect(await audit(query)).toEqual([]);
    };

    leaveFree(4 * MIB);
    expect(await rejection(restoreLatest())).toMatch(
      /^The disk that holds the database \(.*\) has no room for the restored one .* are free; make room there\.$/,
    );
    await isUntouched();

    rmSync(filler);
    const onStep = (step: string): void => {
      if (step === 'created') leaveFree(4 * MIB);
    };
    expect(await rejection(restoreLatest({ onStep }))).toMatch(
      /^The disk that holds the database .* is full: make room there\.$/,
    );
    rmSync(filler);
    await isUntouched();

    // A file that does not fit is not a bad file.
    const [backup] = await listBackups(settings.directory);
    leaveFree(18 * MIB);
    const failure: unknown = await verifyFile(dependencies, backup?.path ?? '').catch((error: unknown) => error);
    expect((failure as Error).message).toMatch(/^The disk that holds the database .* is full: make room there\.$/);
    expect(failure).not.toBeInstanceOf(UnsoundBackup);
    rmSync(filler);
    await isUntouched();

    await restoreLatest();
    expect(await query('SELECT id FROM bulk WHERE text = ?', ['changed'])).toEqual([]);
  } finally {
    session.close();
    await embedded.release();
  }
});
