import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../support/programs';
import { waitFor } from '../support/wait';
import { Project } from './project';

let project: Project;

afterEach(() => {
  rmSync(project.root, { recursive: true, force: true });
});

describe('with sources', () => {
  beforeEach(() => {
    project = Project.withSources();
  });

  test('builds once, says so on standard error, and passes arguments on', async () => {
    expect(await project.run(['hello', 'a', '--b', 'c d'])).toEqual({
      code: 0,
      stdout: 'hello a --b c d\n',
      stderr: 'Building ...\n',
    });
    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
  });

  test('builds again when a source changes or goes, and a failed build leaves the old one', async () => {
    project.write('src/gone.ts', 'export const gone = 1;\n');
    project.write('src/page.html', '<p>');
    await project.run(['hello']);
    expect(existsSync(join(project.root, 'dist/src/page.html'))).toBe(true);

    project.remove('src/gone.ts');
    project.write('src/hello.ts', `console.log('changed');\n`);
    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'changed\n', stderr: 'Building ...\n' });
    expect(existsSync(join(project.root, 'dist/src/gone.js'))).toBe(false);

    project.write('src/hello.ts', `export const wrong: number = 'text';\n`);
    const failed = await project.run(['hello']);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(
      /src\/hello\.ts\(1,14\): error TS2322[^]*\nThe build failed: fix the errors of the compiler/,
    );
    expect(readFileSync(join(project.root, 'dist/src/hello.js'), 'utf8')).toContain('changed');
    expect(readdirSync(project.root).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
  });

  test('builds nothing in production, and says so', async () => {
    project.settings = { NODE_ENV: 'production' };
    const { code, stdout, stderr } = await project.run(['hello']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^dist\/ is missing or older than the sources, [^\n]*: run npm run build\.\n$/);
    expect(existsSync(join(project.root, 'dist'))).toBe(false);
    project.settings = {};
    await project.run(['hello']);
    project.settings = { NODE_ENV: 'production' };
    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
  });

  test('two at once build once', async () => {
    const outcomes = await Promise.all([project.run(['hello', 'one']), project.run(['hello', 'two'])]);
    expect(outcomes.map(({ stdout }) => stdout)).toEqual(['hello one\n', 'hello two\n']);
    expect(outcomes.map(({ stderr }) => stderr).sort()).toEqual(['', 'Building ...\n']);
  });

  test('a build that was killed is made again', async () => {
    const unfinished = (): string[] => readdirSync(project.root).filter((name) => name.startsWith('dist.'));
    let group = 0;
    const killed = project.run(['hello'], ({ pid = 0 }) => (group = pid));
    while (unfinished().length === 0) await delay(5);
    process.kill(-group, 'SIGKILL');
    expect((await killed).stdout).toBe('');

    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'hello\n', stderr: 'Building ...\n' });
    expect(unfinished()).toEqual([]);
  });

  test('Ctrl-C during a build says a word, ends everything, and blames nothing; the next start builds', async () => {
    let group = 0;
    const began = performance.now();
    const outcome = await project.run(['hello'], (child) => {
      group = child.pid ?? 0;
      child.stderr?.once('data', () => setTimeout(() => process.kill(-group, 'SIGINT'), 500));
    });
    expect(outcome).toEqual({
      code: 130,
      stdout: '',
      stderr: 'Building ...\nStopping ...\nStopped: the next start goes on from here.\n',
    });
    expect(performance.now() - began).toBeLessThan(10_000);
    // What has ended is there until init has asked for its status.
    await waitFor('the end of the group', () => {
      try {
        return !process.kill(-group, 0);
      } catch {
        return true;
      }
    });
    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'hello\n', stderr: 'Building ...\n' });
  });

  test('the program is the very process that was started', async () => {
    project.write(
      'src/hello.ts',
      `process.on('SIGTERM', () => { console.log('ends', process.pid); process.exit(7); });
       setInterval(() => undefined, 1000);
       console.log('ready');\n`,
    );
    let pid = 0;
    const outcome = await project.run(['hello'], (child) => {
      pid = child.pid ?? 0;
      child.stdout?.once('data', () => child.kill('SIGTERM'));
    });
    expect(outcome).toMatchObject({ code: 7, stdout: `ready\nends ${pid}\n` });
  });
});

