import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { run } from '../process/programs';
import { ROOT, START_FLAGS } from '../support/programs';
import { startTestServer, type TestServer } from '../support/server';

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');
const dockerfile = DockerfileParser.parse(read('Dockerfile'));
const instructions = dockerfile.getInstructions();
const stages = instructions.reduce<Instruction[][]>((sofar, instruction) => {
  if (instruction.getKeyword() === 'FROM') sofar.push([]);
  sofar.at(-1)?.push(instruction);
  return sofar;
}, []);
const shipped = stages.at(-1) ?? [];
const argumentsOf = (keyword: string, stage = shipped): string[] =>
  stage.filter((each) => each.getKeyword() === keyword).map((each) => each.getArgumentsContent() ?? '');
/** The command of a HEALTHCHECK or CMD in its exec form. */
const execForm = (text: string): string[] => JSON.parse(text.slice(text.indexOf('['))) as string[];

describe('the Dockerfile', () => {
  test('has nothing that the linter complains of', () => {
    expect(validate(read('Dockerfile'))).toEqual([]);
  });

  test('copies from the checkout what is there and not ignored', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = stages
      .flat()
      .filter((each) => each instanceof Copy && each.getFlags().length === 0)
      .map((each) => each.getArgumentsContent() ?? '');
    const sources = copied.flatMap((text) => text.split(' ').slice(0, -1));
    expect(sources.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
    expect([...sources].sort()).toEqual([...allowed].sort());
    expect(read('.dockerignore')).toMatch(/^\*$/m);
  });

  test('ends in an image without a compiler, npm or root', () => {
    expect(argumentsOf('USER')).toEqual(['node']);
    expect(argumentsOf('RUN').join()).not.toMatch(/npm (ci|install)|build-essential|python/);
    expect(argumentsOf('RUN').join()).toContain('/usr/local/bin/npm');
    const [command = ''] = argumentsOf('CMD');
    expect(execForm(command)).toEqual(['node', ...START_FLAGS, 'dist/src/main.js']);
  });

  test('brings the programs that dump, restore and read the binary log', () => {
    expect(argumentsOf('RUN').join()).toContain('mariadb-client-core');
    expect(argumentsOf('COPY').join()).toMatch(/mariadb-dump .*mariadb-binlog /);
  });

  describe('its health check', () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startTestServer();
    });
    afterAll(() => server.close());

    /** Waited for without blocking this process, which the server is a part of. */
    const check = async (port: string): Promise<number | null> => {
      const [text = ''] = argumentsOf('HEALTHCHECK');
      const command = execForm(text.slice(text.indexOf('CMD')));
      return (await run(server.storageDir, '', { command, settings: { PORT: port } })).code;
    };

    test('tells a server that is ready from none', async () => {
      expect(await check(new URL(server.url).port)).toBe(0);
      expect(await check('1')).toBe(1);
    });
  });
});

interface Compose {
  services: Record<
    string,
    { environment: Record<string, string>; secrets: string[]; volumes: string[]; init?: boolean }
  >;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

describe('compose.yaml', () => {
  const { services, volumes, secrets } = parse(read('compose.yaml')) as Compose;

  test('hands every secret to its service as a file', () => {
    for (const { environment, secrets: used } of Object.values(services)) {
      expect(used.filter((name) => !(name in secrets))).toEqual([]);
      const files = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
      expect(files.map((value) => path.basename(value)).sort()).toEqual([...used].sort());
    }
    for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\.\/secrets\//);
    expect(read('.gitignore')).toMatch(/^secrets\/$/m);
  });

  test('keeps the database and the whole STORAGE_DIR in volumes', () => {
    const [, storage] = /STORAGE_DIR=(\S+)/.exec(argumentsOf('ENV').join(' ')) ?? [];
    expect(services.server?.volumes).toEqual([
      `storage:${storage}`,
      expect.stringMatching(/^\$\{COPIES:\?[^}]+\}:\/copies$/),
    ]);
    expect(services.server?.environment.BACKUP_COPY_TO).toBe('/copies');
    expect(services.server?.init).toBe(true);
    expect(Object.keys(volumes).sort()).toEqual(['database', 'storage']);
    const mounted = (services.database?.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
    expect(mounted.filter((name) => name.startsWith('.') && !existsSync(path.join(ROOT, name)))).toEqual([]);
  });
});
