import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../src/backup/files/catalogue';
import { inspectFile } from '../../src/backup/files/checksum';
import { proveNewest } from '../../src/backup/run/prove-newest';
import type { BackupDependencies } from '../../src/backup/run/types';
import { runBackup } from '../../src/backup/run/run-backup';
import { CLIENTS } from '../support/engine';
import { mayMount } from '../support/small-disk';
import { startChild } from './child';
import { openBench, operate, operateInBulk, rejection, statusOf, temporaryFolder, type Bench } from './support';

const SIZE = 8 * 2 ** 20;

(mayMount ? describe : describe.skip)('a disk of 8 MiB', () => {
  let disk: string;
  let bench: Bench;
  beforeEach(async () => {
    disk = temporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', disk]);
    bench = await openBench({ directory: path.join(disk, 'backups'), workDirectory: path.join(disk, 'work') });
    await operate(bench.database);
  });
  afterEach(async () => {
    await bench.close();
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  const asked = { trigger: 'OPERATION', force: false } as const;
  const filler = (): string => path.join(disk, 'filler');
  const failure = async (dependencies: BackupDependencies = bench.dependencies): Promise<string> =>
    (await rejection(runBackup(dependencies, asked))).message;

  /** Leaves that many bytes free. */
  function fillTo(free: number): void {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler(), Buffer.alloc(bavail * bsize - free));
  }

  const fullMessage = (folder: string): string =>
    `The disk that holds ${folder} is full: free some space there, or set BACKUP_KEEP lower.`;

  test('that fills up in mid-dump costs the try and nothing else, and heals when there is room again', async () => {
    const before = (await runBackup(bench.dependencies, asked)).published;
    await operateInBulk(bench.database, 3000);
    fillTo(2 * 2 ** 20);
    expect(await failure()).toBe(fullMessage(bench.settings.workDirectory));
    expect(bench.files()).toEqual(before.map(({ filename }) => filename));
    expect(await bench.litter()).toEqual([]);
    expect(bench.logText()).toContain(` ERROR ${fullMessage(bench.settings.workDirectory)}`);
    rmSync(filler());
    const after = (await runBackup(bench.dependencies, asked)).published;
    expect(bench.files()).toEqual([...before, ...after].map(({ filename }) => filename));
  });

  test('that fills up right before the publication publishes a whole file or none', async () => {
    const onStep = (step: string): void => {
      if (step === 'dumped') fillTo(0);
    };
    let failures = 0;
    // The last page of the dump has room for the manifest or has not: this passes through both.
    for (let round = 0; round < 10; round++) {
      // Two grow the dump by a little less than a manifest's length.
      await operate(bench.database);
      await operate(bench.database);
      const before = (await listBackups(bench.settings.directory)).length;
      const outcome = await runBackup({ ...bench.dependencies, onStep }, { ...asked, once: true }).catch(
        (error: unknown) => (error as Error).message,
      );
      if (typeof outcome === 'string') expect(outcome).toBe(fullMessage(bench.settings.directory));
      failures += typeof outcome === 'string' ? 1 : 0;
      const backups = await listBackups(bench.settings.directory);
      expect(bench.files()).toHaveLength(backups.length);
      expect(backups).toHaveLength(typeof outcome === 'string' ? before : before + 1);
      for (const backup of backups) await inspectFile(backup.path);
      expect(await bench.litter()).toEqual([]);
      rmSync(filler());
    }
    expect(failures).toBeGreaterThan(0);
  });

  test('that fills up during the proof costs the proof alone: backups go on, and the status says why', async () => {
    // The backups have room; what a proof writes has none.
    const elsewhere = temporaryFolder();
    const settings = {
      ...bench.settings,
      directory: path.join(elsewhere, 'backups'),
      workDirectory: path.join(elsewhere, 'work'),
      proofDirectory: path.join(disk, 'proofs'),
    };
    const dependencies = { ...bench.dependencies, settings };
    const onStep = (step: string): void => {
      if (step !== 'judged') return;
      rmSync(filler(), { force: true });
      fillTo(0);
    };
    try {
      for (let operation = 1; operation <= 3; operation++) {
        expect((await runBackup(dependencies, asked)).published).toHaveLength(1);
        const { message } = await rejection(proveNewest({ ...dependencies, onStep }));
        expect(message).toMatch(/^The proof of db_backup-.* could not be recorded in .*\/proofs: the disk is full/);
        const status = await statusOf({ ...bench, settings });
        expect(status).toMatchObject({ healthy: false, pendingOperations: 0, provenThrough: 0 });
        expect(status.problem).toBe(`The newest backup is not proven yet: ${message}`);
        await operate(bench.database);
      }
      rmSync(filler());
      expect((await proveNewest(dependencies)).judged[0]).toMatchObject({ state: 'PROVEN' });
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('that clearly cannot take the backup refuses before the dump begins', async () => {
    await operateInBulk(bench.database, 4000);
    await runBackup(bench.dependencies, asked);
    await operate(bench.database);
    fillTo(2 ** 20);
    const steps: string[] = [];
    const message = await failure({ ...bench.dependencies, onStep: (step) => void steps.push(step) });
    expect(message).toMatch(
      /^The disk that holds .* cannot take a backup: about [\d.]+ MiB are needed and 1\.0 MiB are free; free some space/,
    );
    expect(steps).toEqual(['locked']);
    expect(bench.files()).toHaveLength(1);
  });

  test('that is full to the last byte, the log included, is an error and not a crash', async () => {
    const settings = { ...bench.settings, logFile: path.join(disk, 'logs', 'backup.log') };
    await runBackup({ ...bench.dependencies, settings }, asked);
    await operate(bench.database);
    fillTo(0);
    const complaints: string[] = [];
    const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => complaints.push(String(text)) > 0);
    expect(await failure({ ...bench.dependencies, settings })).toMatch(/^The disk that holds/);
    spy.mockRestore();
    rmSync(filler());
    expect((await runBackup({ ...bench.dependencies, settings }, asked)).published).toHaveLength(1);
  });

  test('that is read-only is an error in words, and heals when it is not any more', async () => {
    const [first] = (await runBackup(bench.dependencies, asked)).published;
    await operate(bench.database);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(await failure()).toMatch(/^The folder .*\/work takes no file: the file system is read-only \(.*\)\.$/);
    expect(bench.files()).toEqual([first?.filename]);
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    expect((await runBackup(bench.dependencies, asked)).published).toHaveLength(1);
  });

  test('that holds one of the two folders only is refused before anything is done', async () => {
    const elsewhere = temporaryFolder();
    try {
      const settings = { ...bench.settings, workDirectory: elsewhere };
      const steps: string[] = [];
      const message = await failure({ ...bench.dependencies, settings, onStep: (step) => void steps.push(step) });
      expect(steps).toEqual([]);
      expect(message).toBe(
        `${settings.directory} and ${elsewhere} lie on different file systems, and a backup could not be published ` +
          'whole across them: mount the folder above both instead.',
      );
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('without the dump program on the whole machine, the package to install is named', async () => {
    mkdirSync(bench.settings.directory, { recursive: true });
    const script = everyProgram(['mariadb-dump', 'mysqldump'])
      .map((file) => `mount --bind /dev/null ${file} && `)
      .join('');
    const { settings, address } = bench.dependencies;
    const child = startChild({ dependencies: { settings, address }, request: asked }, [
      ...['unshare', '-m', 'sh', '-c', `${script}exec "$@"`, 'sh'],
    ]);
    expect(await child.ended).toContain(
      `which dumps the database, is not installed: install the package ${CLIENTS.debianPackage}.`,
    );
    expect(bench.files()).toEqual([]);
  });
});

/** The files behind those names, wherever they may be looked for. */
function everyProgram(names: readonly string[]): string[] {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  const found = folders
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .filter((it) => existsSync(it));
  return [...new Set(found.map((file) => realpathSync(file)))];
}