describe('packed, without sources', () => {
  beforeEach(() => {
    project = Project.packed();
  });

  test('installs the locked packages once and builds nothing', async () => {
    expect(await project.run(['hello'])).toEqual({
      code: 0,
      stdout: 'hello from the thing\n',
      // Beyond a few seconds it tells how far it is.
      stderr: expect.stringMatching(
        /^Installing the locked npm packages \.\.\.\n( {2}\d+ of \d+ \.\.\.\n)*$/,
      ) as string,
    });
    expect(await project.run(['hello'])).toEqual({ code: 0, stdout: 'hello from the thing\n', stderr: '' });
  });

  test('installs nothing in production, and says what is missing', async () => {
    project.settings = { NODE_ENV: 'production' };
    expect(await project.run(['hello'])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^npm packages are missing [^\n]*: run npm ci --omit=dev\.\n$/) as string,
    });
    expect(existsSync(join(project.root, 'node_modules'))).toBe(false);
    // Also where `.env` says so.
    project.settings = {};
    project.write('.env', 'NODE_ENV=production\nDATABASE_URL=mysql://somebody@elsewhere/pool\n');
    expect(await project.run(['hello'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm ci') as string,
    });
  });

  test('leaves a linked node_modules alone, which npm would empty', async () => {
    project.write('elsewhere/precious.txt', 'of another project');
    symlinkSync(join(project.root, 'elsewhere'), join(project.root, 'node_modules'));
    const { code, stderr } = await project.run(['hello']);
    expect(code).toBe(1);
    expect(stderr).toBe('node_modules is a link, and npm would empty what it leads to: run npm ci there, by hand.\n');
    expect(readdirSync(join(project.root, 'elsewhere'))).toEqual(['precious.txt']);
  });

  test('shows what npm says where it fails', async () => {
    project.write(
      'package.json',
      '{ "name": "packed", "version": "1.0.0", "dependencies": { "other": "file:other" } }',
    );
    const { code, stderr } = await project.run(['hello']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/npm error[^]*\nThe npm packages could not be installed: see what npm says above\.\n$/);
  });

  test.each([
    [[], 'Usage: node scripts/run.mjs NAME [arguments]\n'],
    [['../evil'], 'Usage: node scripts/run.mjs NAME [arguments]\n'],
    [['cli/nothing'], /^[^]*There is no program cli\/nothing: .*dist\/src\/cli\/nothing\.js does not exist\.\n$/],
  ])('refuses %p in one line', async (args, message) => {
    const { code, stdout, stderr } = await project.run(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  const onNode = (version: string): ReturnType<Project['run']> => {
    project.write('old.cjs', `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`);
    project.nodeOptions = ['--require', './old.cjs'];
    return project.run(['hello']);
  };

  test.each(['18.20.0', '20.18.3', '21.7.0', '22.12.0', '23.11.0', '24.10.0'])(
    'refuses Node.js %s',
    async (version) => {
      expect(await onNode(version)).toEqual({
        code: 1,
        stdout: '',
        stderr: `Motorpool needs Node.js 20.19, 22.13, 24.11 or newer of these lines, or 25 and later, and this is ${version}.\n`,
      });
    },
  );

  test('takes every Node.js that package.json allows', async () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(engines).toEqual({ node: '^20.19.0 || ^22.13.0 || >=24.11.0' });
    for (const version of ['20.19.0', '22.13.0', '24.11.0', '25.0.0', '26.10.0']) {
      expect(await onNode(version)).toMatchObject({ code: 0 });
    }
  });
});
