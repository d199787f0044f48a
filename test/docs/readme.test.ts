import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig } from '../../src/config/config';
import { COPY_SETTINGS } from '../../src/config/copy-settings';
import { RETENTION_SETTINGS } from '../../src/config/retention-settings';
import { findProgram } from '../../src/database/host/programs';
import { Client } from '../support/client';
import { ROOT } from '../support/programs';
import { waitFor } from '../support/wait';
import { backupsIn, clearUp, newFolder, openSql, processesOf, run, type Running, start } from '../process/programs';

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');
const readme = read('README.md');

const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
const [startBlock, curlBlock, clientBlock, mutationsBlock, restoreBlock] = blocks.map(({ text }) => text);

test('these are the blocks that are tried here', () => {
  expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'js', 'graphql', 'sh']);
});

describe('as a newcomer types them', () => {
  let folder: string;
  let server: Running;
  let url: string;
  let password: string;

  beforeEach(async () => {
    // The package as it is shipped: what is built, without the sources.
    folder = newFolder();
    for (const name of ['package.json', 'package-lock.json'])
      copyFileSync(path.join(ROOT, name), path.join(folder, name));
    cpSync(path.join(ROOT, 'scripts'), path.join(folder, 'scripts'), { recursive: true });
    for (const name of ['dist', 'node_modules']) symlinkSync(path.join(ROOT, name), path.join(folder, name));
    server = start(folder, '', {
      command: ['sh', '-c', startBlock ?? ''],
      settings: { STORAGE_DIR: '', LOG_LEVEL: 'warn' },
      detached: true,
    });
    [, url = ''] = await server.said(/ready at (\S+)\/graphql/);
    [, password = ''] = await server.said(/password (\S+)/);
  });
  afterEach(clearUp);

  const asTyped = (block = ''): string =>
    block.replaceAll('http://127.0.0.1:4000', url).replaceAll('PASSWORD', password);
  const shell = (block: string | undefined) =>
    run(folder, '', { command: ['sh', '-ec', asTyped(block)], settings: { STORAGE_DIR: '' } });
  const emptyPool = { capital: '0.00', available: '0.00', profit: '0.00', members: 0 };

  (findProgram(['curl']) === null ? test.skip : test)('curl signs in and asks', async () => {
    const { code, stdout } = await shell(curlBlock);
    expect(JSON.parse(stdout)).toEqual({ data: { pool: emptyPool } });
    expect(code).toBe(0);
    const refused = await shell(curlBlock?.replaceAll('PASSWORD', 'a wrong password'));
    expect(refused.stdout).toMatch(/^Not signed in: \{.*"code":"UNAUTHENTICATED"/);
  });

  test('a GraphQL client does', async () => {
    writeFileSync(path.join(folder, 'first.mjs'), asTyped(clientBlock));
    const { code, stdout, stderr } = await shell('node first.mjs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/pool: \{\s*capital: '0\.00'/);
  });

  test('the five operations lead to backups, and the newest restores', async () => {
    const admin = await Client.signIn(url, 'admin@example.com', password);
    for (const mutation of (mutationsBlock ?? '').trim().split('\n')) await admin.request(mutation);
    await waitFor('the backup of the last', async () => {
      const { backupStatus } = await admin.administer<{ backupStatus: { coveredThrough: number; running: boolean } }>(
        '{ backupStatus { coveredThrough running } }',
      );
      return backupStatus.coveredThrough === 6 && !backupStatus.running;
    });
    const example = /`(\{ operations .*?)`/.exec(readme)?.[1] ?? '';
    const { operations } = await admin.administer<{ operations: { backup: { filename: string } }[] }>(example);
    expect(operations[0]?.backup.filename).toBe(backupsIn(folder).at(-1));

    expect(await shell(restoreBlock)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const query = await openSql(folder);
    const rows = (database: string): Promise<unknown> => query(`SELECT * FROM ${database}.payments ORDER BY id`);
    expect(await rows('restored')).toHaveLength(5);
    expect(await rows('restored')).toEqual(await rows('motorpool'));
  });

  test('Ctrl-C ends everything', async () => {
    // To every process of the terminal's foreground group, as a terminal does.
    process.kill(-server.pid, 'SIGINT');
    expect((await server.ended).stdout).toMatch(/Stopped\.\n$/);
    expect(processesOf(folder)).toEqual([]);
  });
});

test('the command of CONTRIBUTING.md that is no script of ours exists', () => {
  const { stdout } = spawnSync(process.execPath, ['node_modules/typeorm/cli.js', '--help'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stdout).toContain('migration:show');
});

describe('.env.example', () => {
  const uncommented = parseEnv(read('.env.example').replace(/^#(?=[A-Z][A-Z0-9_]+=)/gm, ''));

  test('names every setting', () => {
    const own = [...read('src/config/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): ?z?/gm)].map(([, name = '']) => name);
    const known: string[] = [...own, ...COPY_SETTINGS, ...RETENTION_SETTINGS];
    expect(Object.keys(uncommented).sort()).toEqual(known.sort());
    const named = [...readme.matchAll(/`([A-Z]+_[A-Z_]+|PORT|HOST)`/g)].map(([, name]) => name);
    expect(named.filter((name = '') => !known.includes(name))).toEqual([]);
  });

  test('holds good values, the defaults where there are any', () => {
    expect(() => loadConfig(uncommented)).not.toThrow();
    const withoutDefault = new Set<string>([
      ...[
        'DATABASE_URL',
        'BACKUP_PROVE_URL',
        'BACKUP_WEBHOOK_URL',
        'HEARTBEAT_URL',
        'JWT_SECRET',
        'ADMIN_PASSWORD',
        'NODE_ENV',
        'CORS_ORIGIN',
        'PUBLIC_URL',
      ],
      // Those of a new pool; any other keeps its own.
      ...['COMMISSION_RATE', 'CURRENCY'],
      ...COPY_SETTINGS,
      ...RETENTION_SETTINGS.filter((name) => name !== 'BACKUP_REACH'),
    ]);
    const defaults = Object.entries(uncommented).filter(([name]) => !withoutDefault.has(name));
    expect(loadConfig(Object.fromEntries(defaults))).toEqual(loadConfig({}));
  });
});
